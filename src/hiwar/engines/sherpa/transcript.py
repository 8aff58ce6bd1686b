"""Text and timed words from the tokens of a transducer; which audio to hear is left to the engine."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hiwar.vocabulary import Word

_MARK = re.compile(r"<[^<>\s]*>")
"""A token that is no text: the language that a model names, or one that it does not know."""
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
"""A token for one byte of a character, which sherpa-onnx has put together in the text."""
_LAST_WORD_MS = 240
"""How long a word lasts of which only the last token's begin is known."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stream gave: its text, and for each token the begin in seconds and the logarithm of its probability."""

    text: str
    tokens: Sequence[str]
    begins: Sequence[float]
    log_probabilities: Sequence[float]


def text_of(heard: Heard, prefix: str, *, capitals_only: bool) -> str:
    """The text with single spaces and without marks, small letters for capitals; it begins with `prefix`."""
    plain = " ".join(_MARK.sub("", heard.text).split())
    text = plain.lower() if capitals_only else plain
    if text.startswith(prefix):
        return text
    rest = text.split()[len(prefix.split()) :]
    return " ".join([prefix, *rest])


def confidence_of(heard: Heard) -> float:
    """The geometric mean of the tokens' probabilities, 0 without a token."""
    if not heard.log_probabilities:
        return 0.0
    return min(1.0, math.exp(sum(heard.log_probabilities) / len(heard.log_probabilities)))


def words_of(heard: Heard, text: str, audio_ms: int) -> tuple[Word, ...]:
    """The words of `text` with times within 0 to `audio_ms`; a word lasts until the next one, at most a while.

    None at all when the tokens make another number of words, as with a prefix that was not heard.
    """
    groups: list[list[int]] = []
    for number, token in enumerate(heard.tokens):
        if _MARK.fullmatch(token) and not _BYTE.fullmatch(token):
            continue
        if token[:1] == " " or not groups:
            groups.append([])
        groups[-1].append(number)
    # A lone space begins a word that the next token may spell.
    groups = [group for group in groups if any(heard.tokens[number].strip() for number in group)]
    texts = text.split()
    if len(groups) != len(texts):
        return ()
    begins = [min(audio_ms, round(heard.begins[group[0]] * 1000)) for group in groups]
    words: list[Word] = []
    for place, (spelling, group) in enumerate(zip(texts, groups, strict=True)):
        following = begins[place + 1] if place + 1 < len(begins) else audio_ms
        end = min(following, round(heard.begins[group[-1]] * 1000) + _LAST_WORD_MS)
        sure = math.exp(sum(heard.log_probabilities[number] for number in group) / len(group))
        words.append(Word(spelling, begins[place], max(begins[place], end), min(1.0, sure)))
    return tuple(words)
