"""Pronunciations of the writer and the operator: found where they are meant, and nowhere else."""

from itertools import pairwise

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from hiwar.errors import HiwarError
from hiwar.text.pronunciations import ENTRIES_MAX, Given, Lexicon, given, read_lexicon
from hiwar.text.tokens import Pronounced

LEXICON = read_lexicon(
    [
        "# names",
        "",
        "حوار\tحِوَار",
        "Hiwar\thee war",
        "New York\tnoo york",
        "New\tnyoo",
        "SQL\t/sˈikwəl/",
        "كيو\t/k y uu/",
    ]
)


def found(text: str, lexicon: Lexicon = LEXICON) -> list[tuple[str, Pronounced | None, str]]:
    return [(text[one.start : one.end], one.content, one.language) for one in given(text, "ar", lexicon)]


@pytest.mark.parametrize(
    ("text", "word", "content", "language"),
    [
        ("أهلا بكم في حوار.", "حوار", Pronounced("حوار", "حِوَار"), "ar"),
        ("هذا حُوَار جديد", "حُوَار", Pronounced("حُوَار", "حِوَار"), "ar"),
        ("شركة وحوار", "وحوار", Pronounced("وحوار", "وَحِوَار"), "ar"),
        ("try HIWAR, now", "HIWAR", Pronounced("HIWAR", "hee war"), "en"),
        ("in New York.", "New York", Pronounced("New York", "noo york"), "en"),
        ("in New Delhi.", "New", Pronounced("New", "nyoo"), "en"),
        ("MySQL and SQL", "SQL", Pronounced("SQL", "sˈikwəl", is_phones=True), "en"),
        ("كيو", "كيو", Pronounced("كيو", "k y uu", is_phones=True), "ar"),
        ("بكيو", "بكيو", Pronounced("بكيو", "b i k y uu", is_phones=True), "ar"),
    ],
)
def test_the_operators_words_are_found(text: str, word: str, content: Pronounced, language: str) -> None:
    assert found(text) == [(word, content, language)]


@pytest.mark.parametrize("text", ["الحوارات", "Hiwars", "Newer", ""])
def test_longer_words_are_other_words(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "content", "language"),
    [
        ("قل [Nguyen](win) الآن", Pronounced("Nguyen", "win"), "en"),
        ("قل [Nguyen](نْوِين)", Pronounced("Nguyen", "نْوِين"), "ar"),
        ("[حوار](/h i w aa r/)", Pronounced("حوار", "h i w aa r", is_phones=True), "ar"),
        ("[Hiwar](/hiwˈɑɹ/)", Pronounced("Hiwar", "hiwˈɑɹ", is_phones=True), "en"),
    ],
)
def test_what_the_writer_says_goes_before_the_lexicon(text: str, content: Pronounced, language: str) -> None:
    ((_, said, spoken_in),) = found(text)
    assert (said, spoken_in) == (content, language)


@pytest.mark.parametrize(
    "text", ["see [our site](https://x.y/z)", "[x](www.y.z)", "[x](#top)", "[x](docs/a.md)", "[x](!)"]
)
def test_a_link_is_its_text(text: str) -> None:
    (one,) = given(text, "en", Lexicon({}))
    assert one.content is None
    assert text[slice(*one.written)] in {"our site", "x"}


@pytest.mark.parametrize(
    "line",
    ["word", "\tspoken", "word\t", "a b c d e f\tx", "word\t" + "x" * 201],
    ids=["none", "no", "not", "six", "long"],
)
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(HiwarError, match="line 2"):
        read_lexicon(["good\tfine", line])


def test_a_lexicon_is_bounded() -> None:
    with pytest.raises(HiwarError, match=str(ENTRIES_MAX)):
        read_lexicon(f"w{number}\tx" for number in range(ENTRIES_MAX + 1))


@given_by(
    st.lists(st.sampled_from(["حوار", "New", "York", " ", "[", "](", ")", "x", "/a/", "و", ".", "،"]), max_size=30)
)
def test_what_is_given_is_in_order_and_never_over_another(parts: list[str]) -> None:
    text = "".join(parts)
    spans: list[Given] = [*given(text, "ar", LEXICON)]
    for before, after in pairwise(spans):
        assert before.end <= after.start
    assert all(one.start <= one.written[0] < one.written[1] <= one.end for one in spans)
