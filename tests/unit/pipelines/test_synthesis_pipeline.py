import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from hiwar.engines.contracts import EngineInfo, EngineVoice, Samples
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineError
from hiwar.pipelines.synthesis import SpeechChunk, SynthesisPipeline
from hiwar.vocabulary import (
    SYNTHESIS_SAMPLE_RATES,
    AudioFormat,
    Language,
    LanguageChoice,
    SpeechFormat,
    SpeechRequest,
    SynthesisProgress,
    Voice,
)

VOICE = Voice("Yara", "ar", ("ar", "en"), "none", "tone", "tone", "none", "none", "exact", "")
TWO_SEGMENTS = "One two. Three!"


class CountingEngine:
    """Says so many blocks a segment, 10 ms each, and writes down what it was asked."""

    def __init__(self, blocks: int | Exception) -> None:
        self.asked: list[tuple[str, str, Language, float]] = []
        self.begun = 0
        self.held: list[Iterator[Samples]] = []
        self.cleaned = 0
        self._blocks = blocks

    info = EngineInfo("counting", "none", "none", ("ar", "en"), 16000)
    voices: tuple[EngineVoice, ...] = ()

    def synthesize(self, text: str, *, voice: str, language: Language, speed: float) -> Iterator[Samples]:
        self.asked.append((text, voice, language, speed))
        self.held.append(self._speak())  # an iterator that nobody else drops: it ends when it is closed
        return self.held[-1]

    def _speak(self) -> Iterator[Samples]:
        self.begun += 1
        try:
            if isinstance(self._blocks, Exception):
                raise self._blocks
            for _ in range(self._blocks):
                yield np.full(160, 0.5, dtype=np.float32)
        finally:
            self.cleaned += 1

    def close(self) -> None:
        raise AssertionError("a stream may not close an engine that others share")


def open_pipeline(
    text: str,
    engine: CountingEngine | ToneSynthesis,
    *,
    audio: AudioFormat = AudioFormat(SpeechFormat.PCM, 16000),  # noqa: B008 - frozen
    language: LanguageChoice = "auto",
    clock: Callable[[], float] = lambda: 0.0,
) -> SynthesisPipeline:
    request = SpeechRequest("r", text, "Yara", audio, 1.5, language)
    return SynthesisPipeline(request, voice=VOICE, engine=engine, clock=clock)


def chunks(pipeline: SynthesisPipeline) -> list[SpeechChunk]:
    found = []
    while (chunk := pipeline.step()) is not None:
        found.append(chunk)
    return found


def test_segment_by_segment_with_the_requests_voice_and_speed() -> None:
    engine = CountingEngine(2)
    audio = b"".join(chunk.audio for chunk in chunks(open_pipeline(TWO_SEGMENTS, engine)))
    assert engine.asked == [("One two.", "tone", "en", 1.5), ("Three!", "tone", "en", 1.5)]
    assert len(audio) == 2 * 2 * 160 * 2
    assert engine.cleaned == 2


def test_progress_counts_what_was_handed_over() -> None:
    pipeline = open_pipeline(TWO_SEGMENTS, CountingEngine(2))
    assert pipeline.progress == SynthesisProgress()
    counted = [(c.progress.audio_ms, c.progress.characters, c.progress.words) for c in chunks(pipeline)]
    # Within the first segment by a usual pace, within the second by the pace of the first: 20 ms for its 8 characters.
    assert counted == [(10, 0, 0), (20, 0, 0), (20, 8, 2), (30, 12, 3), (40, 14, 3), (40, 14, 3), (40, 15, 3)]
    assert pipeline.progress.characters == len(TWO_SEGMENTS)


def test_a_cancel_in_the_middle_of_a_segment_finds_about_what_was_spoken() -> None:
    pipeline = open_pipeline("hello there " * 3, ToneSynthesis())
    spoken = [(chunk.progress.audio_ms, chunk.progress.characters) for chunk in chunks(pipeline)]
    assert any(0 < characters < 30 for _, characters in spoken)
    assert [characters for _, characters in spoken] == sorted(characters for _, characters in spoken)


def test_a_step_is_at_most_one_step_of_the_engine() -> None:
    engine = CountingEngine(1)
    pipeline = open_pipeline(TWO_SEGMENTS, engine)
    assert engine.begun == 0
    pipeline.step()
    assert engine.begun == 1
    pipeline.step()
    assert (engine.begun, engine.cleaned) == (1, 1)


def test_stage_times_add_up_by_stage() -> None:
    seconds = itertools.count()
    pipeline = open_pipeline(TWO_SEGMENTS, CountingEngine(1), clock=lambda: float(next(seconds)))
    chunks(pipeline)
    progress = pipeline.progress
    # One second passes between two looks at the clock: three looks for a segment, four at the model, three encodings.
    assert (progress.text_ms, progress.model_ms, progress.encode_ms) == (3000.0, 4000.0, 3000.0)


@pytest.mark.parametrize(
    ("text", "choice", "language"),
    [
        ("Hello.", "auto", "en"),
        ("مرحبا.", "auto", "ar"),
        ("42.", "auto", "ar"),  # no letters: the voice's own
        ("Hello.", "ar", "ar"),
        ("مرحبا.", "en", "en"),
    ],
)
def test_the_language_of_a_segment(text: str, choice: LanguageChoice, language: Language) -> None:
    engine = CountingEngine(1)
    chunks(open_pipeline(text, engine, language=choice))
    assert [asked[2] for asked in engine.asked] == [language]


def test_each_segment_has_a_language_of_its_own() -> None:
    engine = CountingEngine(1)
    chunks(open_pipeline("Hello there.\nمرحبا بك.", engine))
    assert [asked[2] for asked in engine.asked] == ["en", "ar"]


@pytest.mark.parametrize("text", ["?!", "...", "\u200b", "— —"])
def test_text_without_anything_to_speak_is_spoken_to_its_end(text: str) -> None:
    engine = CountingEngine(1)
    assert b"".join(chunk.audio for chunk in chunks(open_pipeline(text, engine))) == b""
    assert engine.asked == []


def test_thousands_of_segments_that_the_engine_cannot_speak() -> None:
    engine = CountingEngine(0)
    pipeline = open_pipeline("字\n" * 5000, engine)
    chunks(pipeline)
    assert engine.cleaned == 5000
    assert (pipeline.progress.audio_ms, pipeline.progress.characters) == (0, 10_000)


def test_close_in_the_middle_lets_the_engine_clean_up_and_ends_the_steps() -> None:
    engine = CountingEngine(5)
    pipeline = open_pipeline(TWO_SEGMENTS, engine)
    pipeline.step()
    assert engine.cleaned == 0
    pipeline.close()
    assert engine.cleaned == 1
    assert pipeline.step() is None
    pipeline.close()
    assert (engine.begun, engine.cleaned) == (1, 1)


def test_close_before_the_first_step_computes_nothing() -> None:
    engine = CountingEngine(5)
    pipeline = open_pipeline(TWO_SEGMENTS, engine)
    pipeline.close()
    assert pipeline.step() is None
    assert engine.asked == []


def test_an_engine_that_fails_says_so_through_the_step() -> None:
    pipeline = open_pipeline(TWO_SEGMENTS, CountingEngine(EngineError("Its sentence.")))
    with pytest.raises(EngineError, match="Its sentence"):
        pipeline.step()
    pipeline.close()


FORMATS = [
    *[AudioFormat(SpeechFormat.PCM, rate) for rate in SYNTHESIS_SAMPLE_RATES],
    *[AudioFormat(SpeechFormat.WAV, rate) for rate in SYNTHESIS_SAMPLE_RATES],
    AudioFormat(SpeechFormat.MULAW, 8000),
    AudioFormat(SpeechFormat.ALAW, 8000),
]


@pytest.mark.parametrize("audio", FORMATS, ids=[f"{audio.encoding}-{audio.sample_rate}" for audio in FORMATS])
def test_the_tone_engine_in_every_format_at_every_rate(audio: AudioFormat) -> None:
    pipeline = open_pipeline("Hi. Yes.", ToneSynthesis(), audio=audio)
    found = chunks(pipeline)
    spoken = b"".join(chunk.audio for chunk in found)
    if audio.encoding is SpeechFormat.WAV:
        assert spoken.startswith(b"RIFF")
        assert spoken.count(b"WAVEfmt ") == 1
        assert int.from_bytes(spoken[24:28], "little") == audio.sample_rate
        spoken = spoken[44:]
    bytes_per_sample = 1 if audio.encoding in {SpeechFormat.MULAW, SpeechFormat.ALAW} else 2
    at_24_khz = sum(
        block.size
        for text in ("Hi.", "Yes.")
        for block in ToneSynthesis().synthesize(text, voice="tone", language="en", speed=1.5)
    )
    expected = at_24_khz * audio.sample_rate / 24000
    assert len(spoken) % bytes_per_sample == 0
    assert abs(len(spoken) // bytes_per_sample - expected) <= 2
    assert abs(pipeline.progress.audio_ms - at_24_khz / 24) <= 2
    assert (pipeline.progress.characters, pipeline.progress.words) == (8, 2)
    assert [c.progress.audio_ms for c in found] == sorted(c.progress.audio_ms for c in found)


def test_a_wav_of_nothing_is_a_header() -> None:
    (chunk,) = chunks(open_pipeline("?!", ToneSynthesis(), audio=AudioFormat(SpeechFormat.WAV, 16000)))
    assert chunk.audio[:4] == b"RIFF"
    assert len(chunk.audio) == 44
