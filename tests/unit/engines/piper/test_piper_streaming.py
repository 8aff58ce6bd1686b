"""An utterance in steps is the utterance whole: no seam between windows, nothing lost, silence as asked for."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from hiwar.engines.contracts import Samples  # noqa: E402
from hiwar.engines.onnx_sessions import open_session  # noqa: E402
from hiwar.engines.piper import graphs  # noqa: E402
from hiwar.engines.piper.model import VitsModel  # noqa: E402
from hiwar.engines.piper.streaming import Delivery, Schedule, UtteranceStream, stretches  # noqa: E402
from hiwar.engines.piper.utterance import Utterance  # noqa: E402
from hiwar.errors import EngineError  # noqa: E402
from support.tiny_vits import (  # noqa: E402
    DURATION_NOISE,
    HOP,
    LATENT_NOISE,
    tiny_vits,
    with_noise_as_inputs,
)

DELIVERY = Delivery(scales=(0.667, 1.0, 0.8), speed=1.0, speaker=0, pause_frames=0)
AT_ONCE = Schedule(windows=(100_000,))


@pytest.fixture(scope="module")
def model() -> VitsModel:
    parts = graphs.split(tiny_vits())
    return VitsModel({name: open_session(part.SerializeToString()) for name, part in parts.items()})


def utterance(count: int) -> Utterance:
    symbols = np.array([1, 0, *(3 + index % 20 for index in range(count - 3)), 2], np.int64)
    return Utterance(symbols, 2, 1, 2, count - 1, tuple(range(2, count - 1, 10)), ())


def steps(
    model: VitsModel, said: Utterance, schedule: Schedule, delivery: Delivery = DELIVERY
) -> tuple[list[Samples], UtteranceStream]:
    stream = UtteranceStream(model, said, delivery, schedule)
    pieces: list[Samples] = []
    while (samples := stream.step()) is not None:
        pieces.append(samples)
    return pieces, stream


def likeness_db(samples: Sequence[Samples], reference: Samples) -> float:
    joined = np.concatenate(samples)
    assert joined.shape == reference.shape
    return float(10 * np.log10(np.square(reference).sum() / max(1e-30, np.square(joined - reference).sum())))


@pytest.mark.parametrize("windows", [(8, 16, 32), (1,), (3, 50)])
@pytest.mark.parametrize("count", [10, 120, 121, 500])
def test_windows_join_to_what_one_window_gives(model: VitsModel, count: int, windows: tuple[int, ...]) -> None:
    whole, _ = steps(model, utterance(count), AT_ONCE)
    pieces, _ = steps(model, utterance(count), replace(AT_ONCE, windows=windows))
    assert likeness_db(pieces, np.concatenate(whole)) > 100


def test_margins_are_needed(model: VitsModel) -> None:
    whole, _ = steps(model, utterance(100), AT_ONCE)
    for schedule in (Schedule(flow_margin=0), Schedule(decoder_margin=0)):
        pieces, _ = steps(model, utterance(100), schedule)
        assert likeness_db(pieces, np.concatenate(whole)) < 60


def test_stretches_read_their_neighbours(model: VitsModel) -> None:
    whole, _ = steps(model, utterance(400), replace(AT_ONCE, whole_symbols=400))
    stretched, _ = steps(model, utterance(400), replace(AT_ONCE, context_symbols=5))
    assert likeness_db(stretched, np.concatenate(whole)) > 100
    alone, _ = steps(model, utterance(400), replace(AT_ONCE, context_symbols=0))
    assert np.concatenate(alone).tobytes() != np.concatenate(whole).tobytes()


def test_a_short_utterance_is_what_the_unsplit_model_says(model: VitsModel) -> None:
    said = utterance(100)
    pieces, stream = steps(model, said, Schedule(), replace(DELIVERY, pause_frames=1000))
    noise = np.random.default_rng(0)
    duration_noise = noise.standard_normal((1, 2, 100), np.float32)
    count = stream.frames_before(100)
    latent_noise = noise.standard_normal((1, count, 4), np.float32).transpose(0, 2, 1)
    whole = onnxruntime.InferenceSession(with_noise_as_inputs(tiny_vits()).SerializeToString())
    inputs = {"input": said.symbols[None], "input_lengths": np.array([100])}
    inputs |= {"scales": np.array(DELIVERY.scales, np.float32)}
    inputs |= {DURATION_NOISE: duration_noise, LATENT_NOISE: latent_noise}
    expected = whole.run(None, inputs)[0].ravel()
    assert expected.size == count * HOP
    spoken = np.concatenate(pieces)[: (count - stream.start) * HOP]
    assert likeness_db([spoken], expected[stream.start * HOP :]) > 100


def test_the_first_window_is_small_and_the_others_grow(model: VitsModel) -> None:
    pieces, _ = steps(model, utterance(400), Schedule())
    sounded = [piece.size // HOP for piece in pieces if piece.size]
    assert sounded[:3] == [8, 16, 32]
    assert max(sounded) == 32
    assert [piece.size for piece in pieces].index(0) == 0


def test_the_encoder_reads_a_long_utterance_only_as_far_as_the_next_window_needs(model: VitsModel) -> None:
    stream = UtteranceStream(model, utterance(400), DELIVERY, Schedule())
    assert stream.step() is not None
    known = stream.frames_before(400)
    assert 0 < known < 250
    features = stream.step()
    assert features is not None
    assert features.size == 0
    first = stream.step()
    assert first is not None
    assert first.size == 8 * HOP
    assert stream.frames_before(400) == known


def test_silence_before_the_first_sound_is_left_out_and_the_pause_after_the_last_is_exact(model: VitsModel) -> None:
    said = replace(utterance(60), sound_first=12, sound_last=50)
    for pause_frames in (0, 3, 200):
        pieces, stream = steps(model, said, Schedule(), replace(DELIVERY, pause_frames=pause_frames))
        assert stream.start == stream.frames_before(12) - 3
        spoken = stream.frames_before(50) - stream.start
        assert sum(piece.size for piece in pieces) == (spoken + pause_frames) * HOP
    assert not pieces[-1][-100 * HOP :].any()


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.3])
def test_speed_divides_the_durations(model: VitsModel, speed: float) -> None:
    _, normal = steps(model, utterance(300), Schedule())
    _, other = steps(model, utterance(300), Schedule(), replace(DELIVERY, speed=speed))
    for symbol in (100, 200, 300):
        assert normal.frames_before(symbol) / other.frames_before(symbol) == pytest.approx(speed, rel=0.03)


def test_the_same_utterance_gives_the_same_samples(model: VitsModel) -> None:
    first, second = (np.concatenate(steps(model, utterance(300), Schedule())[0]) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_decoder_of_another_frame_size_than_it_tells_is_an_engine_error() -> None:
    parts = graphs.split(tiny_vits())
    parts[graphs.DECODER].metadata_props[0].value = str(HOP + 1)
    wrong = VitsModel({name: open_session(part.SerializeToString()) for name, part in parts.items()})
    with pytest.raises(EngineError):
        steps(wrong, utterance(20), Schedule())


@pytest.mark.parametrize("length_scale", [1e6, float("nan")])
def test_durations_out_of_all_bounds_are_an_engine_error(model: VitsModel, length_scale: float) -> None:
    with pytest.raises(EngineError):
        steps(model, utterance(20), Schedule(), replace(DELIVERY, scales=(0.667, length_scale, 0.8)))


@pytest.mark.parametrize("count", [1, 120, 121, 240, 999])
def test_stretches_cover_the_utterance_within_their_bounds(count: int) -> None:
    schedule = Schedule()
    found = stretches(count, range(0, count, 7), schedule)
    assert found[0][0] == 0
    assert found[-1][1] == count
    assert all(before[1] == after[0] for before, after in pairwise(found))
    sizes = [last - first for first, last in found]
    if count <= schedule.whole_symbols:
        assert sizes == [count]
    else:
        assert 30 < sizes[0] <= schedule.first_symbols
        assert max(sizes) <= schedule.stretch_symbols
        assert all(last % 7 == 0 for _, last in found[:-1])


def test_without_breaks_stretches_end_at_their_bound() -> None:
    assert stretches(200, (), Schedule()) == [(0, 60), (60, 130), (130, 200)]
    assert stretches(200, (5, 20), Schedule()) == [(0, 60), (60, 130), (130, 200)]
