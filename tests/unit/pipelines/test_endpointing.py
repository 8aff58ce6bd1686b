"""Unit tests of the begin and end of speech, counted in windows of 32 ms."""

import numpy as np
import pytest

from hiwar.pipelines.endpointing import Endpointer, Turn, quietest
from hiwar.pipelines.settings import EndpointingSettings

WINDOW_MS = 32.0


def endpointer(**changes: float) -> Endpointer:
    chosen = {"speech_start_ms": 128, "endpointing_ms": 500, **changes}
    return Endpointer(EndpointingSettings(**chosen), WINDOW_MS)  # type: ignore[arg-type]


def turns(endpoints: Endpointer, *runs: tuple[float, int]) -> list[tuple[int, Turn]]:
    probabilities = [probability for probability, count in runs for _ in range(count)]
    heard = ((index, endpoints.hear(probability)) for index, probability in enumerate(probabilities))
    return [(index, turn) for index, turn in heard if turn is not None]


def test_speech_starts_after_128_ms_of_voice_and_ends_after_the_silence_asked_for() -> None:
    endpoints = endpointer(endpointing_ms=320)
    assert turns(endpoints, (0.0, 5), (0.9, 10), (0.1, 20)) == [(8, Turn.STARTED), (24, Turn.ENDED)]
    assert endpoints.voice_end == 15


def test_the_first_voice_is_where_the_voice_began_not_where_it_was_believed() -> None:
    endpoints = endpointer()
    turns(endpoints, (0.0, 5), (0.9, 4))
    assert endpoints.speaking
    assert endpoints.first_voice == 5


@pytest.mark.parametrize("click", [1, 2, 3])
def test_less_than_128_ms_of_voice_is_no_speech(click: int) -> None:
    endpoints = endpointer()
    assert turns(endpoints, *[(0.9, click), (0.0, 10)] * 20) == []
    assert not endpoints.speaking


def test_a_beginning_survives_a_short_gap() -> None:
    assert turns(endpointer(), (0.9, 2), (0.0, 2), (0.9, 2)) == [(5, Turn.STARTED)]


def test_a_beginning_does_not_survive_a_long_gap() -> None:
    endpoints = endpointer()
    assert turns(endpoints, (0.9, 3), (0.0, 3), (0.9, 3)) == []
    assert endpoints.first_voice == 6


def test_doubtful_windows_keep_speech_going_but_start_none() -> None:
    assert turns(endpointer(), (0.4, 40)) == []
    assert turns(endpointer(), (0.9, 4), (0.4, 40)) == [(3, Turn.STARTED)]


@pytest.mark.parametrize(
    ("endpointing_ms", "windows"), [(320, 10), (336, 10), (337, 10), (500, 15), (512, 16), (544, 17)]
)
def test_the_silence_is_counted_from_the_middle_of_the_last_window_with_voice(
    endpointing_ms: int, windows: int
) -> None:
    endpoints = endpointer(endpointing_ms=endpointing_ms)
    assert turns(endpoints, (0.9, 4), (0.0, 20)) == [(3, Turn.STARTED), (3 + windows, Turn.ENDED)]


def test_a_pause_shorter_than_the_endpoint_does_not_end_speech() -> None:
    assert turns(endpointer(endpointing_ms=500), (0.9, 4), (0.0, 14), (0.9, 1), (0.0, 14)) == [(3, Turn.STARTED)]


def test_silence_is_measured_from_the_last_voice() -> None:
    endpoints = endpointer()
    turns(endpoints, (0.9, 6), (0.0, 3))
    assert endpoints.silence_ms == 3 * WINDOW_MS


def test_reset_asks_for_new_voice() -> None:
    endpoints = endpointer()
    turns(endpoints, (0.9, 6))
    endpoints.reset()
    assert not endpoints.speaking
    assert turns(endpoints, (0.9, 3)) == []


def test_the_quietest_place_is_the_middle_of_the_span_with_least_energy() -> None:
    samples = np.full(1000, 0.5, np.float32)
    samples[600:700] = 0.01
    assert quietest(samples, 100) == 650


def test_audio_shorter_than_the_span_is_cut_in_the_middle() -> None:
    assert quietest(np.ones(10, np.float32), 100) == 5
