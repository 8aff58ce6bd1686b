import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import AddText, EndText, FlushText
from hiwar.protocol.piecewise_text import PiecewiseText

SECRET = "what the client wrote"
HIGH, LOW = "\ud83d", "\ude00"


def text_of(chars_max: int = 10, flushes_waiting_max: int = 2) -> PiecewiseText:
    return PiecewiseText(chars_max=chars_max, flushes_waiting_max=flushes_waiting_max)


def test_what_comes_before_its_turn_is_held_in_order_and_pieces_in_a_row_are_one() -> None:
    text = text_of()
    assert text.add("a", 1.0) == text.add("b ", 1.0) == text.flush() == text.add("c", 1.0) == text.end() == ()
    assert text.begin() == (AddText("ab "), FlushText(), AddText("c"), EndText())
    assert text.begin() == ()


def test_what_comes_in_its_turn_is_handed_over_at_once() -> None:
    text = text_of()
    assert text.begin() == ()
    assert text.add("a", 1.0) == (AddText("a"),)
    assert text.add("b", 1.0) == (AddText("b"),)
    assert text.flush() == (FlushText(),)
    assert text.end() == (EndText(),)
    assert text.end() == ()


def test_an_empty_piece_is_nothing() -> None:
    text = text_of()
    text.begin()
    assert text.add("", 1.0) == ()


def test_a_piece_over_the_limit_is_not_taken_and_a_shorter_one_is() -> None:
    text = text_of(chars_max=3)
    text.begin()
    assert text.add("ab", 1.0) == (AddText("ab"),)
    with pytest.raises(HiwarError, match="longer than 3 characters") as caught:
        text.add("cd", 1.0)
    assert caught.value.code is ErrorCode.TEXT_TOO_LONG
    assert text.add("c", 1.0) == (AddText("c"),)
    with pytest.raises(HiwarError, match="longer than 3 characters"):
        text.add("d", 1.0)


def test_a_character_cut_in_two_counts_once() -> None:
    text = text_of(chars_max=2)
    text.begin()
    for piece in (HIGH, LOW, HIGH, LOW):
        assert text.add(piece, 1.0) == (AddText(piece),)
    with pytest.raises(HiwarError, match="longer than 2 characters"):
        text.add("x", 1.0)


@pytest.mark.parametrize("pieces", [(LOW, HIGH), (HIGH, HIGH), (LOW, LOW), (HIGH, "x"), ("x", LOW), ("é", "é")])
def test_what_is_no_pair_counts_as_two(pieces: tuple[str, str]) -> None:
    text = text_of(chars_max=2)
    for piece in pieces:
        text.add(piece, 1.0)
    with pytest.raises(HiwarError, match="longer than 2 characters"):
        text.add("x", 1.0)


@pytest.mark.parametrize("piece", [None, 5, [SECRET], {"text": SECRET}, True])
def test_a_piece_that_is_no_string_is_refused(piece: object) -> None:
    with pytest.raises(HiwarError, match=r"^text must be a string") as caught:
        text_of().add(piece, 1.0)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert SECRET not in caught.value.message


def test_unanswered_flushes_are_bounded() -> None:
    text = text_of(flushes_waiting_max=2)
    text.begin()
    assert text.flush() == text.flush() == (FlushText(),)
    with pytest.raises(HiwarError, match="More than 2 flushes") as caught:
        text.flush()
    assert caught.value.code is ErrorCode.RATE_LIMIT_EXCEEDED
    assert text.flushed()
    assert text.flush() == (FlushText(),)
    assert [text.flushed(), text.flushed(), text.flushed()] == [True, True, False]


def test_after_its_end_nothing_is_taken() -> None:
    text = text_of()
    text.end()
    with pytest.raises(HiwarError, match="stopping") as caught:
        text.add("a", 1.0)
    assert caught.value.code is ErrorCode.SERVER_BUSY
    with pytest.raises(HiwarError, match="stopping"):
        text.flush()
    assert text.begin() == (EndText(),)


def test_the_first_text_is_the_first_with_something_in_it() -> None:
    text = text_of()
    text.add("", 1.0)
    text.add(" \n", 2.0)
    assert text.first_text_s is None
    text.add(" a", 3.0)
    text.add("b", 4.0)
    assert text.first_text_s == 3.0


def test_what_is_secret_is_not_in_a_repr() -> None:
    text = text_of(chars_max=100)
    text.add(SECRET, 1.0)
    assert SECRET not in repr(text) + repr(text.begin())
