"""Words of a rewritten text back to the words it was rewritten from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.word_alignment import align


@pytest.mark.parametrize(
    ("source", "written", "owners"),
    [
        ("one two", "one two", [0, 1]),
        ("don’t go", "don't go", [0, 1]),
        ("$5 million or so", "5 million dollars or so", [0, 1, 1, 2, 3]),
        ("he ran 5km to 6km today", "he ran 5 kilometers to 6 kilometers today", [0, 1, 2, 2, 3, 4, 4, 5]),
        ("on the 5 May in the shop", "on the the fifth of May in the shop", [0, 1, 1, 2, 2, 3, 4, 5, 6]),
        ("at 10:30 am", "at ten thirty A.M.", [0, 1, 1, 2]),
        ("yes | no , maybe", "yes no, maybe", [0, 2, 4]),
        ("555-1234", "5 5 5 , 1 2 3 4", [0] * 8),
        ("5 of", "about 5 of", [0, 0, 1]),
        ("- 3", "3", [1]),
        ("- -", "-", [0]),
        ("", "", []),
    ],
)
def test_each_written_word_has_the_source_word_it_stands_for(source: str, written: str, owners: list[int]) -> None:
    assert align(source.split(), written.split()) == owners


def test_words_that_cannot_be_told_apart_share_by_length() -> None:
    assert align(["abcdefgh", "ijkl"], ["p", "q", "r"]) == [0, 0, 1]
    assert align(["2", "abcd"], ["p", "q", "r"]) == [0, 0, 1]
    assert align(["a", "abcdefghijklmnopqrst"], ["p", "q", "r"]) == [0, 1, 1]
    assert align(["in", "on", "at"], ["on", "in", "at", "so"]) == [0, 1, 1, 2]


_WORDS = st.lists(st.sampled_from(["a", "b", "to", "5km", "10:30", "-", "|", "kilometers"]), max_size=30)


@given(_WORDS.filter(bool), _WORDS)
def test_owners_never_fall_and_leave_no_word_out_that_could_have_one(source: list[str], written: list[str]) -> None:
    owners = align(source, written)
    assert len(owners) == len(written)
    assert owners == sorted(owners)
    assert all(0 <= owner < len(source) for owner in owners)


@given(_WORDS.filter(bool), st.data())
def test_words_kept_as_they_are_keep_their_owner(source: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(source) - 1))
    unique = [*source[:place], "only", *source[place:]]
    written = [*source[:place], *data.draw(_WORDS), "only", *source[place:]]
    owners = align(unique, written)
    assert owners[written.index("only")] == place
    assert owners[len(written) - len(source[place:]) :] == list(range(place + 1, len(unique)))
