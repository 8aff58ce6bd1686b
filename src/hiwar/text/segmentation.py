"""Cuts a text into segments, each spoken in one go: sentences, and clauses of sentences that are too long.

Works on cleaned text (`normalization.clean`). Pronunciation is left to the engines, text in pieces to `feed`.
"""

import re
import unicodedata
from collections.abc import Iterator

MAX_SEGMENT_CHARACTERS = 200
"""Bound of one segment, so that one engine step stays short."""

EARLY_CLAUSE_CHARACTERS = 60
"""A longer first sentence is cut at its last clause within so much, if it has one there: longer text costs time to
first audio, and a pause at a clause is heard anyway.
"""

LONG_FIRST_CHARACTERS = 120
"""A first sentence longer than this, without such a clause, is cut at a later one within this, or between two words."""

QUICK_FIRST_CHARACTERS = 100
"""What it is cut to between two words."""

MIN_CLAUSE_CHARACTERS = 8
"""A shorter piece of a sentence would sound like a word torn off."""

_CLOSING = "\"'”’»)]}"
_CLOSERS = re.escape(_CLOSING)
# A run of sentence marks with the quotes and brackets that close after it is one match: hostile runs stay linear.
_SENTENCE_MARK = re.compile(rf"[.!?…؟؛][.!?…؟؛{_CLOSERS}]*|\n")
_FINAL_SENTENCE_MARK = re.compile(rf"[.!?…؟؛]+[{_CLOSERS}]*\Z")
_CLAUSE_MARK = re.compile(rf"[;:,،—.…][.!?…؟؛{_CLOSERS}]*+(?=[\s\u0620-\u064a])")
_MARKS = frozenset(".!?…؟؛\n;:,،—")
_DECISIVE_MARKS = frozenset("!?؟؛")
_MAX_ABBREVIATION = 12
_ABBREVIATIONS = frozenset({
    "dr", "mr", "mrs", "ms", "prof", "sr", "jr", "st", "gen", "col", "sgt", "capt", "lt", "rev", "hon", "sen",
    "gov", "mt", "ft",
    "vs", "cf", "approx", "e.g", "i.e", "أ.د", "ص.ب", "ق.م", "ود", "وأ", "وم",
})  # fmt: skip
_ABBREVIATIONS_BEFORE_NUMBERS = frozenset({
    "no", "nos", "apt", "ext", "fig", "vol",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
})  # fmt: skip
_INITIALS = re.compile(r"(?:[a-z]\.){1,5}[a-z]")
_LONE_LETTER = re.compile(r"(?:\A|[\s.])[\u0621-\u064a]\Z")
_IN_NUMBERS = ".,:/-"
_IN_ADDRESSES = frozenset("./@:")
_NOT_SPACE = re.compile(r"\S")
# In cleaned text that was put together from stretches.
_SPACES_MAX = 3
_INLINE_MAX = 100
"""Characters within which an inline pronunciation is not cut; a bracket left open delays no more than this."""


def segments(text: str) -> Iterator[str]:
    """Yield the speakable segments in order, each 1 to MAX_SEGMENT_CHARACTERS long, without outer white space.

    Stretches without a letter or digit are dropped. Linear in the length of the text, and lazy.
    """
    start = 0
    first = True
    cutter = SegmentCutter()
    while (end := cutter.sure_end(text, start, first=first, complete=True)) is not None:
        piece = text[start:end].strip()
        start = end
        if is_speakable(piece):
            first = False
            yield piece


def is_speakable(text: str) -> bool:
    """Whether there is a letter or digit in it."""
    return any(map(str.isalnum, text))


def breaks_off(text: str) -> bool:
    """Whether a piece ends without a mark, so that a sentence which goes on behind it has been cut between words."""
    ending = text.rstrip(" " + _CLOSING)
    return bool(ending) and ending[-1] not in _MARKS


class SegmentCutter:
    """Where the segments of one text end, asked for one after another, while the text may still grow at its end.

    Remembers how far it has looked, so that asking again after each character costs no more than asking once.
    """

    def __init__(self) -> None:
        self._decided = 0

    def sure_end(self, text: str, start: int, *, first: bool, complete: bool) -> int | None:
        """Where the segment that begins at `start` ends, whatever follows `text`; None when that is open yet.

        `first` until a segment has been spoken. `complete` says that nothing follows: None then means that all is cut.
        """
        begin = _NOT_SPACE.search(text, start)
        if begin is None:
            return None
        body = begin.start()
        end = self._sentence_end(text, body, complete=complete)
        if end is None and complete:
            end = len(text)
        beyond = body + MAX_SEGMENT_CHARACTERS + _SPACES_MAX + 1
        held = len(text[body : beyond if end is None else min(end, beyond)].rstrip())
        cut = None
        if first and held > EARLY_CLAUSE_CHARACTERS:
            cut = _first_cut(text, body, held)
        if cut is None:
            cut = _forced_cut(text, body) if held > MAX_SEGMENT_CHARACTERS else end
        if cut is not None:
            self._decided = 0
        return cut

    def _sentence_end(self, text: str, body: int, *, complete: bool) -> int | None:
        """Where the sentence ends; None when that is not sure, or beyond a segment's bound."""
        for mark in _SENTENCE_MARK.finditer(text, body + self._decided, body + MAX_SEGMENT_CHARACTERS + 1):
            following = text[mark.end() : mark.end() + 2]
            if not complete and mark[0] != "\n" and following in ("", " "):
                return None
            if _ends_sentence(text, mark, body):
                return mark.end()
            self._decided = mark.end() - body
        return None


def end_so_far(text: str, *, torn: bool, vain: int = 0) -> int | None:
    """Where to cut a text of which no more came in time, so that nothing is torn whatever follows; None: nowhere.

    In this order: after its last sentence, its last clause, its last word. A word without white space behind it
    may be half a word, and a number may lack its other digits or its unit: they stay, unless nothing else is there
    than numbers. `text` is cleaned, and may end in white space; `torn` says that a part of a word follows it. Before
    `vain`, where a word begins, there is no such place: `settled` tells it of a text that this was asked of before.
    """
    if torn:
        text = text[: text.rfind(" ") + 1]
    if not is_speakable(text):
        return None
    if _ends_sentence_so_far(text.rstrip()):
        return len(text)
    cut = _last_clause(text, 0, len(text), vain) or _last_word(text, vain, len(text))
    return cut or (len(text) if text[-1].isspace() and not torn else None)


def settled(text: str) -> int:
    """Up to where more text cannot change that `end_so_far` gave None: all words but the last, with what follows."""
    return text.rfind(" ", 0, max(0, len(text) - 2)) + 1 if is_speakable(text) else 0


def _ends_sentence_so_far(text: str) -> bool:
    word = text.rsplit(maxsplit=1)[-1]
    mark = _FINAL_SENTENCE_MARK.search(word)
    if mark is None:
        return False
    spoken = word[: mark.start()]
    if not is_speakable(spoken) or not _IN_ADDRESSES.isdisjoint(spoken):
        return False
    if not _DECISIVE_MARKS.isdisjoint(mark[0]):
        return True
    dot = len(text) - len(mark[0])
    return not (spoken[-1].isdigit() or _is_abbreviation(text, dot, 0, before_number=mark[0] == "."))


def _ends_sentence(text: str, mark: re.Match[str], start: int) -> bool:
    """Whether a run of sentence marks ends a sentence that began at `start`."""
    following = text[mark.end() : mark.end() + 2]
    if mark[0] == "\n" or not following:
        return True
    if not following[0].isspace():
        before = text[max(start, mark.start() - 2) : mark.start()]
        # A letter by itself belongs to an abbreviation: ر.س, ص.ب.
        return _is_arabic(following[0]) and not (
            before[-1:].isdigit() or (mark[0] == "." and _LONE_LETTER.search(before))
        )
    if not _DECISIVE_MARKS.isdisjoint(mark[0]):
        return True
    after = following.lstrip()[:1]
    return not (after.islower() or _is_abbreviation(text, mark.start(), start, before_number=after.isdigit()))


def _is_abbreviation(text: str, mark: int, start: int, *, before_number: bool) -> bool:
    head = text[max(start, mark - _MAX_ABBREVIATION) : mark]
    words = head.split()
    if not words or head[-1:].isspace():
        return False
    word = words[-1].lstrip("\"'“‘«([").lower()
    is_initial = len(word) == 1 and word.isalpha() and (_is_arabic(word) or head[-1].isupper())
    if before_number and (word in _ABBREVIATIONS_BEFORE_NUMBERS or _INITIALS.fullmatch(word)):
        return True
    return is_initial or word in _ABBREVIATIONS


def _first_cut(text: str, start: int, held: int) -> int | None:
    """Where to cut a first sentence of so many characters, so that its audio comes early; None: it stays whole."""
    cut = _last_clause(text, start, start + EARLY_CLAUSE_CHARACTERS)
    if cut is None and held > LONG_FIRST_CHARACTERS:
        cut = _last_clause(text, start, start + LONG_FIRST_CHARACTERS)
        cut = cut or _last_word(text, start, start + QUICK_FIRST_CHARACTERS)
    return cut


def _forced_cut(text: str, start: int) -> int:
    """Where to cut a sentence that is longer than a segment may be: clause, word, space, and at last anywhere."""
    limit = start + MAX_SEGMENT_CHARACTERS
    cut = _last_clause(text, start, limit) or _last_word(text, start, limit)
    if cut is None:
        space = text.rfind(" ", start + 1, limit + 1)
        cut = space if space > 0 else _before_marks(text, limit)
    return cut


def _last_clause(text: str, start: int, limit: int, vain: int = 0) -> int | None:
    last = None
    # One character more, for what must follow the mark.
    for mark in _CLAUSE_MARK.finditer(text, max(start, vain), limit + 1):
        if mark.end() - start >= MIN_CLAUSE_CHARACTERS and _ends_clause(text, mark):
            last = mark.end()
    return last


def _ends_clause(text: str, mark: re.Match[str]) -> bool:
    following = text[mark.end() : mark.end() + 2]
    if not following[:1].isspace():
        return mark[0] == "،" and _is_arabic(following[:1])
    if text[mark.start() - 1].isdigit():
        return len(following) == 2 and not following[1].isdigit()
    return not (mark[0] == "." and _is_abbreviation(text, mark.start(), 0, before_number=True))


def _last_word(text: str, start: int, limit: int) -> int | None:
    """After the last word with a space behind it that does not belong to what follows."""
    space = text.rfind(" ", start + 1, limit + 1)
    while space > 0:
        before = text.rfind(" ", start, space)
        if not _leans_on_next(text[max(start, before + 1) : space]) and not _is_inside_inline(text, start, space):
            return space
        space = before if before > start else -1
    return None


def _leans_on_next(word: str) -> bool:
    """Numbers, signs that stand alone, abbreviations, and what may be the code of a currency."""
    if word.rstrip(_IN_NUMBERS + _CLOSING)[-1:].isdigit() or not is_speakable(word):
        return True
    if word[-1] == "." and _is_abbreviation(word, len(word) - 1, 0, before_number=True):
        return True
    return len(word) == 3 and word.isascii() and word.isalpha() and word.isupper()


def _is_inside_inline(text: str, start: int, space: int) -> bool:
    """Whether a space stands in an inline pronunciation, `[written](spoken)`, or in what may become one."""
    opened = text.rfind("[", max(start, space - _INLINE_MAX), space)
    if opened < 0:
        return False
    closed = text.find("]", opened, space)
    return closed < 0 or (text.startswith("](", closed) and text.find(")", closed, space) < 0)


def _before_marks(text: str, cut: int) -> int:
    """Move a forced cut back over combining marks (at most eight follow a letter), so that none is torn off."""
    for index in range(cut, cut - 9, -1):
        if not unicodedata.category(text[index]).startswith("M"):
            return index
    return cut


def _is_arabic(character: str) -> bool:
    return "\u0620" <= character <= "\u064a"
