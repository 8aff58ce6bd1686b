"""One marked word to phones: spelling rules and pausal forms."""

import pytest

from hiwar.text.arabic.words import word_form


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("كِتَابٌ", "k i t aa b"),
        ("مَدْرَسَةٌ", "m a d r a s a"),
        ("السَّلَامُ", "' a s s a l aa m"),
        ("الشَمْسُ", "' a sh sh a m s"),
        ("الْقَمَرُ", "' a l q a m a r"),
        ("وَالْبَيْتُ", "w a l b a y t"),
        ("بِالرَّمْزِ", "b i r r a m z"),
        ("لِلتَّأْكِيدِ", "l i t t a ' k ii d"),
        ("لِلْعَمِيلِ", "l i l E a m ii l"),
        ("لِلُّغَةِ", "l i l l u gh a"),
        ("الِانْتِظَارُ", "' a l i n t i Z aa r"),
        ("وَالِدٌ", "w aa l i d"),
        ("وَاضْغَطْ", "w a D gh a T"),
        ("اُكْتُبْ", "' u k t u b"),
        ("اكْتُبْ", "' u k t u b"),
        ("اسْمٌ", "' i s m"),
        ("شُكْرًا", "sh u k r a n"),
        ("قَالُوا", "q aa l uu"),
        ("مُسْتَشْفًى", "m u s t a sh f a n"),
        ("عَلَى", "E a l aa"),
        ("آخَرُ", "' aa kh a r"),
        ("إلَى", "' i l aa"),
        ("سُؤَالٌ", "s u ' aa l"),
        ("يَوْمٌ", "y a w m"),
        ("عَرَبِيٌّ", "E a r a b ii"),
        ("رَدٌّ", "r a d d"),
        ("بِ", "b i"),
        ("هٰذَا", "h aa dh aa"),
        ("هذا", "h aa dh aa"),
        ("وهو", "w a h u w a"),
        ("بالله", "b i l l aa h"),
    ],
)
def test_says_the_word_as_before_a_pause(word: str, phones: str) -> None:
    assert " ".join(word_form(word).phones) == phones


@pytest.mark.parametrize(("word", "construct"), [("خِدْمَةُ", True), ("خِدْمَةٌ", False), ("الْخِدْمَةُ", False), ("خَمْسَة", False)])
def test_a_construct_is_an_indefinite_ta_marbuta_with_a_short_ending(word: str, construct: bool) -> None:
    assert word_form(word).construct is construct


def test_the_hamza_of_the_article_is_elidable_and_a_written_one_is_not() -> None:
    assert word_form("الْبَيْتُ").elidable
    assert not word_form("أَحْمَدُ").elidable
