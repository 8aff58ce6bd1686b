"""Any text at all: its tokens cover it, and what is said of them is words."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.classification import classify
from hiwar.text.english.lengthening import shortened
from hiwar.text.english.verbalization import spoken
from hiwar.text.normalization import clean
from hiwar.text.tokens import Mark, Pronounced, Silent, Word
from hiwar.vocabulary import LANGUAGES

# What begins or joins the classes, so that they meet in every order.
PIECES = (
    "1", "22", "05", "2026", "1447", "12345678", "1,234", "1.5", ".5", "٣", "١٢٫٥", "۵", "½", "-", "−", "–", "+", "/",
    ":", ".", ",", "،", "(", ")", "'", "%", "٪", "$", "€", "°C", "#", "@", "*", "_", "=", "^", "1st", "st", "k", "M",
    "bn", "km", "م", "ه", "ص", "كم", "ريال", "ر.س", "USD", "PM", "a.m.", "Nov", "May", "Monday", "نوفمبر",
    "تشرين الثاني", "رمضان", "الأحد", "الساعة", "عام", "in", "رمز", "code", "card", "No.", "Dr.", "St.", "د.", "أ.د.",
    "ص.ب", "م/", "الخ.", "و", "ال", "وب", "مليون", "million", "ATM", "NASA", "ABCs", "U.S.", "GPT-4", "v2",
    "COVID-19", "IV", "Henry", "www.a.sa", "a@b.co", "http://x", "x.pdf", ":)", "<3", "🙂", "👍🏽", "\u0301", "\u064e",
    "²", "Ω", "中", "é", "hello", "it's", "مرحبا", "بِسْمِ", "+966", "0501234567", "9200", "(555)", "SA03 8000 0000",
    " ", " ", " ", "  ", "\n",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=120)
_DIGIT = re.compile(r"[0-9٠-٩۰-۹]")


@given(texts, st.sampled_from(LANGUAGES))
def test_tokens_cover_what_is_not_white_space_in_order(text: str, language: str) -> None:
    text = clean(text)
    tokens = classify(text, "ar" if language == "ar" else "en")
    assert all(before.end <= after.start for before, after in pairwise(tokens))
    covered = "".join(text[token.start : token.end] for token in tokens)
    assert "".join(covered.split()) == "".join(text.split())
    for token in tokens:
        written = text[token.start : token.end]
        assert written
        assert written == written.strip()
        assert not token.prefix or (token.language == "ar" and written.startswith(token.prefix))


@given(texts)
def test_letters_decide_the_language_of_a_word(text: str) -> None:
    for token in classify(clean(text), "ar"):
        if isinstance(token.content, Word) and token.content.text.isascii():
            assert token.language == "en"


@given(texts)
def test_english_is_said_in_words_without_a_digit(text: str) -> None:
    text = clean(text)
    tokens = classify(text, "en")
    for index, token in enumerate(tokens):
        said = spoken(tokens, index)
        if isinstance(token.content, Silent):
            assert not said
        elif isinstance(token.content, Word | Mark):
            assert said == shortened(text[token.start : token.end])
        elif not isinstance(token.content, Pronounced):
            assert not _DIGIT.search(said)
            assert said == " ".join(said.split())
