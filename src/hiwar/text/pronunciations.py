"""How words sound that the writer or the operator has given a sound: `[written](spoken)` in the text, and a lexicon.

`spoken` is another spelling, or phones between slashes. What becomes of them is `front_end`'s.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hiwar.errors import ErrorCode, HiwarError
from hiwar.text.arabic.grammar import joined
from hiwar.text.arabic.letters import CONSONANTS, MARKS, PROCLITICS, VOWELS
from hiwar.text.language import language_of
from hiwar.text.normalization import clean
from hiwar.text.tokens import Pronounced
from hiwar.vocabulary import Language

ENTRIES_MAX = 10_000
_ENTRY_WORDS_MAX = 5
_SPOKEN_MAX = 200

INLINE = r"\[([^\[\]()\n]{1,80})\]\(([^()\n]{1,200})\)"
"""Regex of a pronunciation in a text; its groups are what is written and what is spoken."""

_INLINE = re.compile(INLINE)
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*:|www\.|#|[^/\s]*/[^/\s]*\Z)", re.IGNORECASE)
_PHONES = re.compile(r"/([^/]+)/")
_WORD = re.compile(r"[^\s،؛؟,;:!?\"“”«»()\[\]{}]+")
_OUTER = ".'’‘-–—…"
_ARABIC_PHONES = frozenset({*CONSONANTS.values(), *VOWELS})


@dataclass(frozen=True, slots=True)
class Given:
    """`text[start:end]` of a segment. `written` is where in it the word stands; `content` None: say that as it is."""

    start: int
    end: int
    written: tuple[int, int]
    content: Pronounced | None
    language: Language


class Lexicon:
    """The operator's words. Case, vowel marks and tatweel in the text do not matter; a longer entry goes first."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = {_key(written): spoken for written, spoken in entries.items()}
        self._words_max = max((len(key.split()) for key in self._entries), default=0)

    def find(self, text: str, language: Language) -> Iterator[Given]:
        """Entries in a text, from left to right, none over another; also behind و ف ب ل ك."""
        if not self._entries:
            return
        words = [(match.start(), *_inner(match[0])) for match in _WORD.finditer(text)]
        bounds = [(at + low, at + high) for at, low, high in words if low < high]
        index = 0
        while index < len(bounds):
            found = self._longest(text, bounds, index, language)
            if found is not None:
                yield found
            index = index + 1 if found is None else bisect_left(bounds, (found.end, 0), index)

    def _longest(self, text: str, bounds: list[tuple[int, int]], index: int, language: Language) -> Given | None:
        start = bounds[index][0]
        for last in range(min(index + self._words_max, len(bounds)) - 1, index - 1, -1):
            end = bounds[last][1]
            key = _key(text[start:end])
            if key in self._entries:
                return _given(text, (start, end), (start, end), self._entries[key], language)
            if key[:1] in PROCLITICS and key[1:] in self._entries:
                spoken = _behind(key[0], self._entries[key[1:]])
                return _given(text, (start, end), (start, end), spoken, language)
        return None


def read_lexicon(lines: Iterable[str]) -> Lexicon:
    """A lexicon from lines of `written TAB spoken`; empty lines and those that begin with # say nothing.

    Raises HiwarError with the number of the line that is wrong.
    """
    entries: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        written, _, spoken = (part.strip() for part in line.partition("\t"))
        if not (written and 0 < len(spoken) <= _SPOKEN_MAX) or len(written.split()) > _ENTRY_WORDS_MAX:
            raise _wrong(f"line {number} must be a word (or up to {_ENTRY_WORDS_MAX}), a tab, and how it is spoken")
        entries[written] = clean(spoken)
        if len(entries) > ENTRIES_MAX:
            raise _wrong(f"it has more than {ENTRIES_MAX} entries")
    return Lexicon(entries)


def given(text: str, language: Language, lexicon: Lexicon) -> tuple[Given, ...]:
    """All that is given for a text, in order, none over another; what the writer says goes before the lexicon."""
    inline = [_inline(text, match, language) for match in _INLINE.finditer(text)]
    if not inline:
        return tuple(lexicon.find(text, language))
    ends = [one.end for one in inline]
    beside = (
        found
        for found in lexicon.find(text, language)
        if (at := bisect_left(ends, found.start + 1)) == len(inline) or found.end <= inline[at].start
    )
    return tuple(sorted((*inline, *beside), key=lambda one: one.start))


def _inline(text: str, match: re.Match[str], language: Language) -> Given:
    spoken = match[2].strip()
    if not _PHONES.fullmatch(spoken) and (_LINK.match(spoken) or not any(map(str.isalnum, spoken))):
        return Given(*match.span(), match.span(1), None, language)
    return _given(text, match.span(), match.span(1), spoken, language)


def _given(text: str, span: tuple[int, int], written: tuple[int, int], spoken: str, language: Language) -> Given:
    phones = _PHONES.fullmatch(spoken)
    word = text[slice(*written)]
    if phones is None:
        return Given(*span, written, Pronounced(word, spoken), language_of(spoken, language))
    arabic = _ARABIC_PHONES.issuperset(phones[1].split())
    return Given(*span, written, Pronounced(word, phones[1].strip(), is_phones=True), "ar" if arabic else "en")


def _behind(proclitic: str, spoken: str) -> str:
    phones = _PHONES.fullmatch(spoken)
    return f"/{PROCLITICS[proclitic]} {phones[1]}/" if phones else joined(proclitic, spoken)


def _key(text: str) -> str:
    return " ".join("".join(letter for letter in clean(text) if letter not in MARKS).casefold().split())


def _inner(word: str) -> tuple[int, int]:
    """Where a word begins and ends without the marks around it."""
    return len(word) - len(word.lstrip(_OUTER)), len(word.rstrip(_OUTER))


def _wrong(what: str) -> HiwarError:
    return HiwarError(ErrorCode.INVALID_REQUEST, f"The lexicon cannot be used: {what}.")
