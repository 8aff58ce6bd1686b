"""Numbers and what they count, found in a segment."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.tokens import (
    Cardinal,
    Code,
    Content,
    Digits,
    Fraction,
    Letters,
    Mark,
    Measure,
    Money,
    Number,
    Ordinal,
    Percent,
    Phone,
    Range,
    Silent,
    Symbol,
    Time,
    Word,
)
from hiwar.vocabulary import Language


def said(text: str, language: Language = "ar") -> list[Content]:
    """What stands in a text, but for its words and marks."""
    return [token.content for token in classify(text, language) if not isinstance(token.content, Word | Mark | Silent)]


def whole(digits: str) -> Cardinal:
    return Cardinal(Number(digits))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", Number("7")),
        ("1,234,567", Number("1234567", grouped=True)),
        ("١٬٢٣٤٫٥", Number("1234", "5", grouped=True)),
        ("۲۰", Number("20")),
        ("20 000", Number("20000", grouped=True)),
        ("1.000.000", Number("1000000", grouped=True)),
        ("1.234", Number("1", "234")),
        ("1.234,56", Number("1234", "56", grouped=True)),
        ("3.14", Number("3", "14")),
        (".5", Number("", "5")),
        ("-5", Number("5", sign="-")),
        ("−5", Number("5", sign="-")),
        ("+5", Number("5", sign="+")),
        ("0", Number("0")),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_numbers_are_read_as_they_are_written(text: str, number: Number, language: Language) -> None:
    assert said(text, language) == [Cardinal(number)]


def test_a_comma_is_a_decimal_point_in_arabic_and_a_list_in_english() -> None:
    assert said("3,5") == [Cardinal(Number("3", "5"))]
    assert said("٣،٥") == [Cardinal(Number("3", "5"))]
    assert said("3,5", "en") == [whole("3"), whole("5")]
    assert said("10,15,20") == [whole("10"), whole("15"), whole("20")]


@pytest.mark.parametrize("text", ["word-5", "x-5", "3-1", "كلمة-5"])
def test_a_hyphen_behind_a_word_or_number_is_no_sign(text: str) -> None:
    assert Cardinal(Number("5", sign="-")) not in said(text)
    assert all(content.number.sign == "" for content in said(text) if isinstance(content, Cardinal))


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("12.5%", Percent(Number("12", "5"))),
        ("٥٠ ٪", Percent(Number("50"))),
        ("٪٢٠", Percent(Number("20"))),
        ("$25.50", Money(Number("25", "50"), "USD")),
        ("-$5", Money(Number("5", sign="-"), "USD")),
        ("25 USD", Money(Number("25"), "USD")),
        ("SAR 1,500.50", Money(Number("1500", "50", grouped=True), "SAR")),
        ("EGP100", Money(Number("100"), "EGP")),
        ("20€", Money(Number("20"), "EUR")),
        ("Rs. 500", Money(Number("500"), "INR")),
        ("50¢", Money(Number("0", "50"), "USD")),
        ("500 ر.س", Money(Number("500"), "SAR")),
        ("٥٠ د.إ", Money(Number("50"), "AED")),
        ("ر.ق 20", Money(Number("20"), "QAR")),
        ("السعر5 ريال", Money(Number("5"), "SAR")),
        ("5 ريالات", Money(Number("5"), "SAR")),
        ("20 جنيهاً", Money(Number("20"), "EGP")),
        ("3 دنانير", Money(Number("3"), "JOD")),
        ("$1.5M", Money(Number("1", "5"), "USD", "million")),
        ("€2bn", Money(Number("2"), "EUR", "billion")),
        ("$5m", Money(Number("5"), "USD", "million")),
        ("5 مليون ريال", Money(Number("5"), "SAR", "million")),
        ("$3 billion", Money(Number("3"), "USD", "billion")),
        ("5 مليون", whole("5000000")),
        ("1.5 مليون", whole("1500000")),
        ("٣ آلاف", whole("3000")),
        ("5 km", Measure(Number("5"), "km")),
        ("120km/h", Measure(Number("120"), "km/h")),
        ("-3°C", Measure(Number("3", sign="-"), "°C")),
        ("30 C", Measure(Number("30"), "°C")),
        ("5GB", Measure(Number("5"), "GB")),
        ("5m", Measure(Number("5"), "m")),
        ("10s", Code(("10", "s"))),
        ("45s", Measure(Number("45"), "s")),
        ("٣ كغ", Measure(Number("3"), "kg")),
        ("60 م²", Measure(Number("60"), "m²")),
        ("120 كم/س", Measure(Number("120"), "km/h")),
        ("1/2", Fraction(1, 2)),
        ("2 3/4", Fraction(3, 4, 2)),
        ("½", Fraction(1, 2)),
        ("2½", Fraction(1, 2, 2)),
        ("22nd", Ordinal(22)),
        ("1,000th", Ordinal(1000)),
    ],
)
def test_what_a_number_counts_belongs_to_it(text: str, content: Content) -> None:
    assert said(text) == [content]


def test_an_english_scale_is_kept_as_it_was_written() -> None:
    assert said("3 million", "en") == [Cardinal(Number("3"), "million")]
    assert said("2k", "en") == [Cardinal(Number("2"), "thousand")]
    assert said("4K", "en") == [Code(("4", "K"))]
    assert said("1,000s", "en") == [Code(("1000", "s"))]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("10-15", whole("10"), whole("15")),
        ("10 – 15", whole("10"), whole("15")),
        ("10 - 15", whole("10"), whole("15")),
        ("5-10 km", whole("5"), Measure(Number("10"), "km")),
        ("5%-10%", whole("5"), Percent(Number("10"))),
        ("$5-10", whole("5"), Money(Number("10"), "USD")),
        ("$5-$10", whole("5"), Money(Number("10"), "USD")),
        ("9:00-17:00", Time(9), Time(17)),
        ("5-7pm", Time(5), Time(7, half="pm")),
        ("9:00 ص - 5:00 م", Time(9, half="am"), Time(5, half="pm")),
    ],
)
def test_ranges_name_what_both_ends_share_once(text: str, first: Content, last: Content) -> None:
    assert said(text) == [Range(first, last)]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["3-1", "15-10", "24/7", "1-2-3", "10-15-20"])
def test_what_does_not_ascend_is_no_range(text: str) -> None:
    assert not any(isinstance(content, Range | Fraction) for content in said(text, "ar"))


def test_in_english_small_numbers_also_go_from_more_to_less() -> None:
    assert said("3-1", "en") == [Range(whole("3"), whole("1"))]
    assert said("5-to-4", "en") == [Range(whole("5"), whole("4"))]
    assert said("5-5", "en") == [whole("5"), whole("5")]
    assert said("Boeing 747-400", "en") == [whole("747"), whole("400")]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("+966 50 123 4567", Phone(("966", "50", "123", "4567"), plus=True)),
        ("+966501234567", Phone(("966", "50", "123", "4567"), plus=True)),
        ("00966501234567", Phone(("00", "966", "50", "123", "4567"))),
        ("٠٥٠١٢٣٤٥٦٧", Phone(("050", "123", "4567"))),
        ("050-123-4567", Phone(("050", "123", "4567"))),
        ("920012345", Phone(("9200", "12345"))),
        ("800 123 4567", Phone(("800", "123", "4567"))),
        ("(555) 123-4567", Phone(("555", "123", "4567"))),
        ("1-800-555-0199", Phone(("1", "800", "555", "0199"))),
        ("555-1234", Phone(("555", "1234"))),
        ("12345678", Digits(("1234", "5678"))),
        ("007", Digits(("007",))),
        ("4111 1111 1111 1111", Digits(("4111",) + ("1111",) * 3)),
        ("4 2 8-913", Digits(("428", "913"))),
        ("12345-6789", Digits(("12345", "6789"))),
        ("4-2-8", Digits(("4", "2", "8"))),
        ("482913739201", Digits(("482", "913", "739", "201"))),
    ],
)
def test_digits_that_are_not_counted(text: str, content: Content) -> None:
    assert said(text) == [content]


@pytest.mark.parametrize(
    ("text", "language", "groups"),
    [
        ("رمز التحقق الخاص بك هو 482913", "ar", ("482", "913")),
        ("والبطاقة المنتهية بـ 4455".replace("ـ", ""), "ar", ("4455",)),
        ("رقم الطلب 55012", "ar", ("55012",)),
        ("your code is 2026", "en", ("2026",)),
        ("card ending in 4455", "en", ("4455",)),
        ("Order #12345", "en", ("12345",)),
        ("PIN: 123", "en", ("123",)),
    ],
)
def test_words_announce_codes(text: str, language: Language, groups: tuple[str, ...]) -> None:
    assert Digits(groups) in said(text, language)


def test_small_numbers_behind_such_words_are_counted() -> None:
    assert said("رقم 5") == [whole("5")]
    assert said("order 500", "en") == [whole("500")]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SV1023", ("SV", "1023")),
        ("GPT-4", ("GPT", "4")),
        ("iPhone15", ("iPhone", "15")),
        ("COVID-19", ("COVID", "19")),
        ("B2B", ("B", "2", "B")),
        ("5G", ("5", "G")),
        ("12B", ("12", "B")),
        ("1920x1080", ("1920", "x", "1080")),
        ("1990s", ("1990", "s")),
        ("v2.0.1", ("v", "2", ".", "0", ".", "1")),
        ("192.168.1.1", ("192", ".", "168", ".", "1", ".", "1")),
        ("SA03 8000 0000 6080 1016 7519", ("SA", "03", "8000", "0000", "6080", "1016", "7519")),
    ],
)
def test_codes_come_in_runs_of_letters_and_digits(text: str, parts: tuple[str, ...]) -> None:
    assert said(text, "en") == [Code(parts)]


@pytest.mark.parametrize(
    ("text", "letters", "number"),
    [
        ("SV1023", Letters("SV"), Digits(("1023",))),
        ("GPT-4", Letters("GPT"), whole("4")),
        ("COVID-19", Word("COVID"), whole("19")),
        ("B12", Letters("B"), whole("12")),
        ("SA03 8000 0000 6080 1016 7519", Letters("SA"), Digits(("03", "8000", "0000", "6080", "1016", "7519"))),
    ],
)
def test_in_arabic_the_digits_behind_letters_are_arabic(text: str, letters: Content, number: Content) -> None:
    tokens = [token for token in classify(f"رقم {text} هنا", "ar") if not isinstance(token.content, Silent)][1:3]
    assert [(token.content, token.language) for token in tokens] == [(letters, "en"), (number, "ar")]
    assert said("MP3") == [Code(("MP", "3"))]


@pytest.mark.parametrize(
    ("text", "prefix", "content"),
    [
        ("ال5", "ال", whole("5")),
        ("وال10", "وال", whole("10")),
        ("ب50 ريالا", "ب", Money(Number("50"), "SAR")),
        ("ب$500", "ب", Money(Number("500"), "USD")),
        ("و-5", "و", Cardinal(Number("5", sign="-"))),
        ("ل 3", "ل", whole("3")),
        ("وَ½", "و", Fraction(1, 2)),
    ],
)
def test_clinging_letters_are_the_prefix_of_a_number(text: str, prefix: str, content: Content) -> None:
    (token,) = classify(text, "en")
    assert (token.prefix, token.content, token.language) == (prefix, content, "ar")
    assert (token.start, token.end) == (0, len(text))


def test_signs_between_numbers() -> None:
    assert said("5*3=15") == [whole("5"), Symbol("×"), whole("3"), Symbol("="), whole("15")]
    assert said("9.5/10", "en") == [Cardinal(Number("9", "5")), Symbol("/"), whole("10")]
