"""The piper engine: a segment to phonemes, their utterances streamed one after another, words beside their audio."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from hiwar.audio.limiting import limited
from hiwar.engines.contracts import EngineInfo, EngineVoice, Samples, SpeechPiece, SpokenWord
from hiwar.engines.pauses import pause_ms
from hiwar.engines.piper.model import VitsModel
from hiwar.engines.piper.streaming import Delivery, Schedule, UtteranceStream
from hiwar.engines.piper.utterance import SymbolWord, compose
from hiwar.engines.piper.voice_file import VoiceFile
from hiwar.engines.reading.phonemizer import Phonemes
from hiwar.errors import EngineError
from hiwar.text.explanation import TokenReading
from hiwar.vocabulary import Language

_SERVED = Schedule()
_LONG = replace(_SERVED, windows=(*_SERVED.windows, 2 * _SERVED.windows[-1]))

_ONSET_MS = 2
"""Of the first samples, which fade in: some voices breathe where they are cut off from the silence before them."""


class Phonemize(Protocol):
    """See `Phonemizer`; the alphabet is that of the voice."""

    def __call__(self, text: str, language: Language, *, continues: bool = False) -> tuple[Phonemes, ...]:
        """Text of one segment as strings that are spoken one after another."""
        ...


@dataclass(frozen=True, slots=True)
class LoadedVoice:
    """A speaker of a voice file. `gain` brings the model's level to that of the other engines."""

    name: str
    speaker: int
    file: VoiceFile
    model: VitsModel
    phonemize: Phonemize
    explain: Callable[[str, Language], tuple[TokenReading, ...]]
    gain: float = 1.0


class PiperEngine:
    """Shared by all streams: sessions, lexicons and tables are only read after construction."""

    def __init__(self, voices: Mapping[str, LoadedVoice]) -> None:
        """`voices` by name, at least one, all of one sample rate."""
        self._loaded = dict(voices)
        files = list(dict.fromkeys(voice.file.name for voice in voices.values()))
        languages: tuple[Language, ...] = ("ar", "en")
        self._info = EngineInfo(
            name="piper",
            model=", ".join(files),
            licence="see the voice's model card",
            languages=languages,
            sample_rate=next(iter(voices.values())).file.sample_rate,
            word_timestamps=True,
            streams="pieces",
        )
        self._voices = tuple(map(_described, voices.values()))

    @property
    def info(self) -> EngineInfo:
        """Of the loaded voices."""
        return self._info

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """One for each speaker of each voice file."""
        return self._voices

    def synthesize(
        self,
        text: str,
        *,
        voice: str,
        language: Language,
        speed: float,
        sample_rate: int,
        continues: bool = False,
        long_pieces: bool = False,
    ) -> Iterator[SpeechPiece]:
        """A step prepares, which gives no samples, or sounds up to 32 frames (0.4 s), or 64. Raises EngineError."""
        if sample_rate != self._info.sample_rate:
            raise EngineError("This engine speaks at the sample rate of its voices alone.")
        loaded = self._voice(voice)
        schedule = _LONG if long_pieces else _SERVED
        return _spoken(loaded, loaded.phonemize(text, language, continues=continues), speed, schedule)

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        """By the reader of the voice, whose phonemes are its own. Raises EngineError."""
        return self._voice(voice).explain(text, language)

    def close(self) -> None:
        """Drop the models; the memory goes with the last reference."""
        for voice in self._loaded.values():
            voice.model.close()

    def _voice(self, name: str) -> LoadedVoice:
        try:
            return self._loaded[name]
        except KeyError:
            raise EngineError("This engine has no such voice; choose one that it lists.") from None


def _spoken(
    voice: LoadedVoice, strings: tuple[Phonemes, ...], speed: float, schedule: Schedule
) -> Iterator[SpeechPiece]:
    before = 0
    for phonemes in strings:
        utterance = compose(phonemes, voice.file)
        stream = UtteranceStream(voice.model, utterance, _delivery(voice, speed, phonemes), schedule)
        for piece in _pieces(stream, utterance.words, voice, before):
            yield piece
            before += piece.samples.size


def _pieces(
    stream: UtteranceStream, words: tuple[SymbolWord, ...], voice: LoadedVoice, before: int
) -> Iterator[SpeechPiece]:
    """The stream's samples at the voice's level, with their words; `before` samples of the segment precede it.

    The last piece brings the words that have no frame of their own as well.
    """
    waiting = list(words)
    is_onset = True
    while (samples := stream.step()) is not None:
        if is_onset and samples.size:
            samples, is_onset = _faded_in(samples, voice.file.sample_rate), False
        spoken: list[SpokenWord] = []
        while waiting and (stream.is_over or (samples.size and _has_begun(waiting[0], stream))):
            spoken.append(_timed(waiting.pop(0), stream, voice, before))
        yield SpeechPiece(limited(samples * np.float32(voice.gain)), tuple(spoken))


def _faded_in(samples: Samples, sample_rate: int) -> Samples:
    rise = np.arange(sample_rate * _ONSET_MS // 1000, dtype=np.float32) / (sample_rate * _ONSET_MS // 1000)
    return np.concatenate((samples[: len(rise)] * rise[: len(samples)], samples[len(rise) :]))


def _has_begun(word: SymbolWord, stream: UtteranceStream) -> bool:
    return stream.frames_before(word.first) < stream.sounded


def _timed(word: SymbolWord, stream: UtteranceStream, voice: LoadedVoice, before: int) -> SpokenWord:
    ms = 1000 / voice.file.sample_rate
    start, end = (
        (before + max(0, stream.frames_before(symbol) - stream.start) * voice.model.hop) * ms
        for symbol in (word.first, word.last)
    )
    return SpokenWord(word.start, word.end, start, end)


def _delivery(voice: LoadedVoice, speed: float, phonemes: Phonemes) -> Delivery:
    file = voice.file
    rest_ms = pause_ms(phonemes.text, continues=phonemes.continues, speed=speed)
    return Delivery(
        scales=(file.noise_scale, file.length_scale, file.duration_noise_scale),
        speed=speed,
        speaker=voice.speaker,
        pause_frames=round(rest_ms / 1000 * file.sample_rate / voice.model.hop),
    )


def _described(voice: LoadedVoice) -> EngineVoice:
    own = voice.file.language
    other: Language = "en" if own == "ar" else "ar"
    named: dict[str, str] = {"ar": "Arabic", "en": "English"}
    return EngineVoice(
        name=voice.name,
        language=own,
        languages=(own, other),
        gender="none",
        quality="good",
        description=f"A Piper voice for {named[own]}. It says {named[other]} with the sounds of {named[own]}.",
    )
