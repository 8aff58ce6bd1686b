"""Clean-up: one spelling, nothing invisible, never an exception."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.normalization import GradualCleaning, Stretch, clean, trace


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("ﷲ", "الله"),
        ("مـــرحبا", "مرحبا"),
        ("\u200fمرحبا\u200e \u202bبك\u202c", "مرحبا بك"),
        ("می\u200cخواهم کتاب", "ميخواهم كتاب"),
        ("ＡＢＣ　１２３", "ABC 123"),
        ("cafe\u0301", "café"),
        ("a\x00b\x07c", "abc"),
        ("tab\tand\u00a0no-break", "tab and no-break"),
        ("one \r\n\r\n  two", "one\ntwo"),
        ("a\ud800b", "ab"),
        ("بِسْمِ", "بِسْمِ"),
        ("  \n ", ""),
    ],
)
def test_writes_the_text_in_one_spelling(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


def test_vowel_marks_come_in_one_order() -> None:
    assert clean("دّ\u064e") == clean("د\u064e\u0651")


def test_keeps_digits_and_punctuation_of_both_scripts() -> None:
    text = "٣٫٥، 3.5; ۷؟ ok!"
    assert clean(text) == text


@given(st.text(st.characters(codec=None)))
def test_any_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned.replace("\n", ""))
    assert "  " not in cleaned


@pytest.mark.parametrize("hostile", [" ", "\n ", "\u064b", "a\u0301\u0323", "\ud800", " \u2028", "\u200f"])
def test_long_hostile_text_stays_bounded(hostile: str) -> None:
    assert len(clean(hostile * 10_000)) <= 20_000


@pytest.mark.parametrize("marks", ["\u0301", "\u20d0\u20d2", "\u0591", "\ufe77", "\ufe77\u0591"])
def test_no_run_of_marks_stays_long(marks: str) -> None:
    cleaned = clean("a" + marks * 500 + "b")
    assert sum(map(bool, map(unicodedata.combining, cleaned))) <= 8
    assert clean(cleaned) == cleaned


def stretches(text: str) -> list[Stretch]:
    cleaning = GradualCleaning()
    cleaning.add(text)
    return [*iter(cleaning.next, None), cleaning.rest()]


@pytest.mark.parametrize("unit", ["\ufdfa", "ﻣﺮﺣﺒﺎ ", "가", "ก\u200b", "🙂", "\u0301 ", "a\u0301", "x ", "\u2126"])
def test_a_long_text_is_cleaned_in_short_stretches(unit: str) -> None:
    assert all(len(stretch.raw) <= 256 for stretch in stretches(unit * 1000))


@pytest.mark.parametrize("before", ["a", "ا", "\u1100", "가", "\ufe8d", "e\u0301", "x\u200b", "ب\u0651"])
def test_cleaning_begins_only_at_characters_that_change_nothing_before_them(before: str) -> None:
    # All but Han and Hangul syllables, of which these are the first and the last.
    for letter in map(chr, (*range(0x3500), *range(0xA000, 0xAC20), *range(0xD780, 0x12000), *range(0x1D000, 0x1D200))):
        written = before + letter
        first, more, others = Stretch(written, clean(written + ".")[:-1]).split(1)
        if others.raw == letter and not letter.isspace():
            assert first.cleaned + more.cleaned == clean(before)
            assert others.cleaned == clean(letter + ".")[:-1]


@pytest.mark.parametrize(
    ("raw", "cut", "expected"),
    [
        ("ab", 1, ["a", "", "b"]),
        ("\ufdfaﻣ", 3, ["\ufdfa", "", "ﻣ"]),
        ("ﻣ" * 40, 39, ["ﻣ" * 39, "", "ﻣ"]),
        ("e\u0301e\u0301 x", 1, ["e\u0301", "", "e\u0301 x"]),
        ("Ａ\r\n\u200f\u0301b", 2, ["Ａ\r\n", "", "\u200f\u0301b"]),
        ("Ａ \u200f b", 2, ["Ａ \u200f ", "", "b"]),
        ("ﷺ" * 20, 40, ["ﷺ" * 3, "", "ﷺ" * 17]),
    ],
)
def test_a_stretch_is_cut_where_what_was_written_for_its_beginning_ends(
    raw: str, cut: int, expected: list[str]
) -> None:
    parts = Stretch(raw, clean(raw)).split(cut)
    assert [part.raw for part in parts] == expected
    assert len(parts[0].cleaned) == cut
    assert "".join(part.cleaned for part in parts) == clean(raw)
    assert clean(parts[2].raw) == parts[2].cleaned


@pytest.mark.parametrize(
    ("written", "word", "span"),
    [
        ("مـــرحبا بك", "مرحبا", "مـــرحبا "),
        ("\u200fنعم\u200e ﻻ", "لا", "ﻻ"),
        ("cafe\u0301 now", "now", "now"),
        ("cafe\u0301 now", "café", "cafe\u0301 "),
        ("one \r\n two", "two", "two"),
    ],
)
def test_a_trace_leads_back_to_what_was_written(written: str, word: str, span: str) -> None:
    traced = trace(written)
    at = traced.cleaned.index(word)
    start, end = traced.written(at, at + len(word))
    assert written[start:end].strip() == span.strip()


@given(st.text(max_size=60))
def test_a_trace_cleans_as_everything_else_does(text: str) -> None:
    traced = trace(text)
    assert traced.cleaned.strip() == clean(text)
    assert len(traced.cleaned) == len(traced.starts) == len(traced.ends)
    assert [*traced.starts] == sorted(traced.starts)
    assert all(start < end for start, end in zip(traced.starts, traced.ends, strict=True))
