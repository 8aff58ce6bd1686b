"""English text in the words to be said."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.english.verbalization import spoken
from hiwar.text.normalization import clean
from hiwar.text.tokens import Abbreviation, Mark, Measure, Money, Number, Pronounced, Symbol, Token


def say(text: str) -> str:
    """All that is said but the marks, which the writer has set."""
    tokens = classify(clean(text), "en")
    words = [spoken(tokens, index) for index, token in enumerate(tokens) if not isinstance(token.content, Mark)]
    return " ".join(filter(None, words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Numbers.
        ("1,234,567", "one million two hundred thirty four thousand five hundred sixty seven"),
        ("-3.05", "minus three point zero five"),
        (".5", "point five"),
        ("1.5 million", "one point five million"),
        ("12.5%", "twelve point five percent"),
        ("22nd", "twenty second"),
        ("100th", "one hundredth"),
        ("Henry VIII", "Henry the eighth"),
        ("1/2", "one half"),
        ("3/4", "three quarters"),
        ("2½", "two and a half"),
        ("3/8", "three eighths"),
        ("8/10", "eight out of ten"),
        ("10-15", "ten to fifteen"),
        ("5-10 km", "five to ten kilometers"),
        # Money and measures.
        ("$25.50", "twenty five dollars and fifty cents"),
        ("$1", "one dollar"),
        ("$1.01", "one dollar and one cent"),
        ("$0.99", "ninety nine cents"),
        ("-$0.5", "minus fifty cents"),
        ("$1.234", "one point two three four dollars"),
        ("$1.5M", "one point five million dollars"),
        ("€2bn", "two billion euros"),
        ("£3.01", "three pounds and one penny"),
        ("SAR 1,500.50", "one thousand five hundred riyals and fifty halalas"),
        ("KWD 1.250", "one Kuwaiti dinar and two hundred fifty fils"),
        ("50¢", "fifty cents"),
        ("$5-10", "five to ten dollars"),
        ("1 kg", "one kilogram"),
        ("120 km/h", "one hundred twenty kilometers per hour"),
        ("-1°C", "minus one degree Celsius"),
        ("5'10\"", "five feet ten inches"),
        # Dates and times.
        ("2026-11-22", "November twenty second, twenty twenty six"),
        ("Sunday, Nov 22, 2026", "Sunday, November twenty second, twenty twenty six"),
        ("March 3rd", "March third"),
        ("Nov 22-25, 2026", "November twenty second to twenty fifth, twenty twenty six"),
        ("the 1st of May 2025", "the first of May, twenty twenty five"),
        ("November 2026", "November twenty twenty six"),
        ("1 Ramadan 1447 AH", "Ramadan first, fourteen forty seven A H"),
        ("in 1905", "in nineteen oh five"),
        ("in 2000", "in two thousand"),
        ("in 2005", "in two thousand five"),
        ("in 1900", "in nineteen hundred"),
        ("2020-2024", "twenty twenty to twenty twenty four"),
        ("the 1990s", "the nineteen nineties"),
        ("Mon-Fri", "Monday to Friday"),
        ("17:45", "seventeen forty five"),
        ("9:00", "nine o'clock"),
        ("17:00", "seventeen hundred"),
        ("0:00", "midnight"),
        ("9:05", "nine oh five"),
        ("5:30 PM", "five thirty P M"),
        ("5pm", "five P M"),
        ("9:05:01", "nine oh five and one second"),
        ("5-7pm", "five to seven P M"),
        # Digits and codes.
        ("+966 50 123 4567", "plus nine six six, five zero, one two three, four five six seven"),
        ("Your code is 482913", "Your code is four eight two, nine one three"),
        ("007", "zero zero seven"),
        ("SV1023", "S V ten twenty three"),
        ("A380", "A three eighty"),
        ("B05", "B zero five"),
        ("GPT-4", "G P T four"),
        ("COVID-19", "COVID nineteen"),
        ("iPhone15", "iPhone fifteen"),
        ("1920x1080", "nineteen twenty by ten eighty"),
        ("v2.0.1", "version two point zero point one"),
        ("5G", "five G"),
        # Words and letters.
        ("ATM", "A T M"),
        ("two ATMs", "two A T M's"),
        ("the UK's", "the U K's"),
        ("U.S.A. now", "U S A now"),
        ("AT&T", "A T and T"),
        ("Dr. Smith vs. Mr. Jones", "Doctor Smith versus Mister Jones"),
        ("on Main St. near St. Paul", "on Main Street near Saint Paul"),
        ("St. Mary's St. is", "Saint Mary's Street is"),
        ("at Main St. North", "at Main Street North"),
        ("Palm Dr. is", "Palm Drive is"),
        ("No. 5, no. of items", "number five number of items"),
        ("Hiwar Inc. is", "Hiwar Incorporated is"),
        # Addresses and signs.
        ("info@hiwar.sa", "info at hiwar dot S A"),
        ("https://www.hiwar.com/help/", "hiwar dot com slash help"),
        ("john.doe_99@a-b.co.uk", "john dot doe underscore ninety nine at A dash B dot co dot U K"),
        ("report.pdf", "report dot P D F"),
        ("#SaudiVision2030", "hashtag Saudi Vision twenty thirty"),
        ("@user_name", "at user underscore name"),
        ("a & b", "a and b"),
        ("2+2=4", "two plus two equals four"),
        ("5*3", "five times three"),
        ("#5", "number five"),
        ("press # or *", "press hash or star"),
        ("and/or, he/she, TCP/IP, $5/day", "and or he or she T C P I P five dollars per day"),
        ("24/7, 50/50", "twenty four seven fifty fifty"),
        ("great 🙂 :)", "great"),
    ],
)
def test_what_is_said(text: str, words: str) -> None:
    assert say(text) == words


def test_what_has_no_english_name_is_said_by_its_symbol() -> None:
    number = Number("5")
    assert spoken([Token(0, 5, "en", Money(number, "XTS"))], 0) == "five XTS"
    assert spoken([Token(0, 5, "en", Measure(number, "mol"))], 0) == "five mol"
    assert spoken([Token(0, 5, "en", Abbreviation("qqv"))], 0) == "qqv"
    assert spoken([Token(0, 1, "en", Symbol("☃"))], 0) == ""


def test_given_pronunciations_are_said_as_they_were_given() -> None:
    token = Token(0, 5, "en", Pronounced("Hiwar", "hewar"))
    phones = Token(0, 5, "en", Pronounced("Hiwar", "h i w a r", is_phones=True))
    assert spoken([token], 0) == "hewar"
    assert spoken([phones], 0) == "Hiwar"
