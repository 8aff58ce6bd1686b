"""Text to tones at 24 kHz (the embedded voice's rate, so that tests walk resampling too), a character a step."""

import re
from collections.abc import Iterator

import numpy as np

from hiwar.engines.contracts import EngineInfo, EngineVoice, Samples, SpeechPiece, SpokenWord
from hiwar.engines.tone import code
from hiwar.errors import EngineError
from hiwar.text.explanation import TokenReading
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
        return EngineInfo(
            "tone", code.MODEL, code.LICENCE, LANGUAGES, _SAMPLE_RATE, word_timestamps=True, streams="pieces"
        )

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """One voice, `tone`."""
        description = "Touch tones that carry the text exactly; for tests, not for ears."
        return (EngineVoice("tone", "en", LANGUAGES, "female", "exact", description),)

    def synthesize(
        self,
        text: str,
        *,
        voice: str,
        language: Language,  # noqa: ARG002 - tones are the same in every language
        speed: float,
        sample_rate: int,
        continues: bool = False,  # noqa: ARG002 - nor has the end of a sentence a sound of its own
        long_pieces: bool = False,  # noqa: ARG002 - nor would they cost less
    ) -> Iterator[SpeechPiece]:
        """One piece a character. Raises EngineError for a voice other than `tone`; white space alone is silent."""
        if voice != "tone" or sample_rate != _SAMPLE_RATE:
            raise EngineError("The tone engine has one voice, named tone, at 24000 Hz; bind the voice to that name.")
        return self._pieces(text, speed)

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:  # noqa: ARG002
        """Nothing: letters are spoken as they are written."""
        return ()

    def close(self) -> None:
        """Nothing is held."""

    def _pieces(self, text: str, speed: float) -> Iterator[SpeechPiece]:
        words = {match.start(): match.end() for match in re.finditer(r"\S+", text)}
        spoken_ms = 0.0
        for position in range(min(words, default=0), max(words.values(), default=-1) + 1):
            character = text[position] if position < len(text) else " "
            samples = self._character(character, speed)
            spans: tuple[SpokenWord, ...] = ()
            if (end := words.get(position)) is not None:
                word_ms = sum(_character_ms(letter, speed) for letter in text[position:end])
                spans = (SpokenWord(position, end, spoken_ms, spoken_ms + word_ms),)
            spoken_ms += samples.size / _SAMPLES_PER_MS
            yield SpeechPiece(samples, spans)

    def _character(self, character: str, speed: float) -> Samples:
        symbols = self._symbols[code.half_bytes(character)].ravel()
        samples = np.zeros(round(_character_ms(character, speed) * _SAMPLES_PER_MS), dtype=np.float32)
        samples[: symbols.size] = symbols
        return samples


def _character_ms(character: str, speed: float) -> float:
    pause_ms = code.CHARACTER_PAUSE_MS + (code.WORD_PAUSE_MS / speed if character.isspace() else 0)
    return len(code.half_bytes(character)) * code.SYMBOL_MS + pause_ms


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
