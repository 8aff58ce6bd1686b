"""Neutral phones to the English model's phonemes."""

import pytest

from hiwar.engines.hibari.arabic_sounds import BACKED, CONSONANTS, DIPHTHONGS, PLAIN, sounds
from hiwar.text.arabic import letters
from hiwar.text.arabic.phonemes import pronounce


def said(text: str) -> str:
    return " ".join(map(sounds, pronounce(text)))


def test_every_phone_has_a_sound() -> None:
    assert {*letters.CONSONANTS.values(), *letters.VOWELS} <= {*CONSONANTS, *PLAIN}


def test_vowels_beside_an_emphatic_are_backed_unless_fronted() -> None:
    assert BACKED["aa"] in said("طَالِب")
    assert BACKED["aa"] not in said("تَالِب")
    assert BACKED["a"] not in said("صَيَّاد").removesuffix("d")[:3]


def test_the_stressed_vowel_is_marked_once_a_word() -> None:
    assert [word.count("ˈ") for word in said("كِتَاب جَدِيد").split()] == [1, 1]


def test_a_glide_after_a_is_a_diphthong_only_before_a_consonant() -> None:
    assert DIPHTHONGS["y"] in said("بَيْت")
    assert DIPHTHONGS["y"] not in said("بَيَان")
    assert DIPHTHONGS["w"] in said("يَوْم")
    assert DIPHTHONGS["w"] not in said("أَوَّل")


@pytest.mark.parametrize(("mark", "pause"), [("،", ","), ("؟", "?"), (".", "."), ("", "")])
def test_pauses_follow_their_word(mark: str, pause: str) -> None:
    assert said(f"نَعَم{mark}") == said("نَعَم") + pause


def test_a_word_without_a_sound_of_the_model_is_empty() -> None:
    assert said("ءْء") == ""
