import itertools
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from hiwar.engines.contracts import EngineInfo, EngineVoice, SpeechPiece, SpokenWord
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineError
from hiwar.pipelines.synthesis import CHUNK_BYTES_MAX, SpeechChunk, SynthesisPipeline
from hiwar.text.explanation import TokenReading
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import (
    SYNTHESIS_SAMPLE_RATES,
    AudioFormat,
    Language,
    LanguageChoice,
    SpeechFormat,
    SpeechRequest,
    SynthesisProgress,
    Voice,
    WordTime,
)
from support.tones import tones

VOICE = Voice("Yara", "ar", ("ar", "en"), "none", "tone", "tone", "none", "none", "exact", "")
TWO_SEGMENTS = "One two. Three!"


class CountingEngine:
    """Says so many blocks a segment, 10 ms each, a word with each of the first, and writes down what it was asked."""

    def __init__(self, blocks: int | Exception, *, rates: tuple[int, ...] = (), block_samples: int = 160) -> None:
        self.asked: list[tuple[str, str, Language, float]] = []
        self.rates: list[int] = []
        self.lengthened: list[bool] = []
        self.continued: list[bool] = []
        self.begun = 0
        self.held: list[Iterator[SpeechPiece]] = []
        self.cleaned = 0
        self.info = EngineInfo(
            "counting", "none", "none", ("ar", "en"), 16000, word_timestamps=True, native_rates=rates
        )
        self._blocks = blocks
        self._block_samples = block_samples

    voices: tuple[EngineVoice, ...] = ()

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
        self.continued.append(continues)
        self.lengthened.append(long_pieces)
        self.asked.append((text, voice, language, speed))
        self.rates.append(sample_rate)
        self.held.append(self._speak(text))  # an iterator that nobody else drops: it ends when it is closed
        return self.held[-1]

    def _speak(self, text: str) -> Iterator[SpeechPiece]:
        self.begun += 1
        words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
        try:
            if isinstance(self._blocks, Exception):
                raise self._blocks
            for index in range(self._blocks):
                spans = tuple(SpokenWord(*span, index * 10.0, index * 10.0 + 10) for span in words[index : index + 1])
                yield SpeechPiece(np.full(self._block_samples, 0.5, dtype=np.float32), spans)
        finally:
            self.cleaned += 1

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        raise AssertionError("nobody asked")

    def close(self) -> None:
        raise AssertionError("a stream may not close an engine that others share")


def open_pipeline(
    text: str | SegmentFeed,
    engine: CountingEngine | ToneSynthesis,
    *,
    audio: AudioFormat = AudioFormat(SpeechFormat.PCM, 16000),  # noqa: B008 - frozen
    language: LanguageChoice = "auto",
    clock: Callable[[], float] = lambda: 0.0,
    word_timestamps: bool = False,
) -> SynthesisPipeline:
    whole = text if isinstance(text, str) else None
    feed = text if isinstance(text, SegmentFeed) else SegmentFeed.whole(text)
    request = SpeechRequest("r", whole, "Yara", audio, 1.5, language, word_timestamps)
    return SynthesisPipeline(request, feed, voice=VOICE, engine=engine, clock=clock)


def chunks(pipeline: SynthesisPipeline) -> list[SpeechChunk]:
    found: list[SpeechChunk] = []
    while (step := pipeline.step()) is not None:
        found += step
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
    assert counted == [(10, 3, 1), (20, 8, 2), (20, 9, 2), (30, 15, 3), (40, 15, 3), (40, 15, 3), (40, 15, 3)]
    assert pipeline.progress.characters == len(TWO_SEGMENTS)


def test_a_cancel_in_the_middle_of_a_segment_finds_what_was_spoken() -> None:
    pipeline = open_pipeline("hello there " * 3, ToneSynthesis())
    spoken = [(chunk.progress.audio_ms, chunk.progress.characters, chunk.progress.words) for chunk in chunks(pipeline)]
    # A character takes 100 ms, the space behind a word 100 ms and 40 ms / 1.5 more; the encoder holds back 2 at most.
    first, second = (next(entry for entry in spoken if entry[2] == count) for count in (1, 2))
    assert (first[1], second[1]) == (5, 11)
    assert [first[0], second[0]] == pytest.approx([500, 500 + 127 + 500], abs=3)
    assert [characters for _, characters, _ in spoken] == sorted(characters for _, characters, _ in spoken)


def test_words_come_with_the_audio_in_which_they_begin() -> None:
    pipeline = open_pipeline(TWO_SEGMENTS, CountingEngine(2), word_timestamps=True)
    found = [(chunk.words, len(chunk.audio) > 0) for chunk in chunks(pipeline) if chunk.words]
    assert found == [
        ((WordTime("One", 0, 10),), True),
        ((WordTime("two.", 10, 20),), True),
        ((WordTime("Three!", 20, 30),), True),
    ]


def test_words_are_left_out_when_they_were_not_asked_for() -> None:
    assert not any(chunk.words for chunk in chunks(open_pipeline(TWO_SEGMENTS, CountingEngine(2))))


def test_long_audio_comes_in_chunks_that_join_to_it_and_count_as_they_go() -> None:
    pipeline = open_pipeline("One.", CountingEngine(1, block_samples=20_000))
    step = pipeline.step()
    assert step is not None
    assert [len(chunk.audio) for chunk in step] == [CHUNK_BYTES_MAX, CHUNK_BYTES_MAX, 40_000 - 2 * CHUNK_BYTES_MAX]
    assert [chunk.progress.audio_ms for chunk in step] == [512, 1024, 1250]


@pytest.mark.parametrize(
    ("rates", "wanted", "asked"),
    [
        ((), 8000, 16000),
        ((), 48000, 16000),
        ((8000, 16000, 48000), 8000, 8000),
        ((8000, 16000, 48000), 48000, 48000),
        ((11025, 12000, 16000, 48000), 11500, 12000),
        ((8000, 16000, 48000), 22050, 16000),  # the model has nothing above
    ],
)
def test_the_engine_is_asked_for_the_nearest_rate_that_loses_nothing(
    rates: tuple[int, ...], wanted: int, asked: int
) -> None:
    engine = CountingEngine(1, rates=rates)
    chunks(open_pipeline("One.", engine, audio=AudioFormat(SpeechFormat.PCM, wanted)))
    assert engine.rates == [asked]


def test_playback_runs_out_when_all_audio_so_far_has_been_played() -> None:
    now = [100.0]
    pipeline = open_pipeline("One.", CountingEngine(3), clock=lambda: now[0])
    pipeline.step()
    assert pipeline.played_until_s == pytest.approx(100.01)
    now[0] = 100.005
    pipeline.step()
    assert pipeline.played_until_s == pytest.approx(100.02)
    now[0] = 200.0  # a gap was heard: playback goes on from here
    pipeline.step()
    assert pipeline.played_until_s == pytest.approx(200.01)


def test_text_that_arrives_piece_by_piece_starves_the_pipeline_until_it_is_speakable() -> None:
    now = [10.0]
    feed, engine = SegmentFeed(wait_ms=300), CountingEngine(1)
    pipeline = open_pipeline(feed, engine, clock=lambda: now[0])
    assert pipeline.step() == ()
    assert (pipeline.starved, pipeline.resumes_s) == (True, None)
    feed.add("One two ", now[0])
    assert pipeline.step() == ()
    assert pipeline.starved
    assert pipeline.resumes_s == pytest.approx(10.3)
    now[0] = 10.3
    assert pipeline.step() != ()
    assert not pipeline.starved
    assert engine.asked[0][0] == "One two"
    assert engine.continued == [True]


def test_text_is_held_for_longer_while_there_is_audio_to_play() -> None:
    now = [10.0]
    feed = SegmentFeed(wait_ms=300)
    pipeline = open_pipeline(feed, CountingEngine(1, block_samples=32_000), clock=lambda: now[0])
    feed.add("One. Two and ", now[0])
    pipeline.step()
    pipeline.step()
    assert pipeline.step() == ()
    assert pipeline.resumes_s is not None
    assert pipeline.resumes_s == pytest.approx(12.0 - 0.25)


def test_a_pipeline_that_was_starved_is_not_any_more_once_a_flush_came() -> None:
    feed = SegmentFeed(wait_ms=300)
    pipeline = open_pipeline(feed, CountingEngine(1))
    assert pipeline.step() == ()
    feed.flush()
    feed.end()
    step = pipeline.step()
    assert step is not None
    assert [chunk.flushed for chunk in step] == [True]
    assert not pipeline.starved


def test_a_flush_is_answered_behind_the_audio_of_all_text_before_it() -> None:
    feed, engine = SegmentFeed(wait_ms=300), CountingEngine(1)
    pipeline = open_pipeline(feed, engine)
    feed.add("One tw", 0.0)
    feed.flush()
    feed.add("o.", 0.0)
    feed.end()
    found = chunks(pipeline)
    assert [asked[0] for asked in engine.asked] == ["One tw", "o."]
    (index,) = [index for index, chunk in enumerate(found) if chunk.flushed]
    assert found[index].audio == b""
    assert (found[index].progress.audio_ms, found[index].progress.characters) == (10, 6)
    assert sum(len(chunk.audio) for chunk in found[:index]) == 320
    assert sum(len(chunk.audio) for chunk in found[index:]) == 320


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
    # One second passes between two looks at the clock: two segments, four looks at the model, three encodings.
    assert (progress.text_ms, progress.model_ms, progress.encode_ms) == (2000.0, 4000.0, 3000.0)


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
    at_24_khz = sum(tones(text, speed=1.5).size for text in ("Hi.", "Yes."))
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
