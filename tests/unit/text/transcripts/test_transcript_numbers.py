import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.transcripts.numbers import written
from hiwar.vocabulary import DIGIT_STYLES, LANGUAGES, DigitStyle, Language

# A word, and how it is written in Arabic: western, eastern, in words.
ARABIC: list[tuple[str, str, str, str]] = [
    ("25", "25", "٢٥", "خمسة وعشرون"),
    ("٢٥", "25", "٢٥", "خمسة وعشرون"),
    ("۲۵", "25", "٢٥", "خمسة وعشرون"),
    ("25,", "25،", "٢٥،", "خمسة وعشرون،"),
    ("(5)", "(5)", "(٥)", "(خمسة)"),
    ("3.5", "3.5", "٣٫٥", "ثلاثة فاصلة خمسة"),
    ("٣٫٥", "3.5", "٣٫٥", "ثلاثة فاصلة خمسة"),
    ("1,250.75", "1,250.75", "١٬٢٥٠٫٧٥", "ألف ومئتان وخمسون فاصلة خمسة وسبعون"),
    ("25%", "25%", "٢٥٪", "خمسة وعشرون بالمئة"),
    ("٢٥٪", "25%", "٢٥٪", "خمسة وعشرون بالمئة"),
    ("10:30", "10:30", "١٠:٣٠", "العاشرة والنصف"),
    ("$25", "$25", "$٢٥", "خمسة وعشرون دولارا"),
    ("2026", "2026", "٢٠٢٦", "ألفان وستة وعشرون"),
    ("و25", "و25", "و٢٥", "وخمسة وعشرون"),
    ("5km", "5km", "5km", "خمسة كيلومترات"),
    ("0551234567", "0551234567", "٠٥٥١٢٣٤٥٦٧", "صفر خمسة خمسة واحد اثنان ثلاثة أربعة خمسة ستة سبعة"),
    ("12/5/2024", "12/5/2024", "١٢/٥/٢٠٢٤", "الثاني عشر من مايو ألفين وأربعة وعشرين"),
    ("1.2.3", "1.2.3", "١.٢.٣", "1.2.3"),
    ("192.168.1.1", "192.168.1.1", "١٩٢.١٦٨.١.١", "192.168.1.1"),
    ("GPT-4", "GPT-4", "GPT-4", "GPT-4"),
    ("COVID-19", "COVID-19", "COVID-19", "COVID-19"),
    ("info2@example.com", "info2@example.com", "info2@example.com", "info2@example.com"),
    ("٪", "٪", "٪", "٪"),
]
ENGLISH: list[tuple[str, str]] = [
    ("25", "twenty five"),
    ("25,", "twenty five,"),
    ("1,250", "one thousand two hundred fifty"),
    ("3.5", "three point five"),
    ("10:30", "ten thirty"),
    ("10:30am", "ten thirty AM"),
    ("25%", "twenty five percent"),
    ("$25.50", "twenty five dollars and fifty cents"),
    ("2026.", "twenty twenty six."),
    ("22nd", "twenty second"),
    ('"7"', '"seven"'),
    ("5-0", "five to zero"),
    ("½", "one half"),
    ("😀5😀", "five"),
    ("0551234567", "zero five five one two three four five six seven"),
    ("MP3", "MP3"),
    ("1.2.3", "1.2.3"),
]


@pytest.mark.parametrize(("word", "western", "eastern", "words"), ARABIC, ids=[row[0] for row in ARABIC])
def test_a_word_of_an_arabic_transcript(word: str, western: str, eastern: str, words: str) -> None:
    assert written(word, "ar", "western") == western
    assert written(word, "ar", "eastern") == eastern
    assert written(word, "ar", "words") == words


@pytest.mark.parametrize(("word", "words"), ENGLISH, ids=[row[0] for row in ENGLISH])
def test_a_word_of_an_english_transcript(word: str, words: str) -> None:
    assert written(word, "en", "western") == word
    assert written(word, "en", "eastern") == word
    assert written(word, "en", "words") == words


def test_english_has_western_digits_in_any_style() -> None:
    assert {written("٢٥", "en", style) for style in ("western", "eastern")} == {"25"}


@pytest.mark.parametrize("word", ["hello", "Dr.", "NASA", "$", "مرحبا", "د."])
@pytest.mark.parametrize("style", DIGIT_STYLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_without_digits_are_the_same_in_every_style(word: str, style: DigitStyle, language: Language) -> None:
    assert written(word, language, style) == word


@pytest.mark.parametrize("style", DIGIT_STYLES)
def test_very_long_words_are_written_too(style: DigitStyle) -> None:
    for word in ("9" * 20_000, "1," * 10_000, "1.5" * 5_000, "?" * 20_000, "ك?" * 10_000):
        assert written(word, "ar", style)


NUMERALS = st.text(st.sampled_from("0123456789٠٣٩۵.,٫٬%٪$€:/-–+()½كو aamp"), min_size=1, max_size=14)


@given(NUMERALS | st.text(max_size=30), st.sampled_from(LANGUAGES), st.sampled_from(DIGIT_STYLES))
def test_any_word_is_written_once_and_for_all(text: str, language: Language, style: DigitStyle) -> None:
    for word in text.split():
        once = written(word, language, style)
        assert " ".join(written(part, language, style) for part in once.split()) == once
