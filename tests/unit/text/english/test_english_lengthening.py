"""Words with repeated letters."""

import pytest

from hiwar.text.english.lengthening import shortened


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        ("Sooooo", "So"),
        ("NOOO", "NO"),
        ("coooool", "cool"),
        ("heyyyy", "hey"),
        ("pleeease", "please"),
        ("weeeek", "week"),
        ("freeee", "free"),
        ("meeee", "me"),
        ("yessss", "yess"),
        ("stopppp", "stop"),
        ("happpy", "happy"),
        ("helllllo", "hello"),
    ],
)
def test_letters_in_threes_become_what_is_usual(written: str, usual: str) -> None:
    assert shortened(written) == usual


@pytest.mark.parametrize("word", ["hmmm", "III", "LVIII", "zzz", "www", "aaa", "committee", "", "too"])
def test_other_words_stay(word: str) -> None:
    assert shortened(word) == word
