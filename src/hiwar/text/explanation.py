"""What every stage of reading made of a text, as data for people who look."""

from dataclasses import dataclass

from hiwar.vocabulary import Language


@dataclass(frozen=True, slots=True)
class TokenReading:
    """`written` is the text from `start` to `end`; `kind` its class (`tokens`); `spoken` the words that say it.

    `marked`: Arabic words with all vowel marks, "" for English. `phones`: Arabic, as `arabic.letters` lists them.
    `phonemes`: what the voice's model is given.
    """

    start: int
    end: int
    written: str
    kind: str
    language: Language
    spoken: str
    marked: str = ""
    phones: str = ""
    phonemes: str = ""


@dataclass(frozen=True, slots=True)
class SegmentReading:
    """A segment, spoken in one go: `start` to `end` of the text that was sent, `text` after clean-up."""

    start: int
    end: int
    text: str
    language: Language
    tokens: tuple[TokenReading, ...]
