"""Segments: sentences of both scripts, bounded, nothing lost that can be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.normalization import clean
from hiwar.text.segmentation import (
    EARLY_CLAUSE_CHARACTERS,
    LONG_FIRST_CHARACTERS,
    MAX_SEGMENT_CHARACTERS,
    QUICK_FIRST_CHARACTERS,
    segments,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you? Fine!", ["Hello there.", "How are you?", "Fine!"]),
        ("مرحبا بك. كيف حالك؟ بخير؛ شكرا", ["مرحبا بك.", "كيف حالك؟", "بخير؛", "شكرا"]),
        ("كيف حالك؟أنا بخير.شكرا", ["كيف حالك؟", "أنا بخير.", "شكرا"]),
        ("نعم\nلا", ["نعم", "لا"]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("I said no. Take the sun. Then go.", ["I said no.", "Take the sun.", "Then go."]),
        ("Really?! Yes...", ["Really?!", "Yes..."]),
        ("السعر 250 ر.س. التوصيل مجاني", ["السعر 250 ر.س.", "التوصيل مجاني"]),
        ("قابلت أ.د. محمد ود. منى. شكرا", ["قابلت أ.د. محمد ود. منى.", "شكرا"]),
        ("ص.ب. 4455 الرياض", ["ص.ب. 4455 الرياض"]),
        ("See Prof. Dr. Smith there. Go. Now.", ["See Prof. Dr. Smith there.", "Go.", "Now."]),
    ],
)
def test_cuts_at_the_sentence_marks_of_both_scripts(text: str, expected: list[str]) -> None:
    assert [*segments(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith paid $3.50 at 10:30 a.m. today.",
        "Bring fruit, e.g. apples.",
        "See No. 5 of Jan. 2026.",
        "J. K. Rowling wrote it.",
        "Visit www.example.com now.",
        "السعر 3.5 ريال",
        "د. أحمد هنا",
        "wait... no",
    ],
)
def test_a_dot_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert [*segments(text)] == [text]


def test_a_first_sentence_is_cut_at_its_last_early_clause() -> None:
    text = "أهلا وسهلا بكم، اختر الخدمة المطلوبة من القائمة التالية، ثم اضغط على زر التأكيد وانتظر قليلا"
    assert len(text) <= LONG_FIRST_CHARACTERS
    first, rest = segments(text)
    assert first == "أهلا وسهلا بكم، اختر الخدمة المطلوبة من القائمة التالية،"
    assert len(first) <= EARLY_CLAUSE_CHARACTERS
    assert f"{first} {rest}" == text


def test_a_long_first_sentence_without_one_is_cut_at_a_later_clause() -> None:
    head = "The station master opened the garden gate near the bridge on Monday morning,"
    text = f"{head} and nobody asked him why he did it at that hour."
    assert len(text) > LONG_FIRST_CHARACTERS
    assert next(segments(text)) == head
    assert [*segments(text[:LONG_FIRST_CHARACTERS])] == [text[:LONG_FIRST_CHARACTERS].strip()]


def test_a_line_as_long_as_a_segment_may_be_stays_whole() -> None:
    line = "word " * 39 + "words"
    assert len(line) == MAX_SEGMENT_CHARACTERS
    assert [*segments("Yes!\n" + line + "\nNext")] == ["Yes!", line, "Next"]


def test_a_clause_may_be_as_long_as_a_segment() -> None:
    clause = "well then, " + "word " * 36 + "o words,"
    assert len(clause) == MAX_SEGMENT_CHARACTERS - 1
    assert [*segments(f"Yes!\ns{clause} and all the rest")] == ["Yes!", "s" + clause, "and all the rest"]
    assert [*segments(f"Yes!\nso{clause} and all the rest")][1] == "sowell then,"


def test_a_first_sentence_that_is_not_long_stays_whole() -> None:
    text = "No, I would rather that you call the branch on Monday morning before it opens, please."
    assert [*segments(text)] == [text]


def test_only_the_first_sentence_is_hurried() -> None:
    later = (
        "This sentence is not the first one, " + "and so it stays whole, with all its clauses in it, " * 3 + "as here."
    )
    assert LONG_FIRST_CHARACTERS < len(later) <= MAX_SEGMENT_CHARACTERS
    assert [*segments(f"Yes. {later}")] == ["Yes.", later]
    assert next(segments(f"... {later}")) != later


@pytest.mark.parametrize("head", ["No, ", "My shop is at 10:30 ", "In all 3,500 of Dr. No "])
def test_a_long_first_sentence_without_a_clause_is_cut_between_two_words(head: str) -> None:
    text = head + "word " * 25 + "end."
    assert LONG_FIRST_CHARACTERS < len(text) <= MAX_SEGMENT_CHARACTERS
    first, rest = segments(text)
    assert QUICK_FIRST_CHARACTERS - len("word ") < len(first) <= QUICK_FIRST_CHARACTERS
    assert f"{first} {rest}" == text


def test_a_first_sentence_without_a_clause_that_is_not_long_stays_whole() -> None:
    text = "word " * 23 + "end."
    assert QUICK_FIRST_CHARACTERS < len(text) <= LONG_FIRST_CHARACTERS
    assert [*segments(text)] == [text]


def test_a_sentence_that_is_too_long_is_not_cut_after_a_number() -> None:
    text = "Yes! " + "a " * 96 + "for 20 000 % of them"
    assert [*segments(text)][1:] == [("a " * 96 + "for").strip(), "20 000 % of them"]


def test_long_sentences_are_cut_at_clauses_then_spaces_then_anywhere() -> None:
    clause = "word " * 30 + "end, "
    assert [*segments("Yes! " + (clause * 3).strip())][1:] == [clause.strip()] * 3
    assert all(piece.endswith("word") for piece in segments("word " * 200))
    assert [len(piece) for piece in segments("x" * 450)] == [200, 200, 50]


def test_a_forced_cut_keeps_marks_with_their_letter() -> None:
    assert all(piece[0] == "ب" for piece in segments("بَّ" * 200))


@pytest.mark.parametrize("text", ["", "...", "!!! 🙂 ؟", "\n", '""()'])
def test_what_cannot_be_said_is_dropped(text: str) -> None:
    assert [*segments(text)] == []


@given(st.text(st.sampled_from("aب1 .,؟!\n؛:;\"'()َ🙂é-"), max_size=600))
def test_every_letter_and_digit_is_said_once_in_bounded_pieces(text: str) -> None:
    pieces = [*segments(clean(text))]
    spoken = "".join(character for piece in pieces for character in piece if character.isalnum())
    assert spoken == "".join(character for character in clean(text) if character.isalnum())
    assert all(0 < len(piece) <= MAX_SEGMENT_CHARACTERS and piece == piece.strip() for piece in pieces)


@pytest.mark.parametrize("hostile", [".", ". ", ".a", "e.g. ", "(.", "،", "، ", "1,", "َ", "\n", "x"])
def test_ten_thousand_hostile_characters_are_bounded(hostile: str) -> None:
    assert all(len(piece) <= MAX_SEGMENT_CHARACTERS for piece in segments((hostile * 10_000)[:10_000] + "a"))


def test_is_lazy() -> None:
    assert next(segments("The first. " + "rest " * 100_000)) == "The first."


def test_no_cut_between_words_tears_an_inline_pronunciation() -> None:
    words = "word " * 18
    first, rest = segments(f"{words}[New York City](/nu jɔɹk/) and {words}")
    assert first == words.strip()
    assert rest.startswith("[New York City](/nu jɔɹk/)")
