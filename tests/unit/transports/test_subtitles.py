import itertools

import pytest

from hiwar.transports.rest.subtitles import (
    CUE_MAX_MS,
    LINE_CHARS_MAX,
    LINES_MAX,
    Cue,
    SpokenWord,
    cues,
    spread,
    srt,
    vtt,
)

LONG = "the first train of the morning leaves the harbour station at a quarter to eight and reaches the hill by noon"


def test_a_short_segment_is_one_cue_with_its_own_times() -> None:
    words = (SpokenWord("hello", 500, 900), SpokenWord("world", 1000, 1400))
    assert list(cues([words])) == [Cue("hello world", 500, 1400)]


@pytest.mark.parametrize("text", [LONG, "كلمة " * 60, "a" * 100, "x. " * 90])
def test_cues_are_readable_and_hold_every_word_in_order(text: str) -> None:
    shown = list(cues([spread(text, 0, 30_000)]))
    assert " ".join(cue.text for cue in shown).split() == text.split()
    for cue in shown:
        lines = cue.text.split("\n")
        assert len(lines) <= LINES_MAX
        assert all(len(line) <= LINE_CHARS_MAX or " " not in line for line in lines)
        assert cue.end_ms - cue.start_ms > 0
        assert cue.end_ms - cue.start_ms <= CUE_MAX_MS or " " not in cue.text
    assert all(before.end_ms <= after.start_ms for before, after in itertools.pairwise(shown))


def test_slow_speech_is_cut_by_time() -> None:
    words = tuple(SpokenWord("so", at, at + 500) for at in range(0, 20_000, 2_000))
    assert [(cue.start_ms, cue.end_ms) for cue in cues([words])] == [(0, 6_500), (8_000, 14_500), (16_000, 18_500)]


def test_a_second_line_ends_with_its_sentence() -> None:
    text = "the boat leaves at seven in the morning sharp. Be there early"
    first, second = cues([spread(text, 0, 5_000)])
    assert first.text.replace("\n", " ").endswith("sharp.")
    assert second.text == "Be there early"


def test_no_cue_begins_before_the_one_before_it_has_ended() -> None:
    first, second = cues([(SpokenWord("one", 0, 1_000),), (SpokenWord("two", 900, 950),)])
    assert (first.end_ms, second.start_ms, second.end_ms) == (1_000, 1_000, 1_001)


def test_times_are_spread_by_the_letters() -> None:
    assert spread("a bbb", 1_000, 5_000) == (SpokenWord("a", 1_000, 2_000), SpokenWord("bbb", 2_000, 5_000))
    assert spread("", 0, 10) == ()


def test_subrip() -> None:
    shown = [Cue("مرحبا\nبكم", 0, 1_250), Cue("a & b", 3_600_000, 3_661_001)]
    assert srt(shown) == ("1\n00:00:00,000 --> 00:00:01,250\nمرحبا\nبكم\n\n2\n01:00:00,000 --> 01:01:01,001\na & b\n\n")
    assert srt([]) == ""


def test_webvtt_escapes_what_it_would_read_as_marks() -> None:
    assert vtt([Cue("a <b> & c", 61_000, 62_500)]) == (
        "WEBVTT\n\n00:01:01.000 --> 00:01:02.500\na &lt;b&gt; &amp; c\n\n"
    )
    assert vtt([]) == "WEBVTT\n\n"
