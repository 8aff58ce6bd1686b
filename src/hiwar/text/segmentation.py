"""Cuts a text into segments, each spoken in one go: sentences, and clauses of sentences that are too long.

Works on cleaned text (`normalization.clean`). Pronunciation is left to the engines.
"""

import re
from collections.abc import Iterator

MAX_SEGMENT_CHARACTERS = 200
"""Bound of one segment, so that one engine step stays short."""

LONG_FIRST_CHARACTERS = 60
"""A first segment longer than this is cut at a clause, so that its audio comes early."""

MIN_FIRST_CHARACTERS = 8
"""A shorter first piece would sound like a word torn off."""

# A run of sentence marks with the quotes and brackets that close after it is one match: hostile runs stay linear.
_MARK = re.compile(r"[.!?…؟؛][.!?…؟؛\"'”’»)\]}]*|[\n;:,،—]")
_SENTENCE_MARKS = frozenset(".!?…؟؛\n")
_MARKS_ARABIC_ONLY = frozenset("؟؛،")
_MAX_ABBREVIATION = 12
_ABBREVIATIONS = frozenset({
    "dr", "mr", "mrs", "ms", "prof", "sr", "jr", "st", "gen", "col", "sgt", "capt", "lt", "rev", "hon",
    "vs", "cf", "approx", "e.g", "i.e",
})  # fmt: skip
_ABBREVIATIONS_BEFORE_NUMBERS = frozenset({
    "no", "nos", "fig", "vol", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
})  # fmt: skip


def segments(text: str) -> Iterator[str]:
    """Yield the speakable segments in order, each 1 to MAX_SEGMENT_CHARACTERS long, without outer white space.

    Stretches without a letter or digit are dropped. Linear in the length of the text, and lazy.
    """
    first = True
    for sentence in _sentences(text):
        for piece in _bounded(sentence, first=first):
            if any(character.isalnum() for character in piece):
                first = False
                yield piece


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _MARK.finditer(text):
        if match[0][0] in _SENTENCE_MARKS and _ends_sentence(text, match, start):
            if sentence := text[start : match.end()].strip():
                yield sentence
            start = match.end()
    if sentence := text[start:].strip():
        yield sentence


def _ends_sentence(text: str, mark: re.Match[str], start: int) -> bool:
    """Whether a run of sentence marks ends a sentence that began at `start`."""
    following = text[mark.end() : mark.end() + 2]
    if mark[0] == "\n" or not following:
        return True
    if not following[0].isspace():
        return _is_arabic(following[0]) and not text[mark.start() - 1 : mark.start()].isdigit()
    if not set(mark[0]).isdisjoint("!?؟؛"):
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
    return is_initial or word in _ABBREVIATIONS or (before_number and word in _ABBREVIATIONS_BEFORE_NUMBERS)


def _bounded(sentence: str, *, first: bool) -> Iterator[str]:
    """Cut a sentence at clauses, at spaces, and at last anywhere, so that every piece is within its bound."""
    clauses = _clauses(sentence)
    if first and len(sentence) > LONG_FIRST_CHARACTERS:
        clauses, head = _take_first(clauses)
        if head:
            yield from _pieces(head)
    packed = ""
    for clause in clauses:
        if packed and len(packed) + len(clause) > MAX_SEGMENT_CHARACTERS:
            yield from _pieces(packed)
            packed = ""
        packed += clause
    yield from _pieces(packed)


def _take_first(clauses: list[str]) -> tuple[list[str], str]:
    head = ""
    for count, clause in enumerate(clauses[:-1], start=1):
        head += clause
        if len(head) >= MIN_FIRST_CHARACTERS:
            return clauses[count:], head
    return clauses, ""


def _clauses(sentence: str) -> list[str]:
    """Pieces that end after a clause mark and join to the sentence again."""
    found: list[str] = []
    start = 0
    for match in _MARK.finditer(sentence):
        following = sentence[match.end() : match.end() + 1]
        if following.isspace() or (match[0][0] in _MARKS_ARABIC_ONLY and _is_arabic(following)):
            found.append(sentence[start : match.end()])
            start = match.end()
    if start < len(sentence):
        found.append(sentence[start:])
    return found


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > MAX_SEGMENT_CHARACTERS:
        limit = start + MAX_SEGMENT_CHARACTERS
        cut = text.rfind(" ", start + 1, limit + 1)
        if cut < 0:
            cut = _before_marks(text, limit)
        if piece := text[start:cut].strip():
            yield piece
        start = cut
    if piece := text[start:].strip():
        yield piece


def _before_marks(text: str, cut: int) -> int:
    """Move a forced cut back over vowel marks (at most eight follow a letter), so that none is torn from its letter."""
    for index in range(cut, cut - 9, -1):
        if not "\u064b" <= text[index] <= "\u0652":
            return index
    return cut


def _is_arabic(character: str) -> bool:
    return "\u0620" <= character <= "\u064a"
