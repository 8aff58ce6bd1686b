"""The hibari engine: a segment to phonemes, these to sound window by window, its words timed, a pause at its end."""

from collections.abc import Iterator, Mapping

from hibari import dsp

from hiwar.engines.contracts import EngineInfo, EngineVoice, SpeechPiece
from hiwar.engines.hibari import vocoder
from hiwar.engines.hibari.acoustic import AcousticModel
from hiwar.engines.hibari.alphabet import spelling
from hiwar.engines.hibari.endings import ended
from hiwar.engines.hibari.shaping import shaping
from hiwar.engines.hibari.stream import Schedule, speak
from hiwar.engines.hibari.voices import SHAPES, VOICES
from hiwar.engines.hibari.word_times import WordTimes
from hiwar.engines.reading.phonemizer import Phonemes, Phonemizer
from hiwar.errors import EngineError
from hiwar.text.explanation import TokenReading
from hiwar.vocabulary import Language

INFO = EngineInfo(
    name="hibari",
    model="hibari-tts 0.2.1 (heart)",
    licence="Apache-2.0",
    languages=("ar", "en"),
    sample_rate=dsp.SR,
    word_timestamps=True,
    native_rates=vocoder.RATES,
    streams="pieces",
)


class HibariEngine:
    """Shared by all streams: sessions, lexicons and tables are only read after construction."""

    def __init__(
        self, model: AcousticModel, phonemizer: Phonemizer, ids: Mapping[str, int], schedule: Schedule
    ) -> None:
        self._model: AcousticModel | None = model
        self._phonemizer = phonemizer
        self._ids = ids
        self._schedule = schedule
        self._noise = vocoder.noise_table()
        self._outputs = {rate: vocoder.output(rate) for rate in vocoder.RATES}
        self._shapings = {
            (name, rate): shaping(shape, output.bins)
            for name, shape in SHAPES.items()
            for rate, output in self._outputs.items()
        }

    @property
    def info(self) -> EngineInfo:
        """Of the embedded model."""
        return INFO

    @property
    def voices(self) -> tuple[EngineVoice, ...]:
        """All speak both languages."""
        return VOICES

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
        """About 190, 400, then 800 ms, long pieces 1,600; empty ones where a step only prepared. Raises EngineError."""
        if voice not in SHAPES:
            raise EngineError("This engine has no such voice; choose one that it lists.")
        if sample_rate not in self._outputs:
            raise EngineError("This engine does not emit that sample rate; choose one that it lists.")
        pace = speed * (SHAPES[voice].pace if language == "ar" else 1.0)
        schedule = self._schedule.lengthened() if long_pieces else self._schedule
        return self._pieces(self._phonemizer(text, language, continues=continues), voice, pace, sample_rate, schedule)

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:  # noqa: ARG002
        """The same for every voice: they are one model."""
        return self._phonemizer.explain(text, language)

    def close(self) -> None:
        """Drop the model; the memory goes with the last reference."""
        self._model = None

    def _pieces(
        self, strings: tuple[Phonemes, ...], voice: str, speed: float, sample_rate: int, schedule: Schedule
    ) -> Iterator[SpeechPiece]:
        said_ms = 0.0
        for phonemes in strings:
            for piece in self._speak(phonemes, voice, speed, sample_rate, schedule, said_ms):
                yield piece
                said_ms += len(piece.samples) * 1000 / sample_rate

    def _speak(
        self, phonemes: Phonemes, voice: str, speed: float, sample_rate: int, schedule: Schedule, from_ms: float
    ) -> Iterator[SpeechPiece]:
        model = self._model
        if model is None:
            raise EngineError
        spelled = spelling(phonemes.text, phonemes.words, self._ids)
        timing = model.encode(spelled.ids, speed, spelled.lengths)
        words: WordTimes | None = None
        at_ms = from_ms
        sounding = vocoder.Vocoder(
            self._outputs[sample_rate], self._shapings[voice, sample_rate], SHAPES[voice], self._noise
        )
        for stretch in speak(model, timing, sounding, schedule):
            if words is None:
                words = WordTimes(spelled.words, timing, stretch.start, from_ms)
            if stretch.stop == timing.frame_count:
                samples = ended(stretch.samples, phonemes, speed, sample_rate, words.given_until_ms - at_ms)
                yield SpeechPiece(samples, words.rest(at_ms + len(samples) * 1000 / sample_rate))
            else:
                yield SpeechPiece(stretch.samples, words.before(stretch.stop))
            at_ms += len(stretch.samples) * 1000 / sample_rate
