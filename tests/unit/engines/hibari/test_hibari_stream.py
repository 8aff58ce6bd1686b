"""The split model against the unsplit one: the same sound, whatever the windows, without the silence around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import soxr

pytestmark = pytest.mark.models

dsp = pytest.importorskip("hibari.dsp")
onnx = pytest.importorskip("onnx")

from hibari.voices import voice_path  # noqa: E402

from hiwar.engines.contracts import Samples  # noqa: E402
from hiwar.engines.hibari import graphs  # noqa: E402
from hiwar.engines.hibari.acoustic import AcousticModel  # noqa: E402
from hiwar.engines.hibari.graphs import DURATIONS, IDS, SPEED  # noqa: E402
from hiwar.engines.hibari.shaping import shaping  # noqa: E402
from hiwar.engines.hibari.stream import Schedule, Stretch, fade_ms, speak  # noqa: E402
from hiwar.engines.hibari.vocoder import TAIL_FRAMES, Vocoder, noise_table, output  # noqa: E402
from hiwar.engines.onnx_sessions import open_session  # noqa: E402
from support.dequantized import dequantized  # noqa: E402
from support.hibari_reference import AS_IT_IS, TableNoise, ratio_db  # noqa: E402

NOISE = noise_table()
EXACT = Schedule(context=27)
TEXTS = ("θˈæŋk ju.", "ðə tɹˈAn tə ðə kˈOst lˈivz æt nˈIn, ænd bɹˈɛkfəst ɪz sˈɜɹvd ɔn bˈɔɹd əntˈɪl tˈɛn ənd lˈATəɹ.")
"""The second is long enough for several windows and for a second block of prosody."""


@dataclass(frozen=True)
class Split:
    """The model in parts, whole, and whole with the durations given."""

    parts: AcousticModel
    whole: Any
    timed: Any


@pytest.fixture(scope="module")
def ids() -> dict[str, int]:
    import json
    from importlib.resources import files

    known: dict[str, int] = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
    return known


@pytest.fixture(scope="module")
def served() -> Split:
    return split(onnx.load(voice_path("heart")))


@pytest.fixture(scope="module")
def widened() -> Split:
    return split(dequantized(onnx.load(voice_path("heart"))))


def split(model: Any) -> Split:
    parts = {name: open_session(part.SerializeToString()) for name, part in graphs.split(model).items()}
    return Split(AcousticModel(parts), open_session(model.SerializeToString()), open_session(timed(model)))


def timed(model: Any) -> bytes:
    """The whole model, told how long each phoneme is."""
    graph = model.graph
    (rounding,) = (node for node in graph.node if DURATIONS in node.output)
    graph.node.remove(rounding)
    graph.input.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.INT64, ["phonemes"]))
    content: bytes = model.SerializeToString()
    return content


def stretches(
    model: Split, ids: list[int], schedule: Schedule, speed: float = 1.0, rate: int = dsp.SR
) -> Iterator[Stretch]:
    to = output(rate)
    return speak(
        model.parts,
        model.parts.encode(ids, speed),
        Vocoder(to, shaping(AS_IT_IS, to.bins), AS_IT_IS, NOISE),
        schedule,
    )


def streamed(
    model: Split, ids: list[int], schedule: Schedule = EXACT, speed: float = 1.0, rate: int = dsp.SR
) -> tuple[Samples, int]:
    """All samples, and at which sample of the unsplit sound (at 24 kHz) they begin."""
    found = [*stretches(model, ids, schedule, speed, rate)]
    return np.concatenate([stretch.samples for stretch in found]), found[0].start * dsp.HOP


def unsplit(model: Split, ids: list[int], speed: float = 1.0) -> Samples:
    """As the parts time it, and at normal speed as the model itself does."""
    inputs: dict[str, Any] = {IDS: np.array([ids], np.int64), SPEED: np.ones(1, np.float32)}
    if speed == 1.0:
        rows = [output[0] for output in model.whole.run(None, inputs)]
    else:
        inputs[DURATIONS] = model.parts.encode(ids, speed).durations
        rows = [output[0] for output in model.timed.run(None, inputs)]
    samples: Samples = dsp.synth(*rows, TableNoise(NOISE))
    return samples


def compared_db(model: Split, ids: list[int], schedule: Schedule, speed: float = 1.0) -> float:
    """Over all but the fades at both ends."""
    samples, start = streamed(model, ids, schedule, speed)
    inner = slice(2 * dsp.HOP, len(samples) - 2 * TAIL_FRAMES * dsp.HOP)
    return ratio_db(samples[inner], unsplit(model, ids, speed)[start:][inner])


def phonemes(ids: dict[str, int], text: str) -> list[int]:
    return [0, *(ids[character] for character in text), 0]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("windows", [(16, 32, 64), (3, 5, 7, 90), (400,)], ids=["served", "odd", "one"])
def test_at_full_context_the_split_model_is_the_whole(
    widened: Split, ids: dict[str, int], text: str, windows: tuple[int, ...]
) -> None:
    schedule = Schedule(windows=windows, context=27, block_frames=120)
    assert compared_db(widened, phonemes(ids, text), schedule) > 100


@pytest.mark.parametrize("speed", [0.6, 1.0, 1.6])
@pytest.mark.parametrize("text", TEXTS)
def test_as_it_is_served_it_is_within_50_db(widened: Split, ids: dict[str, int], text: str, speed: float) -> None:
    assert 50 < compared_db(widened, phonemes(ids, text), Schedule(), speed) < 100


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_every_rate_is_what_a_good_resampler_makes_of_24_khz(widened: Split, ids: dict[str, int], rate: int) -> None:
    said = phonemes(ids, TEXTS[1])
    native, _ = streamed(widened, said, rate=rate)
    at_24_khz, _ = streamed(widened, said)
    resampled = soxr.resample(at_24_khz, dsp.SR, rate, quality="VHQ")
    assert len(native) == len(resampled)
    hertz = np.fft.rfftfreq(len(native), 1 / rate)
    in_band = hertz < 0.9 * min(rate, dsp.SR) / 2
    native_bins, resampled_bins = (np.fft.rfft(samples)[in_band] for samples in (native, resampled))
    difference = np.sum(np.abs(native_bins - resampled_bins) ** 2)
    assert 10 * np.log10(np.sum(np.abs(resampled_bins) ** 2) / difference) > 60


def test_quantised_windows_sound_as_the_quantised_whole_does(served: Split, ids: dict[str, int]) -> None:
    for text in TEXTS:
        samples, start = streamed(served, phonemes(ids, text), Schedule())
        whole = unsplit(served, phonemes(ids, text))[start : start + len(samples)]
        # The same sound 20 ms later is 10 dB away, and so is the whole in float32.
        assert spectral_distance_db(samples, whole) < 4.0
        assert spectral_distance_db(samples[480:], whole[:-480]) > 8.0


def spectral_distance_db(found: Samples, expected: Samples) -> float:
    """Root mean square difference of the log spectra over the frames that can be heard."""
    found_db, expected_db = (
        20 * np.log10(np.abs(np.fft.rfft(frames * np.hanning(1024), axis=1))[:, 2:480] + 1e-3)
        for frames in (np.lib.stride_tricks.sliding_window_view(samples, 1024)[::256] for samples in (found, expected))
    )
    audible = expected_db.max(axis=1) > 0
    return float(np.sqrt(np.mean((found_db - expected_db)[audible] ** 2)))


def test_silence_around_the_sound_is_neither_given_nor_computed(served: Split, ids: dict[str, int]) -> None:
    for text in TEXTS:
        samples, start = streamed(served, phonemes(ids, text), Schedule())
        whole = unsplit(served, phonemes(ids, text))
        loud = np.flatnonzero(np.abs(whole) > 0.005)
        assert start > 0.1 * dsp.SR
        assert start <= loud[0]
        assert loud[0] - start < 0.05 * dsp.SR
        assert 0 < start + len(samples) - loud[-1] < 0.2 * dsp.SR


@pytest.mark.parametrize("speed", [0.5, 0.7, 1.5, 2.0])
def test_a_soft_onset_is_not_cut_at_other_speeds(served: Split, ids: dict[str, int], speed: float) -> None:
    for text in ("hˈɛlp.", "θˈæŋk ju."):
        _, start = streamed(served, phonemes(ids, text), Schedule(), speed)
        assert np.abs(unsplit(served, phonemes(ids, text), speed)[:start]).max() < 0.002


def test_the_fade_is_longer_in_slow_speech() -> None:
    assert [fade_ms(speed) for speed in (0.5, 1.0, 2.0)] == [162.5, 100, 100]


def test_steps_are_short_at_first_and_bounded(served: Split, ids: dict[str, int]) -> None:
    schedule = Schedule()
    found = [*stretches(served, phonemes(ids, TEXTS[1] * 2), schedule, speed=0.6)]
    sizes = [len(stretch.samples) // dsp.HOP for stretch in found]
    sounding = [size for size in sizes if size]
    assert sounding[:3] == [schedule.windows[0] - 1, *schedule.windows[1:3]]
    assert max(sounding) <= schedule.windows[-1] * 1.25 + TAIL_FRAMES
    # Steps that only prepare: one for each block of prosody after the first.
    assert 1 <= sizes.count(0) <= 1 + found[-1].stop // schedule.block_frames


def test_stretches_tile_the_string(served: Split, ids: dict[str, int]) -> None:
    found = [*stretches(served, phonemes(ids, TEXTS[1]), Schedule())]
    assert all(before.stop == after.start for before, after in pairwise(found))
    assert all(len(s.samples) == (s.stop - s.start) * dsp.HOP for s in found[:-1])


def test_a_string_without_a_sound_gives_nothing(served: Split) -> None:
    assert not [s for s in stretches(served, [0, 0], Schedule()) if len(s.samples)]
