"""Unit tests of the end-of-turn hint: which silence is waited for, by how finished an utterance sounds."""

import pytest

from hiwar.pipelines.settings import TurnHintSettings
from hiwar.pipelines.turn_hint import hinted_ms

LONG_MS = 3000
DEFAULTS = TurnHintSettings()


@pytest.mark.parametrize(
    ("probability", "endpointing_ms"),
    [(0.0, 800), (0.19, 800), (0.2, 500), (0.5, 500), (0.9, 500), (0.91, 300), (1.0, 300)],
)
def test_a_finished_turn_ends_sooner_and_an_unfinished_one_later(probability: float, endpointing_ms: int) -> None:
    assert hinted_ms(probability, LONG_MS, 500, DEFAULTS) == endpointing_ms


@pytest.mark.parametrize(("asked_ms", "sure_ms", "doubt_ms"), [(100, 60, 160), (1000, 600, 1600), (700, 420, 1120)])
def test_what_a_client_asks_for_is_changed_in_proportion(asked_ms: int, sure_ms: int, doubt_ms: int) -> None:
    assert hinted_ms(0.99, LONG_MS, asked_ms, DEFAULTS) == sure_ms
    assert hinted_ms(0.01, LONG_MS, asked_ms, DEFAULTS) == doubt_ms


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("audio_ms", [0, 1999, 2000])
def test_an_utterance_of_2_s_or_less_gets_what_was_asked_for(probability: float, audio_ms: int) -> None:
    assert hinted_ms(probability, audio_ms, 500, DEFAULTS) == 500


def test_the_hint_counts_from_the_first_millisecond_over_2_s() -> None:
    assert hinted_ms(0.99, 2001, 500, DEFAULTS) == 300


def test_every_bound_can_be_set() -> None:
    settings = TurnHintSettings(
        sure_above=0.6, doubt_below=0.4, sure_endpointing_ms=200, doubt_endpointing_ms=1000, audio_min_ms=500
    )
    assert hinted_ms(0.61, 501, 500, settings) == 200
    assert hinted_ms(0.39, 501, 500, settings) == 1000
    assert hinted_ms(0.5, 501, 500, settings) == 500
