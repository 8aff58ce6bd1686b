"""All steps of reading joined: what is said, for which word, and in which language's run."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.text.front_end import FrontEnd, Reading, explain
from hiwar.text.pronunciations import Lexicon
from hiwar.vocabulary import Language

FRONT_END = FrontEnd(lambda text: text, Lexicon({"حوار": "حِوَار", "SQL": "/sˈikwəl/"}))


def read(text: str, language: Language = "ar") -> Reading:
    return FRONT_END.read(text, language)


def texts(reading: Reading) -> list[tuple[str, str]]:
    return [(run.language, run.text) for run in reading.runs]


def sources(text: str, reading: Reading) -> list[tuple[str, str]]:
    words = [text[start:end] for start, end in reading.words]
    said = [pair for run in reading.runs for pair in zip(run.sources, run.text.split(), strict=True)]
    return [(words[source], word) for source, word in said]


def test_each_script_is_a_run_of_its_own_language() -> None:
    assert [language for language, _ in texts(read("افتح تطبيق WhatsApp الآن"))] == ["ar", "en", "ar"]
    assert texts(read("call +1 now", "en")) == [("en", "call plus one now")]


def test_punctuation_stays_with_what_it_was_written_to() -> None:
    assert texts(read('He said, "yes." (Really?)', "en")) == [("en", 'He said, "yes." (Really?)')]
    assert texts(read("(yes,no) — 5,then", "en")) == [("en", "(yes,no) — five,then")]


def test_every_word_that_is_said_knows_the_word_that_was_written() -> None:
    text = "pay $5 in 2 km, ok"
    assert sources(text, read(text, "en")) == [
        ("pay", "pay"),
        ("$5", "five"),
        ("$5", "dollars"),
        ("in", "in"),
        ("2", "two"),
        ("km,", "kilometers,"),
        ("ok", "ok"),
    ]


def test_what_the_operator_and_the_writer_give_is_said() -> None:
    (run,) = read("[Nguyen](win) likes SQL", "en").runs
    assert run.text == "win likes [SQL](/sˈikwəl/)"
    assert [said.words for said in run.said] == ["win", "likes", "SQL"]
    (arabic,) = read("أهلا بك في حوار").runs
    assert arabic.spoken[-1].phones == ("H", "i", "w", "aa", "r")


def test_arabic_phones_are_a_run_without_text_for_a_reader() -> None:
    before, phones, after = read("قل [س](/q aa f/) الآن").runs
    assert (before.language, phones.text, after.language) == ("ar", "س", "ar")
    assert [word.phones for word in phones.spoken] == [("q", "aa", "f")]
    assert phones.spoken[0].stressed == 1


def test_the_name_of_a_letter_is_not_the_article() -> None:
    assert texts(read("at 5 AM a man", "en")) == [("en", "at five [A](/ˈA/) M a man")]


def test_a_link_is_said_as_its_text() -> None:
    assert texts(read("see [our site](https://x.y/z) now", "en")) == [("en", "see our site now")]


@pytest.mark.parametrize("text", ["😀", "...", "\u064e"])
def test_what_is_silent_has_no_words(text: str) -> None:
    assert not any(run.spoken for run in read(text).runs)
    assert not any(map(str.isalnum, "".join(run.text for run in read(text).runs)))


def test_an_explanation_has_every_token_once_and_in_order() -> None:
    text = "ادفع 5 ريالات عبر SQL 😀"
    tokens = explain(text, read(text), {(1, 0): "sˈikwəl"})
    assert [(token.written, token.kind) for token in tokens] == [
        ("ادفع", "word"),
        ("5 ريالات", "money"),
        ("عبر", "word"),
        ("SQL", "pronounced"),
        ("😀", "silent"),
    ]
    assert tokens[1].spoken == tokens[1].marked
    assert tokens[1].phones
    assert (tokens[3].phonemes, tokens[3].marked) == ("sˈikwəl", "")
    assert [tokens[4].spoken, tokens[4].phonemes] == ["", ""]


_PIECES = (
    "مرحبا",
    "hello",
    "5",
    "٥",
    "$",
    "%",
    "ريال",
    "km",
    "[",
    "](",
    ")",
    "/a/",
    "A",
    "😀",
    ".",
    "،",
    "-",
    "و",
    "\u064e",
    "@",
    "x.y",
)


@example(["[", "hello", "](", "/a/", ")"])
@given(st.lists(st.sampled_from((*_PIECES, " ", " ", " ")), max_size=25))
def test_every_said_word_has_a_place(pieces: list[str]) -> None:
    text = " ".join("".join(pieces).split())
    for language in ("ar", "en"):
        reading = read(text, language)
        position = 0
        for run in reading.runs:
            assert len(run.text.split()) == len(run.tokens) == len(run.sources)
            assert all(0 <= source < len(reading.words) for source in run.sources)
            assert [*run.sources] == sorted(run.sources)
            assert all(0 <= place < len(run.tokens) for place in run.words_of_spoken())
            for said in run.said:
                assert position <= said.token.start < said.token.end <= len(text)
                position = said.token.end
        covered = "".join(text[said.token.start : said.token.end] for run in reading.runs for said in run.said)
        assert covered.replace(" ", "") == text.replace(" ", "")
