"""A segment as it is said: tokens, words, vowel marks and phones, each traced back to what was written.

The steps are those of the modules it calls. English letters to sounds, and Arabic phones to a voice, are the engine's.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hiwar.text.arabic import verbalization as arabic
from hiwar.text.arabic.lexicon import mark_known_words
from hiwar.text.arabic.phonemes import SpokenWord, as_given, pronounce
from hiwar.text.classification import classify
from hiwar.text.english import verbalization as english
from hiwar.text.explanation import TokenReading
from hiwar.text.pronunciations import INLINE, Lexicon, given
from hiwar.text.tokens import Mark, Pronounced, Silent, Token, Word
from hiwar.text.word_alignment import align
from hiwar.vocabulary import Language

_WORD = re.compile(r"\S+")
# An inline pronunciation is one word, though it may hold spaces.
_WRITTEN_WORD = re.compile(rf"(?:{INLINE}|\S)+")
_PUNCTUATION = re.compile(r"[^\w\u064b-\u065f\u0670]")
_LETTER_A = "[A](/ˈA/)"


@dataclass(frozen=True, slots=True)
class Said:
    """A token and the words it is said in: marks as they are written, "" for what is silent."""

    token: Token
    words: str


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens that one language's reader says in one go, and the words of all of them as `text`, as it is told them.

    `tokens` and `sources` are for each word of `text` (what white space divides): its index in `said`, and the index of
    the segment's word that it is said for. Arabic text carries vowel marks; `spoken` are its words in phones, each with
    its place in `text`; English has none.
    """

    language: Language
    said: tuple[Said, ...]
    text: str
    tokens: tuple[int, ...]
    sources: tuple[int, ...]
    spoken: tuple[SpokenWord, ...] = ()

    def words_of_spoken(self) -> list[int]:
        """For each of `spoken` the index of its word in `text`."""
        starts = [match.start() for match in _WORD.finditer(self.text)]
        before_first = len(self.tokens) - len(starts) - 1
        return [max(0, bisect_right(starts, word.start) + before_first) for word in self.spoken]

    def marked_words(self) -> list[str]:
        """The words of `text`, one for each of `tokens`."""
        words = self.text.split()
        # Marks before the first letter fall away in reading, so that words are counted from the end.
        return [""] * (len(self.tokens) - len(words)) + words


@dataclass(frozen=True, slots=True)
class Reading:
    """A segment's words (where white space divides it), and what is said for them."""

    words: tuple[tuple[int, int], ...]
    runs: tuple[Run, ...]


class FrontEnd:
    """Reads segments. Stateless after construction; safe to call from several threads.

    `diacritize` adds vowel marks to Arabic text, keeps its words and the marks they have.
    """

    def __init__(self, diacritize: Callable[[str], str], lexicon: Lexicon) -> None:
        self._diacritize = diacritize
        self._lexicon = lexicon

    def read(self, text: str, language: Language) -> Reading:
        """What is said for a segment of cleaned text, whose main language it is."""
        words = tuple([match.span() for match in _WRITTEN_WORD.finditer(text)])
        said = tuple(self.say(text, language))
        runs = [self._run(text, words, language_, tuple(group)) for language_, group in _by_language(said)]
        return Reading(words, tuple(runs))

    def say(self, text: str, language: Language) -> Iterator[Said]:
        """The tokens of a segment, each in words."""
        tokens = self._tokens(text, language)
        for index, token in enumerate(tokens):
            spoken = arabic.spoken if token.language == "ar" else english.spoken
            yield Said(token, spoken(tokens, index))

    def _tokens(self, text: str, language: Language) -> tuple[Token, ...]:
        found = given(text, language, self._lexicon)
        if not found:
            return classify(text, language)
        tokens: list[Token] = []
        position = 0
        for one in found:
            tokens += _classified(text, position, one.start, language)
            if one.content is None:
                tokens.append(Token(one.start, one.written[0], language, Silent(text[one.start : one.written[0]])))
                tokens += _classified(text, *one.written, language)
                tokens.append(Token(one.written[1], one.end, language, Silent(text[one.written[1] : one.end])))
            else:
                tokens.append(Token(one.start, one.end, one.language, one.content))
            position = one.end
        return (*tokens, *_classified(text, position, len(text), language))

    def _run(self, text: str, words: Sequence[tuple[int, int]], language: Language, said: tuple[Said, ...]) -> Run:
        parts, tokens = _joined(said)
        sources = _sources(text, words, said, parts, tokens)
        run = Run(language, said, " ".join(parts), tuple(tokens), tuple(sources))
        if language == "en" or not run.text:
            return run
        content = said[0].token.content
        if isinstance(content, Pronounced) and content.is_phones:
            return replace(run, spoken=(as_given(content.spoken.split()),))
        marked = self._diacritize(mark_known_words(run.text))
        return replace(run, text=marked, spoken=pronounce(marked))


def explain(text: str, reading: Reading, phonemes: Mapping[tuple[int, int], str]) -> tuple[TokenReading, ...]:
    """The tokens of a segment `text` in order. `phonemes` by the index of a run and of a token in it."""
    found: list[TokenReading] = []
    for number, run in enumerate(reading.runs):
        marked, phones = _marked(run), _phones(run)
        for index, said in enumerate(run.said):
            token = said.token
            found.append(
                TokenReading(
                    token.start,
                    token.end,
                    text[token.start : token.end],
                    type(token.content).__name__.lower(),
                    token.language,
                    said.words,
                    " ".join(marked[index]),
                    " ".join(phones[index]),
                    phonemes.get((number, index), ""),
                )
            )
    return tuple(found)


def _classified(text: str, start: int, end: int, language: Language) -> Iterator[Token]:
    for token in classify(text[start:end], language):
        yield replace(token, start=start + token.start, end=start + token.end)


def _as_read(said: Said) -> list[str]:
    """The words as the language's reader is told them: English phonemes that are known in its mark-up."""
    content = said.token.content
    if said.token.language == "ar" or isinstance(content, Word):
        return said.words.split()
    if isinstance(content, Pronounced) and content.is_phones:
        return f"[{said.words}](/{content.spoken}/)".split()
    # Between other words the reader takes the name of the letter for the article.
    return [_LETTER_A if word == "A" else word for word in said.words.split()]


def _by_language(said: Sequence[Said]) -> Iterator[tuple[Language, Iterator[Said]]]:
    """Stretches of one language; punctuation and what is silent stay with what is before them.

    Arabic phones that were given are a stretch of their own, with no text that a reader could read.
    """
    keys: list[tuple[Language, int]] = []
    for index, one in enumerate(said):
        content = one.token.content
        if isinstance(content, Pronounced) and content.is_phones and one.token.language == "ar":
            keys.append(("ar", index + 1))
        elif isinstance(content, Mark | Silent) and keys and not keys[-1][1]:
            keys.append(keys[-1])
        else:
            keys.append((one.token.language, 0))
    for (language, _), group in groupby(zip(keys, said, strict=True), key=lambda pair: pair[0]):
        yield language, (one for _, one in group)


def _joined(said: Sequence[Said]) -> tuple[list[str], list[int]]:
    """The words of all tokens, and for each the token: punctuation is joined to what it was written together with."""
    parts: list[str] = []
    tokens: list[int] = []
    before: Token | None = None
    for index, one in enumerate(said):
        words = _as_read(one)
        if not words:
            continue
        glued = before is not None and before.end == one.token.start
        if glued and parts and (_is_mark(before) or _is_mark(one.token)):
            parts[-1] += words.pop(0)
            if _is_mark(before) and not any(map(str.isalnum, said[tokens[-1]].words)):
                tokens[-1] = index
        parts += words
        tokens += [index] * len(words)
        before = one.token
    return parts, tokens


def _is_mark(token: Token | None) -> bool:
    return token is not None and isinstance(token.content, Mark)


def _sources(
    text: str, words: Sequence[tuple[int, int]], said: Sequence[Said], parts: Sequence[str], tokens: Sequence[int]
) -> list[int]:
    """For each part the word of the segment that it is said for."""
    starts, ends = [start for start, _ in words], [end for _, end in words]
    sources: list[int] = []
    for index, group in groupby(range(len(parts)), key=tokens.__getitem__):
        token = said[index].token
        first, last = bisect_right(ends, token.start), bisect_left(starts, token.end)
        written = [text[start:end] for start, end in words[first:last]]
        sources += [first + owner for owner in align(written, [parts[place] for place in group])]
    return sources


def _marked(run: Run) -> list[list[str]]:
    """The marked words of each token, without punctuation; none in English."""
    found: list[list[str]] = [[] for _ in run.said]
    for word, token in zip(run.marked_words(), run.tokens, strict=True) if run.language == "ar" else ():
        found[token].append(_PUNCTUATION.sub("", word))
    return found


def _phones(run: Run) -> list[list[str]]:
    """The phones of each token."""
    found: list[list[str]] = [[] for _ in run.said]
    for word, place in zip(run.spoken, run.words_of_spoken(), strict=True):
        found[run.tokens[place]] += word.phones
    return found
