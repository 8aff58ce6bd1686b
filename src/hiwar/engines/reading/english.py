"""English words to the model's phonemes by the hibari package, with the word of the text that each of them says.

Numbers and abbreviations are words already (`text.english`), so the package's own rewriting of text is left out.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from hibari.g2p import LINK_RE

from hiwar.engines.reading.english_pronunciations import with_pronunciations
from hiwar.text.word_alignment import align

# The package's G2P takes time quadratic in an unbroken word.
_LONG_WORD = re.compile(r"(\S{32})(?=\S)")
_PLAIN = str.maketrans("’‒―", "'-—")
"""Signs that the package knows in another form."""
_PART = re.compile("[^ ]* |[^ ]+")

_UNREADABLE = (LookupError, ValueError)
"""What the package raises for words and signs that it has no rule for, such as circled digits."""


class EnglishG2P(Protocol):
    """The two steps of the package's G2P; its tokens carry `text`, `whitespace` and `phonemes`."""

    def tokenize(self, text: str) -> list[Any]:
        """Tokens of normalized text, without phonemes."""
        ...

    def phonemize_tokens(self, tokens: list[Any]) -> list[Any]:
        """The tokens, some of them merged, with phonemes."""
        ...


def sounds(g2p: EnglishG2P, text: str) -> list[tuple[str, int]]:
    """Phonemes in pieces, spaces included, each with the index of the word in `text.split()` that it belongs to.

    A word that the package cannot read is spelled, or else passed over.
    """
    plain = text.translate(_PLAIN)
    bounded = with_pronunciations(plain if "](" in plain else _LONG_WORD.sub(r"\1 ", plain))
    source = text.split()
    try:
        return _read(g2p, bounded, source)
    except _UNREADABLE:
        words = bounded.split()
        said = ((_read_word(g2p, word), owner) for word, owner in zip(words, align(source, words), strict=True))
        return [(f"{phonemes} ", owner) for phonemes, owner in said if phonemes]


def _read(g2p: EnglishG2P, text: str, source: Sequence[str]) -> list[tuple[str, int]]:
    """The whole text at once, so that a word's sounds may depend on those around it."""
    tokens = g2p.phonemize_tokens(g2p.tokenize(text))
    # "[shown](/phonemes/)" is the package's mark-up: only what is shown has tokens.
    written = (LINK_RE.sub(r"\1", text) if "](" in text else text).split()
    owners = align(source, written) or [0]
    last = len(owners) - 1
    pieces: list[tuple[str, int]] = []
    place = 0
    for token in tokens:
        said = (token.phonemes or "") + (" " if token.whitespace else "")
        shown = token.text.split() if " " in token.text else ()
        if len(shown) > 1:
            parts = _PART.findall(said)
            pieces += [
                (part, owners[min(place + index, last)]) for part, index in zip(parts, align(shown, parts), strict=True)
            ]
            place += len(shown) - 1
        else:
            pieces.append((said, owners[min(place, last)]))
        place += len(token.whitespace)
    return pieces


def _read_word(g2p: EnglishG2P, word: str) -> str:
    for reading in (word, " ".join(filter(str.isalnum, word))):
        try:
            return "".join(phonemes for phonemes, _ in _read(g2p, reading, [word])).strip()
        except _UNREADABLE:
            continue
    return ""
