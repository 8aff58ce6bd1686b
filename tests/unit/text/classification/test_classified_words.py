"""Words, abbreviations, addresses and signs, found in a segment, and the language each is said in."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.tokens import (
    Abbreviation,
    Address,
    Cardinal,
    Content,
    Letters,
    Mark,
    Number,
    Ordinal,
    Silent,
    Symbol,
    Word,
)
from hiwar.vocabulary import Language


def contents(text: str, language: Language = "en") -> list[Content]:
    return [token.content for token in classify(text, language)]


@pytest.mark.parametrize(
    "word", ["hello", "don't", "O’Neil's", "well-known", "T-shirt", "café", "iPhone", "مرحبا", "بِسْمِ"]
)
def test_words_stay_whole(word: str) -> None:
    assert contents(word) == [Word(word)]


@pytest.mark.parametrize("word", ["ATM", "FBI", "USA", "HTML", "ATMs", "UK's", "PhD", "TV"])
def test_initialisms_are_spelled(word: str) -> None:
    assert contents(word) == [Letters(word)]


@pytest.mark.parametrize("word", ["NASA", "COVID", "PIN", "SIM", "NATO", "NOT", "OK", "A", "I"])
def test_capitals_alone_make_no_initialism(word: str) -> None:
    assert contents(word) == [Word(word)]


def test_a_shouted_sentence_is_words() -> None:
    assert all(isinstance(content, Word) for content in contents("CALL THE CEO NOW"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("U.S.A. is", Letters("USA")),
        ("a.m. is", Letters("AM")),
        ("e.g. this", Abbreviation("e.g")),
        ("Dr. Smith", Abbreviation("Dr")),
        ("Dr Smith", Abbreviation("Dr")),
        ("Mrs. Jones", Abbreviation("Mrs")),
        ("No. 5", Abbreviation("No")),
        ("vs them", Abbreviation("vs")),
        ("w/o milk", Abbreviation("w/o")),
        ("Sat. night", Abbreviation("Sat")),
        ("J. R. Jones", Letters("J")),
        ("J. Jones", Letters("J")),
        ("د. أحمد", Abbreviation("د.")),
        ("د/ أحمد", Abbreviation("د.")),
        ("ود. منى", Abbreviation("د.")),
        ("أ.د. خالد", Abbreviation("أ.د.")),
        ("أ. د. خالد", Abbreviation("أ.د.")),
        ("ص.ب 1234", Abbreviation("ص.ب.")),
        ("ص 45", Abbreviation("ص.")),
        ("ت: 0501234567", Abbreviation("ت.")),
        ("الخ", Abbreviation("إلخ")),
    ],
)
def test_what_stands_for_other_words(text: str, found: Content) -> None:
    assert contents(text)[0] == found


@pytest.mark.parametrize("text", ["I said no.", "take plan B. It", "the sun. It", "a gen z kid", "may come"])
def test_words_that_look_like_abbreviations(text: str) -> None:
    assert all(isinstance(content, Word | Mark) for content in contents(text))


def test_the_last_point_of_a_segment_is_left_for_its_end() -> None:
    for text in ("by Hiwar Inc.", "in the U.S.", "and so on, etc.", "السعر 500 ر.س.", "وهكذا إلخ."):
        assert contents(text)[-1] == Mark(".")


def test_roman_numerals_count_and_order() -> None:
    assert contents("Chapter IV")[1] == Cardinal(Number("4"))
    assert contents("Henry VIII")[1] == Ordinal(8)
    assert contents("an IV drip")[1] == Letters("IV")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("info@hiwar.sa", "info@hiwar.sa"),
        ("john.doe_99@mail-server.co.uk.", "john.doe_99@mail-server.co.uk"),
        ("https://www.hiwar.com/help?x=1", "https://www.hiwar.com/help?x=1"),
        ("www.hiwar.sa،", "www.hiwar.sa"),
        ("hiwar.com/a_(b).", "hiwar.com/a_(b)"),
        ("(hiwar.com)", "hiwar.com"),
        ("report.pdf", "report.pdf"),
        ("@user_name", "@user_name"),
        ("#اليوم_الوطني", "#اليوم_الوطني"),
        ("#Vision2030", "#Vision2030"),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_addresses(text: str, address: str, language: Language) -> None:
    assert [content for content in contents(text, language) if not isinstance(content, Mark)] == [Address(address)]


def test_a_sentence_without_a_space_behind_its_point_is_no_address() -> None:
    assert not any(isinstance(content, Address) for content in contents("It works.Then it stops.No more"))


@pytest.mark.parametrize("sign", ["&", "+", "=", "@", "#", "*", "°", "×", "~", "$"])
def test_signs_that_are_said(sign: str) -> None:
    assert contents(f"a {sign} b") == [Word("a"), Symbol(sign), Word("b")]


@pytest.mark.parametrize("text", [":)", ";-)", "<3", ":D", "xD", "🙂", "👍🏽", "❤", "***", "----", "^_^", "®", "•"])
def test_decoration_is_silent(text: str) -> None:
    assert contents(f"ok {text}") == [Word("ok"), Silent(text)]
    assert contents(f"{text} ok") == [Silent(text), Word("ok")]


def test_emphasis_and_joints_are_silent() -> None:
    assert contents("*bold*") == [Silent("*"), Word("bold"), Silent("*")]
    assert contents("AI-based") == [Letters("AI"), Silent("-"), Word("based")]
    assert contents("5-star")[1] == Silent("-")


def test_a_star_in_a_code_to_dial_is_said_and_one_that_hides_digits_is_not() -> None:
    assert contents("*100#")[0] == Symbol("*")
    assert contents("card *4455")[1] == Silent("*")


def test_marks_come_in_runs_up_to_a_number() -> None:
    assert contents("well...") == [Word("well"), Mark("...")]
    assert contents('"-5"')[1] == Cardinal(Number("5", sign="-"))
    assert contents("مرحبا؟!") == [Word("مرحبا"), Mark("؟!")]


def languages(text: str, language: Language) -> list[Language]:
    return [token.language for token in classify(text, language)]


def test_letters_decide_the_language() -> None:
    assert languages("قال hello ثم bye", "en") == ["ar", "en", "ar", "en"]
    assert languages("中 Ω", "ar") == ["ar", "ar"]


def test_a_number_takes_the_language_of_its_keyword() -> None:
    assert languages("5 ريالات", "en") == ["ar"]
    assert languages("22 نوفمبر", "en") == ["ar"]
    assert languages("5 Nov", "ar") == ["en"]
    assert languages("5 كم", "en") == ["ar"]
    assert languages("B2B", "ar") == ["en"]


def test_what_has_no_language_takes_that_of_both_neighbours_or_the_main_one() -> None:
    assert languages("hello 5 km bye", "ar") == ["en", "en", "en"]
    assert languages("عندي 5 GB هنا", "en") == ["ar", "ar", "ar"]
    assert languages("عندي 5 apples", "ar") == ["ar", "ar", "en"]
    assert languages("عندي 5 apples", "en") == ["ar", "en", "en"]
    assert languages("5", "ar") == ["ar"]


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_nothing_has_no_tokens(text: str) -> None:
    assert classify(text, "en") == ()
