"""Dates, years and times of day, found in a segment."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.tokens import Cardinal, Content, Date, Mark, Measure, Number, Range, Time, Word
from hiwar.vocabulary import Language


def said(text: str, language: Language) -> list[Content]:
    """What stands in a text, but for its words and marks."""
    return [token.content for token in classify(text, language) if not isinstance(token.content, Word | Mark)]


NOVEMBER_22 = Date(22, 11, 2026)


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("2026-11-22", "en", NOVEMBER_22),
        ("٢٠٢٦/١١/٢٢", "ar", NOVEMBER_22),
        ("22/11/2026", "ar", NOVEMBER_22),
        ("22/11/2026", "en", NOVEMBER_22),
        ("11/22/2026", "en", NOVEMBER_22),
        ("11/22/2026", "ar", NOVEMBER_22),
        ("22.11.2026", "en", NOVEMBER_22),
        ("22/11/26", "ar", NOVEMBER_22),
        ("5/6/2026", "ar", Date(5, 6, 2026)),
        ("5/6/2026", "en", Date(6, 5, 2026)),
        ("5.6.2026", "en", Date(5, 6, 2026)),
        ("5/6/1447", "en", Date(5, 6, 1447, "hijri")),
        ("2026-11", "en", Date(month=11, year=2026)),
        ("يوم 22/11", "ar", Date(22, 11)),
        ("on 11/22", "en", Date(22, 11)),
        ("22 Nov 2026", "en", NOVEMBER_22),
        ("22nd of November 2026", "en", NOVEMBER_22),
        ("Nov 22, 2026", "en", NOVEMBER_22),
        ("Nov. 22, 2026", "en", NOVEMBER_22),
        ("November 22nd", "en", Date(22, 11)),
        ("November 2026", "en", Date(month=11, year=2026)),
        ("Sunday, November 22, 2026", "en", Date(22, 11, 2026, weekday=6)),
        ("Sun. 22/11/2026", "en", Date(22, 11, 2026, weekday=6)),
        ("22 نوفمبر 2026", "ar", NOVEMBER_22),
        ("٢٢ نوفمبر، ٢٠٢٦ م", "ar", Date(22, 11, 2026, era="ad")),
        ("22 من شهر نوفمبر", "ar", Date(22, 11)),
        ("نوفمبر 2026", "ar", Date(month=11, year=2026)),
        ("22 تشرين الثاني 2026", "ar", Date(22, 11, 2026, syriac=True)),
        ("الأحد 22 نوفمبر 2026", "ar", Date(22, 11, 2026, weekday=6)),
        ("الأحد، 22/11/2026", "ar", Date(22, 11, 2026, weekday=6)),
        ("1 رمضان 1447 ه", "ar", Date(1, 9, 1447, "hijri", era="ah")),
        ("10 ذو الحجة", "ar", Date(10, 12, calendar="hijri")),
        ("15/1/1447", "en", Date(15, 1, 1447, "hijri")),
        ("15/1/1447ه", "ar", Date(15, 1, 1447, "hijri", era="ah")),
        ("1 Ramadan 1447 AH", "en", Date(1, 9, 1447, "hijri", era="ah")),
    ],
)
def test_dates_in_every_form(text: str, language: Language, date: Date) -> None:
    assert said(text, language) == [date]


@pytest.mark.parametrize("text", ["32/11/2026", "22/13/2026", "0/1/2026", "40 Nov", "1/2/3/4", "99 نوفمبر 2026"])
def test_what_no_calendar_has_is_no_day(text: str) -> None:
    assert not any(isinstance(content, Date) and content.day for content in said(text, "ar"))


def test_days_of_one_month_are_a_range() -> None:
    assert said("Nov 22-25, 2026", "en") == [Range(Date(day=22), Date(25, 11, 2026))]
    assert said("22-25 نوفمبر", "ar") == [Range(Date(day=22), Date(25, 11))]
    assert said("Mon-Fri", "en") == [Range(Date(weekday=0), Date(weekday=4))]


@pytest.mark.parametrize(
    ("text", "language", "year"),
    [
        ("in 1999", "en", 1999),
        ("since 1850", "en", 1850),
        ("the 2026 budget", "en", 2026),
        ("Vision 2030", "en", 2030),
        ("(1995)", "en", 1995),
        ("Q3 2025", "en", 2025),
        ("عام 2026", "ar", 2026),
        ("لسنة ١٩٩٩", "ar", 1999),
        ("رؤية 2030", "ar", 2030),
    ],
)
def test_a_word_before_makes_a_year(text: str, language: Language, year: int) -> None:
    assert Date(year=year) in said(text, language)


def test_eras_and_pairs_make_years() -> None:
    assert said("1999م", "ar") == [Date(year=1999, era="ad")]
    assert said("1447 ه", "ar") == [Date(year=1447, calendar="hijri", era="ah")]
    assert said("2020-2024", "en") == [Range(Date(year=2020), Date(year=2024))]
    assert said("2020-24", "en") == [Range(Date(year=2020), Cardinal(Number("24")))]
    assert said("from 2019 to 2023", "en") == [Date(year=2019), Date(year=2023)]


def test_other_numbers_of_four_digits_are_no_years() -> None:
    assert said("we saw 2026 people", "en") == [Cardinal(Number("2026"))]
    assert said("the 1500 seats", "en") == [Cardinal(Number("1500"))]
    assert said("in 2,026", "en") == [Cardinal(Number("2026", grouped=True))]
    assert said("طوله 1500 م", "ar") == [Measure(Number("1500"), "m")]
    assert said("طوله 2026 م", "ar") == [Measure(Number("2026"), "m")]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("17:45", Time(17, 45)),
        ("9:05:30", Time(9, 5, 30)),
        ("5:30 PM", Time(5, 30, half="pm")),
        ("5:30pm", Time(5, 30, half="pm")),
        ("5 p.m. today", Time(5, half="pm")),
        ("9am", Time(9, half="am")),
        ("10:00 ص", Time(10, half="am")),
        ("٣:٠٥ م", Time(3, 5, half="pm")),
        ("٣:٠٥ مساءً", Time(3, 5, half="pm")),
        ("10 صباحا", Time(10, half="am")),
        ("الساعة 5", Time(5)),
        ("الساعة 3 م", Time(3, half="pm")),
    ],
)
def test_times(text: str, time: Time) -> None:
    assert said(text, "ar") == [time]


def test_metres_are_no_evening() -> None:
    assert said("5 م", "ar") == [Measure(Number("5"), "m")]
    assert said("8 ص و4 م", "ar") == [Time(8, half="am"), Time(4, half="pm")]


def test_the_evening_of_a_day_stays_a_word() -> None:
    contents = [token.content for token in classify("الساعة 10 مساء الخميس", "ar")]
    assert contents == [Word("الساعة"), Time(10), Word("مساء"), Word("الخميس")]


@pytest.mark.parametrize("text", ["25:00", "9:60", "16:9", "10:5"])
def test_what_no_clock_shows_is_no_time(text: str) -> None:
    assert not any(isinstance(content, Time) for content in said(text, "en"))


def test_a_point_that_may_end_the_sentence_is_left_for_it() -> None:
    assert [token.content for token in classify("at 5 p.m.", "en")][-1] == Mark(".")
