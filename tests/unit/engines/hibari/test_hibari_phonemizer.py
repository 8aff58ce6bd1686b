"""Mixed text to bounded phoneme strings, with scripted readers in the place of the models."""

from collections.abc import Callable

from hiwar.engines.hibari.phonemizer import MAX_PHONEMES, Phonemizer

ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzæɑɪʊəʔθðʃʤɹɡˈˌ ,.?!")


def spelled(text: str) -> str:
    return text.lower()


def phonemizer(english: Callable[[str], str] = spelled) -> Phonemizer:
    return Phonemizer(english, lambda text: text, ALPHABET)


def test_each_script_is_read_by_its_own_reader_in_one_string() -> None:
    (said,) = phonemizer()("Open بِنْك now", "ar")
    assert said.startswith("open ")
    assert said.endswith(" now.")
    assert len(said.split()) == 3


def test_the_language_reads_a_lone_number() -> None:
    assert phonemizer()("5", "ar") != phonemizer()("5", "en")


def test_nothing_to_say_gives_no_string() -> None:
    assert phonemizer()("?! ,", "en") == ()
    assert phonemizer()("漢字", "en") == ()
    assert phonemizer()("", "ar") == ()


def test_long_strings_are_split_at_a_pause_then_at_a_space_then_anywhere() -> None:
    for text in ("one two, " * 60, "one two " * 60, "x" * 900):
        parts = phonemizer()(text, "en")
        assert len(parts) > 1
        assert all(len(part.rstrip(".")) <= MAX_PHONEMES for part in parts)
        assert "".join(parts).replace(" ", "").replace(".", "") == text.replace(" ", "")
    assert all(part.endswith(",") for part in phonemizer()("one two, " * 60, "en"))


def test_a_string_without_a_closing_mark_gets_one() -> None:
    assert [phonemizer()(text, "en")[0] for text in ("yes", "yes,", "yes?")] == ["yes.", "yes,", "yes?"]


def test_long_words_and_numbers_reach_the_english_reader_in_pieces() -> None:
    seen: list[str] = []

    def reader(text: str) -> str:
        seen.append(text)
        return "a"

    phonemizer(reader)("x" * 100 + " " + "7" * 30, "en")
    assert max(len(word) for text in seen for word in text.split()) <= 32
    assert "7 7 7" in seen[0]


def test_a_word_the_english_reader_fails_on_is_spelled_or_passed_over() -> None:
    def reader(text: str) -> str:
        if "bad" in text or "q" in text:
            raise IndexError(text)
        return text

    assert phonemizer(reader)("good bad qqq end", "en") == ("good b a d end.",)
