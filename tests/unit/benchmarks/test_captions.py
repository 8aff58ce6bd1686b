"""What is measured on captions over time: when words appear and settle, what is taken back, and where speech lies."""

import pytest
from captions import (
    Shown,
    Stretch,
    TimedWord,
    broken_promises,
    comparable_words,
    first_seen,
    lags,
    largest_gap,
    matched,
    revised,
    running_texts,
)
from error_rates import comparable, error_rates
from speech_stretches import joined
from whole_files import timed

from hiwar.engines.contracts import Hypothesis
from hiwar.vocabulary import Word


def partial(at_s: float, text: str, stable: str = "", segment: int = 0) -> Shown:
    return Shown(at_s, segment, text, stable, final=False)


def final(at_s: float, text: str, segment: int = 0) -> Shown:
    return Shown(at_s, segment, text, text, final=True)


def words(text: str) -> list[TimedWord]:
    """Each word ends half a second after the one before."""
    return [TimedWord(word, 0.5 * number) for number, word in enumerate(text.split(), start=1)]


def text_of(shown: Shown) -> str:
    return shown.text


@pytest.mark.parametrize(
    ("said", "heard", "begun", "places"),
    [
        ("a b c", "a b c", False, [0, 1, 2]),
        ("a b c", "a x c", False, [0, None, 2]),
        ("a b c", "a c", False, [0, 2]),
        ("a b c", "a b x c", False, [0, 1, None, 2]),
        ("you can do for you can do", "you can", True, [0, 1]),
        ("you can do for you can do", "you can do for you", True, [0, 1, 2, 3, 4]),
        ("a b", "", True, []),
        ("", "a", False, [None]),
    ],
)
def test_words_are_matched_by_the_fewest_edits(said: str, heard: str, begun: bool, places: list[int | None]) -> None:
    assert matched(said.split(), heard.split(), begun=begun) == places


def test_a_partial_is_not_spread_over_what_is_still_to_be_said() -> None:
    assert matched(["a", "b", "c", "a"], ["a"], begun=True) == [0]
    assert matched(["a", "b", "c"], ["x", "c"], begun=True) == [None, None]
    assert matched(["a", "b", "c"], ["x", "c"], begun=False) == [None, 2]


def test_the_running_text_holds_every_segment_as_last_shown() -> None:
    shown = [partial(1, "on"), partial(2, "red"), final(3, "red tan"), partial(4, "blue", segment=1)]
    assert running_texts(shown, text_of) == ["on", "red", "red tan", "red tan blue"]


def test_a_word_is_seen_when_it_first_stands_in_its_place() -> None:
    shown = [partial(0.9, "Red"), partial(1.4, "Red tea."), partial(1.9, "red tan"), final(2.5, "Red, tan blue")]
    seen = first_seen(words("red tan blue"), shown, text_of)
    assert seen == [0.9, 1.9, 2.5]
    assert lags(words("red tan blue"), seen) == pytest.approx([0.4, 0.9, 1.0])


def test_a_word_is_settled_when_the_stable_part_has_it() -> None:
    shown = [partial(1, "red tan"), partial(2, "red tan blue", "red"), final(3, "red tan blue")]
    assert first_seen(words("red tan blue"), shown, lambda one: one.stable) == [2, 3, 3]


def test_words_that_were_never_seen_or_have_no_end_have_no_lag() -> None:
    said = [TimedWord("red", None), TimedWord("tan", 1.0), TimedWord("blue", 2.0)]
    assert lags(said, first_seen(said, [final(3.0, "red tan")], text_of)) == [2.0]


def test_what_is_behind_the_common_beginning_was_revised() -> None:
    shown = [partial(1, "a b c"), partial(2, "a x c d"), partial(3, "a x c d e"), final(4, "a x c")]
    # b and c go at 2; d and e at the final; growing costs nothing.
    assert revised(shown, str.split) == 4


def test_case_and_marks_are_no_revision_of_comparable_words() -> None:
    shown = [partial(1, "and so"), final(2, "And so, my")]
    assert revised(shown, comparable_words) == 0
    assert revised(shown, str.split) == 2


def test_segments_are_revised_each_by_itself_and_one_without_a_final_is_taken_back() -> None:
    assert revised([final(1, "a b"), partial(2, "c", segment=1), final(3, "c d", segment=1)], str.split) == 0
    assert revised([final(1, "a b"), partial(2, "c d", segment=1)], str.split) == 2


@pytest.mark.parametrize(
    ("shown", "broken"),
    [
        ([partial(1, "a b", "a"), partial(2, "a c", "a c"), final(3, "a c d")], 0),
        ([partial(1, "a b", "a b"), partial(2, "a c", "a")], 1),
        ([partial(1, "a b", "a"), partial(2, "a b", "")], 1),
        ([partial(1, "a b", "a b"), final(2, "A b")], 1),
        ([partial(1, "a", "b")], 1),
        ([final(1, "a"), partial(2, "b", segment=1)], 0),
    ],
)
def test_a_promise_is_broken_when_stable_text_changes(shown: list[Shown], broken: int) -> None:
    assert broken_promises(shown) == broken


def test_the_largest_gap_counts_within_speech_from_the_first_news_to_the_end() -> None:
    assert largest_gap(Stretch(1.0, 5.0), [0.5, 1.4, 2.0, 4.2, 6.0]) == pytest.approx(2.2)
    assert largest_gap(Stretch(1.0, 5.0), [1.4, 2.0]) == pytest.approx(3.0)
    assert largest_gap(Stretch(1.0, 5.0), [0.5, 5.5]) is None


def test_speech_is_joined_over_short_pauses_and_clicks_are_none() -> None:
    window_s = 0.1
    voiced = [False, True, False, True, True, *[False] * 4, True, True, *[False] * 5, True, True, False]
    found = joined(voiced, window_s)
    # The first window is a click only by the length that counts, which one window of 0.1 s has.
    assert [(round(one.begin_s, 1), round(one.end_s, 1)) for one in found] == [(0.1, 1.1), (1.6, 1.8)]
    assert joined([False, True, True, False], 0.032) == ()
    assert len(joined([True, True, True], 0.032)) == 1


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("I'd like  Customer-support.", "id like customer support"),
        ("Room 105", "room 1 0 5"),
        ("one OH five", "1 oh 5"),
        ("٣٥", "3 5"),
        ("إلى أمّةٍ رأى مـرسى", "الي امه راي مرسي"),
        ("القرآن", "القران"),
        ("", ""),
    ],
)
def test_texts_are_compared_in_one_form(text: str, form: str) -> None:
    assert comparable(text) == form


def test_error_rates_count_all_texts_together() -> None:
    rates = error_rates(["one two three", "four"], ["One, two!", "five"])
    assert rates is not None
    assert (rates.wer, rates.words) == (50.0, 4)
    assert error_rates([""], ["anything"]) is None


def test_words_get_the_ends_that_the_decode_has_for_them_within_the_speech() -> None:
    heard = Hypothesis(
        "One to 3", "en", 1.0, (Word("One", 0, 400, 1.0), Word("to", 400, 800, 1.0), Word("3", 900, 2500, 1.0))
    )
    found = timed("one two three", heard, (Stretch(0.0, 2.0),))
    assert found == (TimedWord("1", 0.4), TimedWord("2", None), TimedWord("3", 2.0))
