import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.transcripts.spelling import plain
from hiwar.vocabulary import LANGUAGES, Language

ARABIC: list[tuple[str, str]] = [
    ("مرحبا", "مرحبا"),
    ("مَرْحَبًا", "مرحبا"),
    ("جــمــيــل", "جميل"),
    ("ﻣﺮﺣﺒﺎ", "مرحبا"),
    ("ﻻ", "لا"),
    ("ﷺ", "صلى الله عليه وسلم"),
    ("ٱلكتاب", "الكتاب"),
    ("هـٰذا", "هذا"),
    ("وَلٰكِنَّ", "ولكن"),
    ("الرَّحْمٰنِ", "الرحمن"),
    ("إِسْمٰعِيل", "إسماعيل"),
    ("ٱلْعَٰلَمِينَ", "العالمين"),
    ("الصَّلَوٰةَ", "الصلاة"),
    ("مُوسَىٰ", "موسى"),
    ("هُدَىٰهُم", "هداهم"),
    ("نَسْتَعِينُۖ", "نستعين"),
    ("الدِّينِ۝", "الدين"),
    ("﴿الحمد﴾", "الحمد"),
    ("کیف", "كيف"),
    ("علیکم", "عليكم"),
    ("ھذا", "هذا"),
    ("گال", "كال"),
    ("گاڑی", "گاڑي"),
    ("پيتزا", "پيتزا"),
    ("\u202bمرحبا\u202c", "مرحبا"),
    ("\u200fمرحبا\u200e", "مرحبا"),
    ("شئ\u0654", "شئ"),
    ("ا\u0653", "آ"),
    ("ی\u0654", "ئ"),
    ("\u200f", ""),
    ("\u064e", ""),
]


@pytest.mark.parametrize(("word", "written"), ARABIC, ids=range(len(ARABIC)))
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_arabic_word_is_written_as_today(word: str, written: str, language: Language) -> None:
    assert plain(word, language) == written


@pytest.mark.parametrize(
    ("word", "in_arabic", "in_english"),
    [
        ("كيف?", "كيف؟", "كيف؟"),
        ("قال,", "قال،", "قال،"),
        ("قال;ثم", "قال؛ثم", "قال؛ثم"),
        ("«قال,»", "«قال،»", "«قال،»"),
        ("iPhone?", "iPhone؟", "iPhone?"),
        ("25,", "25،", "25,"),
        ("1,250", "1,250", "1,250"),
        ("?", "؟", "?"),
        ("كيف؟", "كيف؟", "كيف؟"),
        ("كيف.", "كيف.", "كيف."),
    ],
)
def test_punctuation_is_that_of_what_it_is_written_with(word: str, in_arabic: str, in_english: str) -> None:
    assert (plain(word, "ar"), plain(word, "en")) == (in_arabic, in_english)


@pytest.mark.parametrize("word", ["hello", "don't", "naïve", "C++", "e-mail", "GPT-4", "https://example.com/a?b=c,d"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_latin_word_keeps_its_letters(word: str, language: Language) -> None:
    assert plain(word, language) == word


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_is_written_once_and_for_all(text: str, language: Language) -> None:
    written = plain(text, language)
    assert plain(written, language) == written
    assert written == " ".join(written.split())


@given(st.text(st.sampled_from("اىويهةأء\u0653\u0654\u0670\u064b\u0651\u0640\u065b\u200f ,?؟گٱۀ\ufe70"), max_size=12))
def test_any_marks_are_written_once_and_for_all(text: str) -> None:
    written = plain(text, "ar")
    assert plain(written, "ar") == written
    assert not set(written) & set("\u0653\u0654\u0670\u064b\u0651\u0640\u065b\u200f")
