import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.english.numbers import cardinal, decimal, year
from hiwar.text.tokens import Number
from hiwar.text.transcripts.english import rewrite

REWRITTEN: list[tuple[str, str]] = [
    ("I paid twenty five dollars.", "I paid $25."),
    ("I paid twenty-five dollars and ten cents", "I paid $25.10"),
    ("twenty dollars five cents", "$20.05"),
    ("one dollar", "$1"),
    ("two million euros", "€2 million"),
    ("two point five million people", "2.5 million people"),
    ("five riyals and twenty five cents", "5 riyals and 25 cents"),
    ("5 million dollars, 7.50 dollars", "$5 million, $7.50"),
    ("twenty five percent, five per cent", "25%, 5%"),
    ("one hundred and five people", "105 people"),
    ("a hundred and five people", "105 people"),
    ("twenty five hundred", "2500"),
    ("twenty five thousand four hundred", "25,400"),
    ("one million two hundred thousand and six", "1,200,006"),
    ("between one hundred and two hundred", "between 100 and 200"),
    ("from one thousand and two thousand", "from 1000 and 2000"),
    ("three point one four", "3.14"),
    ("zero point five", "0.5"),
    ("three point fourteen", "3.14"),
    ("in nineteen ninety nine", "in 1999"),
    ("in nineteen oh five and two thousand five", "in 1905 and 2005"),
    ("twenty twenty six", "2026"),
    ("the nineteen nineties", "the 1990s"),
    ("at five thirty we met", "at 5:30 we met"),
    ("five oh five p.m. tomorrow", "5:05 PM tomorrow"),
    ("it is five thirty p.m.", "it is 5:30 PM."),
    ("seven am", "7 AM"),
    ("five o’clock pm", "5:00 PM"),
    ("May ten nineteen ninety nine", "May ten 1999"),
    ("oh one two", "012"),
    ("call five five five, one two three four", "call 555, 1234"),
    ("double five one seven", "5517"),
    ("the twenty-second of May", "the 22nd of May"),
    ("one hundred eleventh, one hundred and third", "111th, 103rd"),
    ("Twenty five, thirty.", "25, 30."),
    ("(twenty five) cats", "(25) cats"),
    ("twenty “five” cats", "20 “five” cats"),
    ("say “eleven” twice", "say “11” twice"),
]
KEPT = [
    "",
    "hello there",
    "one of them has two cats",
    "twenty four seven",
    "twenty and third",
    "one thousand zero",
    "room twelve thirty four",
    "five thirty people",
    "eighteen nineteen years old",
    "nineteen ninety nine dollars",
    "a hundred people and a thousand thanks",
    "hundreds of millions",
    "two thirds of them, twenty thirds",
    "one two",
    "the second half",
    "at thirteen sixty",
    "one two three hundred",
    "point taken",
    "oh no, double trouble",
    "it costs $25 and 10% at 5:30 p.m.",
    "a b c 25 1,250 x-ray well-known",
]


@pytest.mark.parametrize(("spoken", "digits"), REWRITTEN, ids=[row[0] for row in REWRITTEN])
def test_spoken_numbers_become_digits(spoken: str, digits: str) -> None:
    assert rewrite(spoken) == digits


@pytest.mark.parametrize("text", KEPT)
def test_what_could_be_read_in_two_ways_stays_as_it_is(text: str) -> None:
    assert rewrite(text) == text


@given(st.integers(11, 10**6 - 1))
def test_every_number_in_words_comes_back(number: int) -> None:
    assert rewrite(f"about {cardinal(number)} people").replace(",", "") == f"about {number} people"


@given(st.integers(1700, 2099))
def test_every_year_in_words_comes_back(value: int) -> None:
    said = year(value)
    expected = f"in {value}"
    first, second = divmod(value, 100)
    assert rewrite(f"in {said}") == (f"in {said}" if second == first + 1 and len(said.split()) < 4 else expected)


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=5))
def test_every_decimal_in_words_comes_back(whole: int, fraction: str) -> None:
    assert rewrite(decimal(Number(str(whole), fraction))) == f"{whole}.{fraction}"


WORDS = [
    "zero", "one", "two", "nine", "ten", "eleven", "twenty", "ninety", "hundred", "thousand", "million",
    "trillion", "and", "a", "an", "oh", "point", "double", "triple", "am", "pm", "p.m.", "o'clock", "at",
    "percent", "per", "cent", "cents", "dollars", "dollar", "first", "second", "thirds", "nineties",
    "twenty-five", "25", "1,250", "cat,", "(two",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=15))
def test_any_words_can_be_rewritten_and_what_is_no_number_stays(words: list[str]) -> None:
    text = " ".join(words)
    assert rewrite(text).count("cat") == text.count("cat")


def test_very_long_texts_are_rewritten_too() -> None:
    assert rewrite("one " * 20_000).strip() == "1" * 20_000
    assert rewrite("one point " * 20_000)
    assert rewrite("thirty forty " * 20_000) == "thirty forty " * 20_000
    assert rewrite("." * 100_000) == "." * 100_000
