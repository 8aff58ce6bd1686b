"""How text is written in tones."""

import numpy as np
import pytest

from hiwar.engines.tone import code

SAMPLES = 480


def strength(samples: np.ndarray) -> float:
    sums = samples @ code.analysis_basis(samples.size, 16000)
    return float(code.pair_strength(sums, np.sum(samples**2), samples.size))


def sine(hertz: float, amplitude: float = 0.4) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(SAMPLES) / 16000)


@pytest.mark.parametrize(
    ("character", "symbols"),
    [("A", [4, 1]), ("س", [13, 8, 11, 3]), ("\0", [0, 0]), ("🎙", [15, 0, 9, 15, 8, 14, 9, 9])],
)
def test_half_bytes_come_high_one_first(character: str, symbols: list[int]) -> None:
    assert code.half_bytes(character).tolist() == symbols
    assert code.character_of(np.array(symbols, dtype=np.uint8)) == character


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert code.character_of(code.half_bytes("\ud800")) == "?"


@pytest.mark.parametrize("character", ["A", "س", "€", "🎙"])
def test_what_a_cut_leaves_is_not_a_character(character: str) -> None:
    symbols = code.half_bytes(character)
    left = [part for place in range(1, symbols.size) for part in (symbols[:place], symbols[place:])]
    assert {code.character_of(part) for part in left} == {None}


def test_two_characters_are_not_one() -> None:
    assert code.character_of(np.concatenate((code.half_bytes("A"), code.half_bytes("B")))) is None


def test_a_pair_is_strong_at_any_level_and_other_sounds_are_not() -> None:
    pair = sine(770) + sine(1477)
    assert strength(pair) > 0.95
    assert strength(pair * 1e-3) > 0.95
    assert strength(sine(770)) < 0.05
    assert strength(sine(770) + sine(852)) < 0.05
    assert strength(np.random.default_rng(1).standard_normal(SAMPLES)) < 0.1
    assert strength(np.zeros(SAMPLES)) == 0
