"""Whatever a token holds, it is said: nothing raises, no digit is left, and every word that was made carries vowels."""

from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.noun_table import MASCULINE
from hiwar.text.arabic.verbalization import spoken
from hiwar.text.tokens import (
    Abbreviation,
    Address,
    Cardinal,
    Code,
    Content,
    Date,
    Digits,
    Endpoint,
    Fraction,
    Letters,
    Mark,
    Measure,
    Money,
    Number,
    Ordinal,
    Percent,
    Phone,
    Pronounced,
    Range,
    Scale,
    Silent,
    Symbol,
    Time,
    Token,
    Word,
)

_SCALES: tuple[Scale, ...] = ("", "thousand", "million", "billion", "trillion")
_NOUNS = [entry.partition("=")[0] for entry in MASCULINE.split()]

texts = st.text(max_size=12) | st.text("0123456789٣.,:/@#-_أبجد ", max_size=12)
digit_strings = st.text("0123456789", max_size=25)
integers = st.integers(0, 200) | st.integers()
hundreds_of_digits = st.integers(10**300, 10**400)
numbers = st.builds(Number, digit_strings | texts, digit_strings, st.sampled_from(["", "-", "+"]), st.booleans())
plain_numbers = st.builds(Number, st.integers(0, 10**16).map(str), st.just("") | digit_strings)
any_number = numbers | plain_numbers
currencies = st.sampled_from(["SAR", "USD", "EUR", "KWD", "GBP", "JPY", "XYZ", ""]) | texts
units = st.sampled_from(["km", "°C", "m²", "kWh", "GB", "min", "?"]) | texts
amounts = st.one_of(
    st.builds(Cardinal, any_number, st.sampled_from(_SCALES)),
    st.builds(Percent, any_number),
    st.builds(Money, any_number, currencies, st.sampled_from(_SCALES)),
    st.builds(Measure, any_number, units),
)
optional = st.none() | integers
dates = st.builds(
    Date,
    optional,
    optional,
    optional,
    st.sampled_from(["gregorian", "hijri"]),
    optional,
    st.sampled_from(["", "ah", "ad", "bc"]),
    st.booleans(),
)
times = st.builds(Time, integers, integers, optional, st.sampled_from(["", "am", "pm"]))
endpoints: st.SearchStrategy[Endpoint] = st.one_of(
    amounts, st.builds(Ordinal, integers | hundreds_of_digits), dates, times
)
words = st.builds(
    Word, st.sampled_from([*_NOUNS, "من", "بعد", "في", "بين", "و", "أو", "الطابق", "رقم", "جديد", "الساعة", "اليوم"])
)
contents: st.SearchStrategy[Content] = st.one_of(
    endpoints,
    words,
    st.builds(Range, endpoints, endpoints),
    st.builds(Fraction, integers, integers, optional),
    st.builds(Letters, texts),
    st.builds(Abbreviation, texts | st.sampled_from(["د.", "ص", "م", "أ.د.", "ص.ب."])),
    st.builds(Phone, st.tuples(texts, digit_strings), st.booleans()),
    st.builds(Digits, st.tuples(digit_strings)),
    st.builds(Code, st.tuples(texts, digit_strings, texts)),
    st.builds(Address, texts),
    st.builds(Symbol, texts | st.sampled_from("#/&@")),
    st.builds(Mark, st.sampled_from(["(", ")", "،", "."])),
    st.builds(Silent, st.just("🙂")),
    st.builds(Pronounced, st.just("أ"), st.just("ب"), st.booleans()),
)
prefixes = st.sampled_from(["", "و", "ف", "ب", "ل", "ك", "ال", "بال", "لل", "وال", "وب", "ولل", "فل", "ؤ"])
tokens = st.builds(Token, st.just(0), st.just(1), st.just("ar"), contents, prefixes)
made = st.builds(
    Token,
    st.just(0),
    st.just(1),
    st.just("ar"),
    st.one_of(
        st.builds(Cardinal, plain_numbers),
        st.builds(Money, plain_numbers, st.sampled_from(["SAR", "KWD", "EUR", "GBP"])),
        st.builds(Measure, plain_numbers, st.sampled_from(["km", "°C", "m²", "kWh"])),
        st.builds(Date, st.integers(1, 31), st.integers(1, 12), st.integers(1, 3000)),
        st.builds(Time, st.integers(0, 24), st.integers(0, 59)),
        st.builds(Ordinal, st.integers(1, 2000)),
        st.builds(Fraction, st.integers(1, 20), st.integers(1, 20)),
    ),
    prefixes.filter(lambda prefix: prefix != "ؤ"),
)


@given(st.lists(tokens, max_size=6))
def test_any_token_is_said_without_digits(sentence: list[Token]) -> None:
    for index in range(len(sentence)):
        assert not any(character.isdigit() for character in spoken(sentence, index))


@given(made)
def test_every_word_made_carries_vowels(token: Token) -> None:
    assert all(not MARKS.isdisjoint(word) for word in spoken([token], 0).split())
