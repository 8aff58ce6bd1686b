"""Words that are given to the English G2P with their phonemes."""

from hiwar.engines.reading.english_pronunciations import with_pronunciations


def test_known_names_are_marked_up_also_with_a_possessive() -> None:
    assert with_pronunciations("Ahmed, in Abu Dhabi") == "[Ahmed](/ˈɑmɛd/), in Abu [Dhabi](/dˈɑbi/)"
    assert with_pronunciations("AHMED's") == "[AHMED's](/ˈɑmɛdz/)"


def test_parts_of_words_and_what_is_marked_up_stay() -> None:
    for text in ("Ahmedabad", "Saudis", "Omar-like", "[Ahmed](/x/) Ali", "[A](/ˈA/) [Abha Road](/x/)"):
        assert with_pronunciations(text) == text
