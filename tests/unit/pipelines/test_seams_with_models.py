"""The embedded voice, streamed: no seam of its pieces, chunks or segments is heard beside the same text made whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pytest
import soxr

from hiwar.audio.g711 import decode_mulaw, encode_mulaw
from hiwar.audio.pcm import from_linear16
from hiwar.engines.contracts import EngineContext, Samples, SpeechPiece, SynthesisEngine
from hiwar.pipelines.synthesis import SynthesisPipeline
from hiwar.text.explanation import TokenReading
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import SYNTHESIS_SAMPLE_RATES, AudioFormat, Language, SpeechFormat, SpeechRequest, Voice
from support import glitches

pytestmark = pytest.mark.models

pytest.importorskip("hibari")

from hiwar.engines.hibari.engine import INFO, HibariEngine  # noqa: E402
from hiwar.engines.hibari.loading import load_engine  # noqa: E402
from hiwar.engines.hibari.stream import Schedule  # noqa: E402

ENGLISH = "The train to the coast leaves early today, and the ferry to the islands waits for it in the old harbour."
ARABIC = "يغادر القطار إلى الساحل مبكرا هذا اليوم، وتنتظره العبارة في الميناء القديم."
SEGMENTS = "Good morning to all of you. The market opens at nine. Please bring a warm coat and some bread."
FORMATS = [
    *(AudioFormat(SpeechFormat.PCM, rate) for rate in SYNTHESIS_SAMPLE_RATES),
    AudioFormat(SpeechFormat.MULAW, 8000),
]
# The embedded model is quantised by window, so its pitch drifts a little with the cut, and with it every phase.
IN_ONE_PIECE = Schedule(windows=(100_000,), context=27, block_frames=100_000)


@dataclass(frozen=True)
class Engines:
    streaming: HibariEngine
    whole: HibariEngine


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    streaming = load_engine(EngineContext(models_dir=tmp_path_factory.mktemp("models")))
    model = streaming._model
    assert model is not None
    yield Engines(streaming, HibariEngine(model, streaming._phonemizer, streaming._ids, IN_ONE_PIECE))
    streaming.close()


def named(audio_format: AudioFormat) -> str:
    return f"{audio_format.encoding.value}-{audio_format.sample_rate}"


class Recording:
    """An engine whose pieces are kept as they pass."""

    def __init__(self, engine: SynthesisEngine) -> None:
        self.info, self.voices = engine.info, engine.voices
        self.pieces: list[Samples] = []
        self.sample_rate = 0
        self._engine = engine

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
        self.sample_rate = sample_rate
        for piece in self._engine.synthesize(
            text, voice=voice, language=language, speed=speed, sample_rate=sample_rate, continues=continues
        ):
            self.pieces.append(piece.samples)
            yield piece

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        return self._engine.explain(text, voice=voice, language=language)

    def close(self) -> None:
        """The engine belongs to the fixture."""


def joined(parts: list[Samples]) -> tuple[Samples, list[int]]:
    """One signal, and the index of the first sample of each part."""
    return np.concatenate(parts), list(accumulate((part.size for part in parts[:-1]), initial=0))


def spoken(engine: SynthesisEngine, text: str, voice: str, language: Language, rate: int) -> tuple[Samples, list[int]]:
    pieces = engine.synthesize(text, voice=voice, language=language, speed=1.0, sample_rate=rate)
    return joined([piece.samples for piece in pieces])


def sent(engine: SynthesisEngine, audio_format: AudioFormat) -> tuple[Samples, list[int]]:
    """What the client of a request of several segments hears, chunk by chunk."""
    voice = Voice("Yara_en", "en", ("en",), "female", "hibari", "female", "none", "none", "good", "")
    request = SpeechRequest("r", SEGMENTS, voice.name, audio_format, language="en")
    pipeline = SynthesisPipeline(request, SegmentFeed.whole(SEGMENTS), voice=voice, engine=engine, clock=lambda: 0.0)
    decode = decode_mulaw if audio_format.encoding is SpeechFormat.MULAW else from_linear16
    parts: list[Samples] = []
    while (chunks := pipeline.step()) is not None:
        parts.extend(decode(chunk.audio) for chunk in chunks)
    return joined(parts)


def converted(recording: Recording, audio_format: AudioFormat) -> tuple[Samples, list[int]]:
    """All that the engine said, made what the client asked for in one go, and where its pieces lie in that."""
    made, borders = joined(recording.pieces)
    rate = audio_format.sample_rate
    # soxr may end a sample early.
    longer = soxr.resample(np.pad(made, (0, 100)), recording.sample_rate, rate, "VHQ")
    audio = np.asarray(longer[: round(made.size * rate / recording.sample_rate)], np.float32)
    if audio_format.encoding is SpeechFormat.MULAW:
        audio = decode_mulaw(encode_mulaw(audio))
    return audio, [round(border * rate / recording.sample_rate) for border in borders]


@pytest.mark.parametrize("rate", INFO.native_rates)
@pytest.mark.parametrize(
    ("text", "language", "voice"),
    [
        pytest.param(ENGLISH, "en", "female", id="english"),
        pytest.param(ENGLISH, "en", "male", id="english-male"),
        pytest.param(ARABIC, "ar", "female", id="arabic"),
    ],
)
def test_no_seam_between_pieces_is_heard(
    engines: Engines, text: str, language: Language, voice: str, rate: int
) -> None:
    audio, seams = spoken(engines.streaming, text, voice, language, rate)
    reference, whole_seams = spoken(engines.whole, text, voice, language, rate)
    assert len(set(seams)) > len(set(whole_seams))
    # The quantised model rounds with its window, so the sound may begin, or end, a frame of 12.5 ms apart.
    late = reference.size - audio.size
    assert abs(late) <= rate // 75
    shared, earlier = min(audio.size, reference.size), min(0, late)
    by_start, by_end = (
        glitches.faults(ours, whole, [seam for seam in places if 0 < seam < shared], rate, same_waveform=False)
        for ours, whole, places in (
            (audio[:shared], reference[:shared], seams),
            (audio[-shared:], reference[-shared:], [seam + earlier for seam in seams]),
        )
    )
    assert not by_start or not by_end


@pytest.mark.parametrize("audio_format", FORMATS, ids=named)
def test_no_seam_between_chunks_and_segments_is_heard(engines: Engines, audio_format: AudioFormat) -> None:
    recording = Recording(engines.streaming)
    audio, borders = sent(recording, audio_format)
    expected, met = converted(recording, audio_format)
    assert glitches.faults(audio, expected, [*borders, *met], audio_format.sample_rate) == []


def test_pauses_between_segments_are_continuous_silence(engines: Engines) -> None:
    audio, _ = sent(engines.streaming, AudioFormat())
    edges = np.flatnonzero(np.diff(np.concatenate(([False], audio == 0, [False])).astype(np.int8)))
    silences_ms = (edges[1::2] - edges[::2]) / 22.05
    assert (silences_ms > 100).sum() == 3
