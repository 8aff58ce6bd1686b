"""Words in a row: liaison, constructs, pauses, stress."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.text.arabic.letters import CONSONANTS, LONG_OF, MARKS, VOWELS
from hiwar.text.arabic.phonemes import pronounce


def said(text: str) -> str:
    return " ".join("".join(word.phones) + word.pause for word in pronounce(text))


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("فِي الْبَيْتِ", "fi lbayt"),
        ("مِنَ الْبَنْكِ", "min albank"),
        ("خِدْمَةُ الْعُمَلَاءِ", "khidmat alEumalaa'"),
        ("الْخِدْمَةُ الْجَدِيدَةُ", "'alkhidma ljadiida"),
        ("خِدْمَةُ، الْعُمَلَاءِ", "khidma, 'alEumalaa'"),
        ("نَعَمْ. لَا؟ حَسَنًا!", "naEam. laa? Hasanan!"),
        ("الرَّئِيسِيَّةِ اضْغَطْ", "'arra'iisiyya 'iDghaT"),
    ],
)
def test_neighbours_meet_unless_a_pause_divides_them(text: str, phones: str) -> None:
    assert said(text) == phones


def test_words_tell_where_they_begin() -> None:
    text = " نَعَم، 5 لَا-نَعَم"
    assert [word.start for word in pronounce(text)] == [1, text.index("لَا"), text.rindex("نَعَم")]


@pytest.mark.parametrize(
    ("word", "stressed"),
    [
        ("كِتَاب", "aa"),  # superheavy last syllable
        ("رِسَالَة", "aa"),  # heavy one before the last
        ("مَدْرَسَة", "a"),  # third from the end
        ("لَا", "aa"),
    ],
)
def test_stress_follows_the_weight_of_syllables(word: str, stressed: str) -> None:
    (spoken,) = pronounce(word)
    assert spoken.phones[spoken.stressed] == stressed


def test_stress_of_three_light_syllables_is_on_the_first() -> None:
    (spoken,) = pronounce("كَتَبَت")
    assert spoken.stressed == 1


@example("ىً")
@example("ءًة")
@given(st.text(st.sampled_from([*CONSONANTS, *MARKS, *"اىةآٱ،. ؟5a"]), max_size=80))
def test_any_letters_give_known_phones_and_a_vowel_to_stress(text: str) -> None:
    phones = {*CONSONANTS.values(), *VOWELS, *LONG_OF.values()}
    for word in pronounce(text):
        assert word.phones
        assert phones.issuperset(word.phones)
        assert (word.stressed == -1) == VOWELS.isdisjoint(word.phones)
        assert word.stressed == -1 or word.phones[word.stressed] in VOWELS
        assert word.pause in ("", ",", ".", "!", "?")
