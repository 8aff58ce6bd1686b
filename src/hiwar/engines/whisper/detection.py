"""Arabic or English, from Whisper's probabilities for a hundred languages."""

from collections.abc import Mapping

from hiwar.vocabulary import Language

_TAKEN_FOR_ARABIC = ("ar", "fa", "he", "ps", "sd", "ur")
"""What Whisper guesses for short or recited Arabic: of 12 recordings it names Arabic itself in 8 after 1 s."""

_ENGLISH_FLOOR = 0.05
"""Whisper seldom doubts English: recordings of it got 0.11 at the least, Arabic that it places nowhere under 0.04."""

_DOUBT_CEILING = 0.96
"""English that is heard as such has more (but for spelt digits); Arabic with an accent or English words has less."""


def is_doubtful(probabilities: Mapping[str, float]) -> bool:
    """Whether what each language makes of the audio says more than these probabilities do."""
    return _ENGLISH_FLOOR <= probabilities.get("en", 0.0) < _DOUBT_CEILING


def pick_language(probabilities: Mapping[str, float]) -> Language:
    """The likelier of the two, given probabilities by Whisper's language code; missing ones count as 0."""
    arabic = sum(probabilities.get(code, 0.0) for code in _TAKEN_FOR_ARABIC)
    return "en" if probabilities.get("en", 0.0) >= max(arabic, _ENGLISH_FLOOR) else "ar"
