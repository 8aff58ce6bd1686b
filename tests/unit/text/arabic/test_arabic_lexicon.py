"""The lexicon marks known words, whatever the writer left out, and keeps the marks that are there."""

import re
import unicodedata
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.arabic.letters import MARKS, SHADDA, SUKUN, VOWEL_OF_MARK
from hiwar.text.arabic.lexicon import mark_known_words
from hiwar.text.arabic.marks import ASK, letters

KINDS = {"fixed", "verb", "name", "noun", "adjective", "definite", "pair"}
LINES = (files("hiwar.text.arabic") / "lexicon.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if line and not line.startswith("#")]
WORDS = [word for _, words in ROWS for entry in words.split() for word in entry.split("_")]
ASKING = "°"


def marked(text: str) -> str:
    return unicodedata.normalize("NFC", mark_known_words(text).replace(ASK, ASKING))


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اضغط صفر", "اِضْغَطْ صِفْر°"),
        ("واضغط", "وَاضْغَطْ"),
        ("ادخل الرمز", "أَدْخِلْ الرَّمْز°"),
        ("إضغط", "اِضْغَطْ"),
        ("الى البنك", "إِلَى الْبَنْك°"),
        ("كيف", "كَيْفَ"),
        ("وقائمتي، 5 PIN", "وَقَائِمَتِي، 5 PIN"),
        ("زقزوق بلبل", "زقزوق بلبل"),
    ],
)
def test_marks_known_words_and_puts_hamzas_in(text: str, expected: str) -> None:
    assert marked(text) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("بالبنك", "بِالْبَنْك°"),
        ("وللرصيد", "وَلِلرَّصِيد°"),
        ("للغة", "لِلُّغَة°"),
        ("الانتظار", "الِانْتِظَار°"),
        ("لاتصالك", "لِاتِّصَال°ك°"),
        ("بطاقتها", "بِطَاقَت°ه°ا"),
        ("حسابا", "حِسَابًا"),
        ("ريالين", "رِيَالَين°"),
        ("المشغولون", "الْمَشْغُولُون°"),
        ("عربية", "عَرَبِيَّة°"),
        ("سيصلك", "سَيَصِلُك°"),
        ("لن يصلك", "لَنْ يَصِلَك°"),
        ("يعطيك", "يُعْطِيك°"),
        ("التالية", "التَّالِيَة°"),
        ("للقاهرة", "لِلْقَاهِرَة°"),
        ("لمحمد", "لِمُحَمَّد°"),
    ],
)
def test_finds_words_behind_others_and_before_possessors(text: str, expected: str) -> None:
    assert marked(text) == unicodedata.normalize("NFC", expected)


def test_the_article_decides_what_a_word_alone_does_not() -> None:
    assert marked("قدم") == "قدم"
    assert marked("القدم") == "الْقَدَم°"
    assert marked("فصل كتب") == "فصل كتب"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("من هو", "مَنْ هُوَ"),
        ("ومن  هو", "وَمَنْ  هُوَ"),
        ("من، هو", "من، هُوَ"),
        ("ان شاء", "إِنْ شَاءَ"),
        ("اتصل بنا", "اِتَّصِلْ بِنَا"),
        ("اتصل بك", "اِتَّصَلَ بِكَ"),
    ],
)
def test_two_words_decide_each_other(text: str, expected: str) -> None:
    assert marked(text) == unicodedata.normalize("NFC", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اِضغط", "اِضْغَطْ"),
        ("مُحمّد", "مُحَمَّد°"),
        ("الحسابُ", "الْحِسَابُ"),
        ("حَساب", "حَساب"),
        ("حِسَاب", "حِسَاب"),
        ("خَمْسَة", "خَمْسَة"),
    ],
)
def test_marks_that_are_there_stay_and_must_agree(text: str, expected: str) -> None:
    assert marked(text) == unicodedata.normalize("NFC", expected)


@given(st.text(st.sampled_from("البكتمنويةىأإاآ ،5ae" + "".join(sorted(MARKS))), max_size=60))
def test_any_text_keeps_its_letters_but_for_hamzas_of_alefs(text: str) -> None:
    one_alef = str.maketrans("أإآٱ", "اااا")
    assert bare(mark_known_words(text)).replace(ASK, "").translate(one_alef) == bare(text).translate(one_alef)


def test_the_file_has_known_kinds_and_no_word_twice_in_one_kind() -> None:
    assert {kind for kind, _ in ROWS} <= KINDS
    for kind in KINDS:
        entries = [entry for row, words in ROWS if row == kind for entry in words.split()]
        assert sorted(entries) == sorted(set(entries))


def test_every_letter_of_an_entry_but_the_last_is_marked_or_long() -> None:
    for word in WORDS:
        assert re.fullmatch("[\u0621-\u063a\u0641-\u0652]+", word), word
        for (base, marks), (_, after) in pairwise(letters(word)):
            decided = not VOWEL_OF_MARK.keys().isdisjoint(marks) or SUKUN in marks
            assert decided or base in "ايوىآ" or (base == "ل" and SHADDA in after), word
