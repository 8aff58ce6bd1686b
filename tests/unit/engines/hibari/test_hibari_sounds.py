"""Neutral phones to the signs of the English model."""

from itertools import product

import pytest

from hiwar.engines.hibari.arabic_sounds import SOUNDS, sounds
from hiwar.text.arabic import letters
from hiwar.text.arabic.phonemes import SpokenWord, pronounce

TABLE = {
    "a": "A",
    "a^": "O",
    "i": "I",
    "aa": "L",
    "ay": "Y",
    "aw": "W",
    "y": "y",
    "w": "w",
    "b": "b",
    "t": "t",
    "S": "s",
}


def said(text: str) -> str:
    return " ".join(map(sounds, pronounce(text)))


def by(table: dict[str, str], *phones: str, stressed: int = -1) -> str:
    return sounds(SpokenWord(phones, stressed, "", 0), TABLE | table)


def test_every_phone_has_a_sound_wherever_it_stands() -> None:
    phones = {*letters.CONSONANTS.values(), *letters.VOWELS}
    for before, phone, after in product(phones, phones, phones):
        sounds(SpokenWord((before, phone, after), 1, "", 0))


def test_every_key_is_of_phones() -> None:
    phones = {*letters.CONSONANTS.values(), *letters.VOWELS}
    neighbours = {*phones, "C", "#"}
    for key in SOUNDS:
        phone, after = key.split("+") if "+" in key else (key, "#")
        before, phone = phone.split("-") if "-" in phone else ("#", phone)
        doubled = phone[: len(phone) // 2]
        assert phone.removesuffix("^") in {*phones, "ay", "aw", doubled * 2 if doubled in phones else ""}, key
        assert {before, after} <= neighbours, key


def test_vowels_beside_an_emphatic_are_backed_unless_fronted() -> None:
    assert by({}, "S", "a", "b") == "sOb"
    assert by({}, "b", "a", "b") == "bAb"
    assert by({}, "S", "a", "i") == "sAI"


def test_the_stressed_vowel_is_marked_once_a_word() -> None:
    assert [word.count("ˈ") for word in said("كِتَاب جَدِيد").split()] == [1, 1]
    assert by({}, "b", "a", "t", stressed=1) == "bˈAt"


def test_a_glide_after_a_is_a_diphthong_only_before_a_consonant() -> None:
    assert by({}, "b", "a", "y", "t") == "bYt"
    assert by({}, "b", "a", "w") == "bW"
    assert by({}, "b", "a", "y", "a") == "bAyA"
    assert by({}, "b", "a", "w", "w") == "bAwː"


def test_a_doubled_consonant_is_long_or_has_a_sound_of_its_own() -> None:
    assert by({}, "b", "a", "b", "b") == "bAbː"
    assert by({"b": "bx"}, "a", "b", "b", "a") == "AbːxA"
    assert by({"bb": "dd"}, "a", "b", "b", "a") == "AddA"
    assert by({"b": ""}, "a", "b", "b", "a") == "AA"


@pytest.mark.parametrize(
    ("key", "phones", "expected"),
    [
        ("b+a", ("b", "aa"), "!L"),
        ("b+C", ("b", "t"), "!t"),
        ("b+#", ("a", "b"), "A!"),
        ("#-b", ("b", "t"), "!t"),
        ("a-b", ("aa", "b", "t"), "L!t"),
        ("a^+#", ("S", "a"), "s!"),
    ],
)
def test_neighbours_choose_the_sound(key: str, phones: tuple[str, ...], expected: str) -> None:
    assert by({key: "!"}, *phones) == expected


def test_what_follows_tells_more_than_what_stands_before() -> None:
    assert by({"b+t": "1", "b+C": "2", "a-b": "3"}, "a", "b", "t") == "A1t"
    assert by({"b+C": "2", "a-b": "3"}, "a", "b", "t") == "A2t"


@pytest.mark.parametrize(("mark", "pause"), [("،", ","), ("؟", "?"), (".", "."), ("", "")])
def test_pauses_follow_their_word(mark: str, pause: str) -> None:
    assert said(f"نَعَم{mark}") == said("نَعَم") + pause


def test_a_word_without_a_sound_of_the_model_is_empty() -> None:
    assert by({"b": ""}, "b", "b") == ""
