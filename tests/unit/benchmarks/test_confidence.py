"""The calibration figures: bins, calibration error, AUC, what counts as right, and the plot as SVG."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from confidence import Judged, auc, bins, calibration_error, judge
from recordings import Recording
from reliability_plot import Curve, Point, plot

from hiwar.vocabulary import Transcript, Word


def judged(*pairs: tuple[float, bool]) -> list[Judged]:
    return [Judged(confidence, right) for confidence, right in pairs]


def test_bins_are_tenths_and_a_confidence_of_one_is_in_the_last() -> None:
    found = bins(judged((0.05, False), (0.92, True), (0.98, False), (1.0, True)))
    assert [one.count for one in found] == [1, 3]
    assert found[1].right == pytest.approx(2 / 3)
    assert found[1].confidence == pytest.approx((0.92 + 0.98 + 1.0) / 3)


def test_the_calibration_error_is_the_distance_weighted_by_size() -> None:
    assert calibration_error(judged((0.5, True), (0.5, False))) == 0.0
    assert calibration_error(judged((0.9, False), (0.5, True), (0.5, False), (0.5, True))) == pytest.approx(
        0.25 * 0.9 + 0.75 * (2 / 3 - 0.5)
    )


def test_the_auc_is_the_chance_that_right_is_surer_than_wrong() -> None:
    assert auc(judged((0.9, True), (0.8, True), (0.1, False))) == 1.0
    assert auc(judged((0.5, True), (0.5, False))) == 0.5
    assert auc(judged((0.2, True), (0.6, False), (0.4, False))) == 0.0
    assert auc(judged((0.2, True))) is None


def transcript(segment: int, confidence: float, *words: tuple[str, float]) -> Transcript:
    text = " ".join(word for word, _ in words)
    timed = tuple(Word(word, 0, 0, sure) for word, sure in words)
    return Transcript(segment, text, text, confidence, "en", 0, 0, is_final=True, words=timed)


def test_an_utterance_is_right_when_all_its_words_are() -> None:
    recording = Recording("a", "en", "en-read", "One two three four.", np.zeros(1, np.float32))
    finals = [transcript(0, 0.9, ("one", 0.8), ("two", 0.7)), transcript(1, 0.6, ("free", 0.4), ("four", 0.9))]
    words, utterances = judge(recording, finals)
    assert words == judged((0.8, True), (0.7, True), (0.4, False), (0.9, True))
    assert utterances == judged((0.9, True), (0.6, False))


def test_the_plot_is_svg_with_a_dot_for_each_point_and_one_for_each_name() -> None:
    curves = [Curve("ar", [Point(0.2, 0.1, 3), Point(0.8, 0.9, 5)]), Curve("<en>", [Point(0.5, 0.5, 1)])]
    drawn = ET.fromstring(plot({"words": curves, "utterances": curves}))  # noqa: S314 - our own text
    circles = drawn.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 2 * (3 + 2)
    assert "prefers-color-scheme: dark" in plot({"words": curves})
