"""Pauses by the last mark, whatever closes behind it, and by speed."""

import pytest

from hiwar.engines.pauses import pause_ms


@pytest.mark.parametrize(
    ("phonemes", "expected_ms"),
    [
        ("wˈʌn.", 430),
        ("wˈʌn?", 430),
        ("wˈʌn", 430),
        ("wˈʌn,", 300),
        ("wˈʌn;", 350),
        ("wˈʌn:", 350),
        ("wˈʌn —", 350),
        ('wˈʌn,”" ', 300),
        ("wˈʌn,)", 300),
        ("", 430),
    ],
)
def test_the_last_mark_decides(phonemes: str, expected_ms: float) -> None:
    assert pause_ms(phonemes, continues=False, speed=1.0) == expected_ms


def test_a_sentence_that_goes_on_hardly_pauses() -> None:
    assert pause_ms("wˈʌn", continues=True, speed=1.0) == 60


def test_faster_speech_pauses_for_less() -> None:
    assert pause_ms("wˈʌn.", continues=False, speed=2.0) == 215
    assert pause_ms("wˈʌn", continues=True, speed=0.5) == 120
