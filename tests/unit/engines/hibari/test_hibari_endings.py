"""The end of a string: the pause from the last audible sample on, and a short fade where the sentence goes on."""

import numpy as np
import pytest

pytest.importorskip("hibari")

from hiwar.engines.contracts import Samples
from hiwar.engines.hibari.endings import ended
from hiwar.engines.hibari.stream import fade_ms
from hiwar.engines.reading.phonemizer import Phonemes

RATE = 24000
AUDIBLE_MS = 50
TEXT = "wˈʌn."


def voice(speed: float = 1.0) -> Samples:
    """Sound that can be heard, then faint as the model lets it fade."""
    audible, faint = (round(ms * RATE / 1000) for ms in (AUDIBLE_MS, fade_ms(speed)))
    return np.concatenate((np.full(audible, 0.1), np.full(faint, 0.002))).astype(np.float32)


def length_ms(samples: Samples) -> float:
    return len(samples) * 1000 / RATE


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_the_fade_is_part_of_the_pause(speed: float) -> None:
    found = ended(voice(speed), Phonemes(TEXT, ()), speed, RATE, 0.0)
    assert length_ms(found) == pytest.approx(AUDIBLE_MS + 430 / speed, abs=0.1)
    np.testing.assert_array_equal(found[: len(voice(speed))], voice(speed))
    assert not found[len(voice(speed)) :].any()


def test_a_sentence_that_goes_on_fades_within_20_ms() -> None:
    given = voice()
    found = ended(given, Phonemes(TEXT, (), continues=True), 1.0, RATE, 0.0)
    assert length_ms(found) == pytest.approx(AUDIBLE_MS + 60, abs=0.1)
    heard, faded = (round(ms * RATE / 1000) for ms in (AUDIBLE_MS, AUDIBLE_MS + 20))
    np.testing.assert_array_equal(found[:heard], given[:heard])
    assert (np.diff(found[heard:faded]) < 0).all()
    assert not found[faded:].any()
    np.testing.assert_array_equal(given, voice())


def test_an_end_without_anything_audible_is_a_fade_alone() -> None:
    found = ended(np.full(RATE, 1e-3, np.float32), Phonemes(TEXT, (), continues=True), 1.0, RATE, 0.0)
    assert length_ms(found) == pytest.approx(60, abs=0.1)
    assert found[0] == np.float32(1e-3)


def test_no_end_is_shorter_than_asked() -> None:
    assert length_ms(ended(voice(), Phonemes(TEXT, (), continues=True), 2.0, RATE, 400.0)) == pytest.approx(400)
