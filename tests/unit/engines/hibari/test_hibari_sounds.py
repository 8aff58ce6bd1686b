"""Neutral phones to the English model's phonemes."""

import pytest

from hiwar.engines.hibari.arabic_sounds import BACKED, CONSONANTS, DIPHTHONGS, PLAIN, phonemes
from hiwar.text import arabic_letters
from hiwar.text.arabic_phonemes import pronounce


def test_every_phone_has_a_sound() -> None:
    assert {*arabic_letters.CONSONANTS.values(), *arabic_letters.VOWELS} <= {*CONSONANTS, *PLAIN}


def test_vowels_beside_an_emphatic_are_backed_unless_fronted() -> None:
    assert BACKED["aa"] in phonemes(pronounce("طَالِب"))
    assert BACKED["aa"] not in phonemes(pronounce("تَالِب"))
    assert BACKED["a"] not in phonemes(pronounce("صَيَّاد")).removesuffix("d")[:3]


def test_the_stressed_vowel_is_marked_once_a_word() -> None:
    assert [word.count("ˈ") for word in phonemes(pronounce("كِتَاب جَدِيد")).split()] == [1, 1]


def test_a_glide_after_a_is_a_diphthong_only_before_a_consonant() -> None:
    assert DIPHTHONGS["y"] in phonemes(pronounce("بَيْت"))
    assert DIPHTHONGS["y"] not in phonemes(pronounce("بَيَان"))
    assert DIPHTHONGS["w"] in phonemes(pronounce("يَوْم"))
    assert DIPHTHONGS["w"] not in phonemes(pronounce("أَوَّل"))


@pytest.mark.parametrize(("mark", "pause"), [("،", ","), ("؟", "?"), (".", "."), ("", "")])
def test_pauses_follow_their_word(mark: str, pause: str) -> None:
    assert phonemes(pronounce(f"نَعَم{mark}")) == phonemes(pronounce("نَعَم")) + pause
