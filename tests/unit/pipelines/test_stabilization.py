"""Unit tests of the stable prefix: what was shown as stable never changes again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.pipelines.stabilization import Stabilizer

WORDS = st.sampled_from(["one", "two", "three", "ثلاثة", "أربعة", "كِتَاب"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=12)


def test_a_beginning_that_was_missed_before_is_not_said_behind_the_stable_words() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0)
    for _ in range(2):
        stabilizer.update("and it is worth mentioning")
    heard = "What is natural language processing? And it is worth mentioning in passing"
    assert stabilizer.reconcile(heard) == "and it is worth mentioning in passing"


def test_all_hearings_must_be_sure_of_a_word() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0, sure_from=0.5)
    stabilizer.update("we walk home", (0.9, 0.4, 0.9))
    stabilizer.update("we walk home", (0.9, 0.9, 0.9))
    assert stabilizer.stable == "we"
    stabilizer.update("We walk home now", (0.9, 0.5, 0.9, 0.1))
    assert stabilizer.stable == "we walk home"


def test_capitals_and_punctuation_part_nothing_and_those_of_the_newest_settle() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=1)
    stabilizer.update("and so, my fellow")
    stabilizer.update("And so my Fellow Americans.")
    assert stabilizer.stable == "And so my"
    assert stabilizer.keeps("and SO, my friend")


def test_words_settle_when_two_transcripts_agree_and_the_last_is_held_back() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=1)
    stabilizer.update("the quick brown")
    assert stabilizer.stable == ""
    stabilizer.update("the quick brow fox")
    assert stabilizer.stable == "the quick"


def test_more_agreement_waits_longer() -> None:
    stabilizer = Stabilizer(agreement=3, held_back=0)
    stabilizer.update("a b")
    stabilizer.update("a b c")
    assert stabilizer.stable == ""
    stabilizer.update("a b c d")
    assert stabilizer.stable == "a b"


def test_a_word_that_grows_is_another_word() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0)
    stabilizer.update("كتا")
    stabilizer.update("كتاب")
    assert stabilizer.stable == ""


def test_a_transcript_that_disagrees_is_shown_behind_what_is_stable() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0)
    stabilizer.update("we walk")
    stabilizer.update("we walk")
    assert not stabilizer.keeps("we walked home")
    assert stabilizer.update("we walked home") == "we walk home"
    assert stabilizer.reconcile("") == "we walk"


def test_without_settling_nothing_becomes_stable() -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0)
    for _ in range(3):
        stabilizer.update("a b", settle=False)
    assert stabilizer.stable == ""


@given(TEXTS, st.integers(1, 3), st.integers(0, 2))
def test_the_stable_prefix_only_grows_and_begins_all_that_follows(
    texts: list[str], agreement: int, held_back: int
) -> None:
    stabilizer = Stabilizer(agreement, held_back)
    before: list[str] = []
    for text in texts:
        shown = stabilizer.update(text).split()
        stable = stabilizer.stable.split()
        assert stable[: len(before)] == before
        assert shown[: len(stable)] == stable
        assert stabilizer.keeps(stabilizer.reconcile(text))
        before = stable


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("we walked home, again", "we walk home, again"),
        ("So we walk home again", "we walk home again"),
        ("walk home again", "we walk home again"),
        ("He worked home again", "we walk home again"),
        ("we", "we walk"),
    ],
)
def test_what_follows_the_stable_words_is_found_however_they_were_heard(heard: str, shown: str) -> None:
    stabilizer = Stabilizer(agreement=2, held_back=0)
    stabilizer.update("we walk")
    stabilizer.update("we walk")
    assert stabilizer.reconcile(heard) == shown
