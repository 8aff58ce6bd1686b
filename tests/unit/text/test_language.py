"""Runs and language: the letters decide, the default only without letters."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.language import Run, language_of, runs


def test_cuts_where_the_script_changes_and_leaves_neutrals_with_the_run_before() -> None:
    assert runs("رقم PIN 5، هو ١٢ ok", "ar") == (
        Run("رقم ", "ar"),
        Run("PIN 5، ", "en"),
        Run("هو ١٢ ", "ar"),
        Run("ok", "en"),
    )


def test_leading_digits_go_with_the_first_letters() -> None:
    assert runs("5 stars", "ar") == (Run("5 stars", "en"),)


def test_a_text_without_letters_is_read_in_the_default() -> None:
    assert runs("12:30!", "ar") == (Run("12:30!", "ar"),)
    assert runs("", "ar") == ()


def test_eastern_digits_are_arabic() -> None:
    assert runs("٥٠", "en") == (Run("٥٠", "ar"),)


@given(st.text())
def test_runs_join_to_the_text_and_alternate(text: str) -> None:
    found = runs(text, "en")
    assert "".join(run.text for run in found) == text
    assert all(run.text for run in found)
    assert all(one.language != two.language for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("text", "language"),
    [("أريد شراء iPhone اليوم", "ar"), ("I said شكرا to them", "en"), ("12", "en"), ("اب ab", "en"), ("", "en")],
)
def test_most_letters_decide(text: str, language: str) -> None:
    assert language_of(text, "en") == language
