"""Each glitch measure finds the fault that was planted for it, and none hears one in clean speech-like audio."""

from collections.abc import Callable

import numpy as np
import pytest

from hiwar.audio.pcm import Samples
from support import glitches
from support.glitches import voice_like

RATES = [8000, 16000, 22050, 24000, 44100, 48000]
SECONDS = 2.0


def seams_of(rate: int) -> list[int]:
    """Every 37 ms: in vowels, in silences, at their edges, and at the very start and end."""
    return [0, *range(37 * rate // 1000, round(rate * SECONDS), 37 * rate // 1000), round(rate * SECONDS)]


def voiced_seam(rate: int) -> int:
    return round(0.8 * rate)


def with_dropped(clean: Samples, at: int, _rate: int) -> Samples:
    return np.delete(clean, at)


def with_repeated(clean: Samples, at: int, _rate: int) -> Samples:
    return np.insert(clean, at, clean[at - 1])


def with_silence(clean: Samples, at: int, rate: int) -> Samples:
    return np.insert(clean, at, np.zeros(rate // 200, np.float32))


def with_dc(clean: Samples, at: int, _rate: int) -> Samples:
    return np.concatenate((clean[:at], clean[at:] + np.float32(0.02)))


def with_gain(clean: Samples, at: int, _rate: int) -> Samples:
    return np.concatenate((clean[:at], clean[at:] * np.float32(10 ** (1 / 20))))


def with_wrap(clean: Samples, at: int, rate: int) -> Samples:
    """The loudest piece twice as strong, its overflow wrapped as by careless 16-bit sums."""
    loud = clean.copy()
    piece = slice(at, at + rate // 10)
    loud[piece] = (loud[piece] * (1.2 / np.abs(loud[piece]).max()) + 1) % 2 - 1
    return loud


def with_click(clean: Samples, at: int, _rate: int) -> Samples:
    clicked = clean.copy()
    clicked[at] += 0.4
    return clicked


def test_clean_audio_has_no_fault_at_any_rate() -> None:
    for rate in RATES:
        clean = voice_like(rate, SECONDS)
        assert glitches.faults(clean, clean, seams_of(rate), rate) == []


@pytest.mark.parametrize("rate", RATES)
def test_a_planted_fault_is_measured(rate: int) -> None:
    clean, at = voice_like(rate, SECONDS), voiced_seam(rate)
    seams = [at]
    assert glitches.displaced_samples(with_dropped(clean, at, rate), clean, seams, rate) == -1
    assert glitches.displaced_samples(with_repeated(clean, at, rate), clean, seams, rate) == 1
    assert glitches.inserted_silence_ms(with_silence(clean, at, rate), clean, seams, rate) == pytest.approx(5, abs=0.2)
    assert glitches.dc_step(with_dc(clean, at, rate), clean, seams, rate) == pytest.approx(0.02, rel=0.01)
    assert glitches.level_step_db(with_gain(clean, at, rate), clean, seams, rate) == pytest.approx(1, rel=0.01)
    assert glitches.clipped_samples(with_wrap(clean, at, rate), clean) > 0
    assert glitches.seam_jump(with_click(clean, at, rate), clean, seams, rate) > glitches.MOST_JUMP
    assert glitches.seam_flux(with_click(clean, at, rate), clean, seams, rate) > glitches.MOST_FLUX


@pytest.mark.parametrize(
    ("plant", "heard"),
    [
        (with_dropped, {"samples too many", "samples displaced"}),
        (with_repeated, {"samples too many", "samples displaced"}),
        (with_silence, {"samples too many", "samples displaced", "ms of silence inserted"}),
        (with_dc, {"DC step"}),
        (with_gain, {"dB level step"}),
        (with_wrap, {"samples clipped"}),
        (with_click, {"times the local jump", "times the local flux"}),
    ],
)
@pytest.mark.parametrize("rate", RATES)
def test_a_planted_fault_is_named(plant: Callable[[Samples, int, int], Samples], heard: set[str], rate: int) -> None:
    clean, at = voice_like(rate, SECONDS), voiced_seam(rate)
    found = {fault.split(" ", 1)[1] for fault in glitches.faults(plant(clean, at, rate), clean, [at], rate)}
    assert heard <= found


def test_a_silence_that_belongs_there_is_no_fault() -> None:
    pause = np.zeros(4800, np.float32)
    clean = np.concatenate((voice_like(24000, 0.2), pause, voice_like(24000, 0.2)))
    seams = [4800, 6000, 9600]
    assert glitches.faults(clean, clean, seams, 24000) == []
