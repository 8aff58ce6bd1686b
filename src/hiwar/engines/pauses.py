"""How long a voice rests after a string of phonemes, in every engine that speaks them."""

_SENTENCE_MS = 430
_CLAUSE_MS = {",": 300, ";": 350, ":": 350, "—": 350}
"""By the mark that closes a string; what a reader of prose rests at normal speed."""

_OPEN_MS = 60
"""Where a sentence had to be cut between two words."""

_CLOSING = '"”) '
"""What may follow the mark."""


def pause_ms(phonemes: str, *, continues: bool, speed: float) -> float:
    """Silence after a string, from its last audible sample on; `continues` says that it ends within a sentence."""
    asked_ms = _OPEN_MS if continues else _CLAUSE_MS.get(phonemes.rstrip(_CLOSING)[-1:], _SENTENCE_MS)
    return asked_ms / speed
