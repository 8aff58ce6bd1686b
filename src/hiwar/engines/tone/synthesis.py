"""Text to tones at 24 kHz (the embedded voice's rate, so that tests walk its resampling too), a character a step."""

from collections.abc import Iterator

import numpy as np

from hiwar.engines.contracts import EngineInfo, EngineVoice, Samples
from hiwar.engines.tone import code
from hiwar.errors import EngineError
from hiwar.vocabulary import LANGUAGES, Language

_SAMPLE_RATE = 24000
_SAMPLES_PER_MS = _SAMPLE_RATE // 1000
_AMPLITUDE = 0.4
# Without ramps each onset is a click that spreads over all frequencies.
_RAMP_MS = 2


class ToneSynthesis:
    """Speaks any text exactly. `speed` changes the pauses between words only.

    Surrounding white space is dropped and one space is spoken behind a segment, so segments that follow one another
    are heard as their texts joined by spaces.
    """

    def __init__(self) -> None:
        self._symbols = _symbol_table()

    @property
    def info(self) -> EngineInfo:
        """What it is; `model` is `none`."""
        return EngineInfo("tone", code.MODEL, code.LICENCE, LANGUAGES, _SAMPLE_RATE)

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """One voice, `tone`."""
        description = "Touch tones that carry the text exactly; for tests, not for ears."
        return (EngineVoice("tone", "en", LANGUAGES, "female", "exact", description),)

    def synthesize(self, text: str, *, voice: str, language: Language, speed: float) -> Iterator[Samples]:  # noqa: ARG002 - tones are the same in every language
        """One block a character. Raises EngineError for a voice other than `tone`; white space alone is silent."""
        if voice != "tone":
            raise EngineError("The tone engine has one voice, named tone; bind the voice to that name.")
        spoken = text.strip()
        for character in f"{spoken} " if spoken else "":
            yield self._speak(character, speed)

    def close(self) -> None:
        """Nothing is held."""

    def _speak(self, character: str, speed: float) -> Samples:
        pause_ms = code.CHARACTER_PAUSE_MS + (code.WORD_PAUSE_MS / speed if character.isspace() else 0)
        pause = np.zeros(round(pause_ms * _SAMPLES_PER_MS), dtype=np.float32)
        return np.concatenate((self._symbols[code.half_bytes(character)].ravel(), pause))


def _symbol_table() -> Samples:
    """The sixteen symbols, shape (16, samples of one symbol)."""
    time_s = np.arange(code.TONE_MS * _SAMPLES_PER_MS) / _SAMPLE_RATE
    low, high = (np.sin(2 * np.pi * np.outer(hertz, time_s)) for hertz in (code.LOW_HZ, code.HIGH_HZ))
    pairs = (low[:, None, :] + high[None, :, :]).reshape(16, -1) * _envelope(time_s.size) * _AMPLITUDE
    gap = (code.SYMBOL_MS - code.TONE_MS) * _SAMPLES_PER_MS
    return np.pad(pairs, ((0, 0), (0, gap))).astype(np.float32)


def _envelope(sample_count: int) -> Samples:
    ramp_samples = _RAMP_MS * _SAMPLES_PER_MS
    from_edge = np.minimum(np.arange(sample_count) + 0.5, sample_count - np.arange(sample_count) - 0.5)
    envelope: Samples = np.sin(0.5 * np.pi * np.minimum(from_edge / ramp_samples, 1)).astype(np.float32) ** 2
    return envelope
