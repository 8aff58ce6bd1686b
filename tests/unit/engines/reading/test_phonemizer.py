"""Mixed text to bounded phoneme strings and the words in them, with scripted readers in the place of the models."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.engines.reading.phonemizer import MAX_PHONEMES, Phonemes, Phonemizer, WordSpan
from hiwar.text.arabic.phonemes import SpokenWord
from hiwar.text.front_end import FrontEnd
from hiwar.text.pronunciations import Lexicon

ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyzDEHSTZˈˌ ,.?!—")
PAUSES = " ,.?!—"


@dataclass
class Token:
    text: str
    whitespace: str = " "
    phonemes: str | None = None


class ScriptedG2P:
    """One token for each word, said by `say`."""

    def __init__(self, say: Callable[[str], str | None]) -> None:
        self.say = say

    def tokenize(self, text: str) -> list[Token]:
        return [Token(word) for word in text.split()]

    def phonemize_tokens(self, tokens: list[Token]) -> list[Token]:
        for token in tokens:
            token.phonemes = self.say(token.text)
        return tokens


def sounds(word: SpokenWord) -> str:
    """A voice that says Arabic phones as they are called."""
    said = ("ˈ" * (index == word.stressed) + phone.strip("'") for index, phone in enumerate(word.phones))
    return "".join(said) + word.pause


FRONT_END = FrontEnd(lambda text: text, Lexicon({}))


def phonemizer(say: Callable[[str], str | None] = str.lower) -> Phonemizer:
    return Phonemizer(FRONT_END, ScriptedG2P(say), ALPHABET, sounds)


def strings(parts: tuple[Phonemes, ...]) -> list[str]:
    return [part.text for part in parts]


def spoken(text: str, parts: tuple[Phonemes, ...]) -> list[tuple[str, str]]:
    return [(text[word.start : word.end], part.text[word.first : word.last]) for part in parts for word in part.words]


def test_each_script_is_read_by_its_own_reader_in_one_string() -> None:
    (said,) = strings(phonemizer()("Open بِنْك now", "ar"))
    assert said.startswith("open ")
    assert said.endswith(" now.")
    assert len(said.split()) == 3


def test_marks_that_only_other_alphabets_have_are_pauses_too() -> None:
    wider = Phonemizer(FRONT_END, ScriptedG2P(str.lower), ALPHABET | {"-", "'", "ː"}, sounds)
    assert wider("' -", "en") == ()
    assert wider("ˈː.", "en") == ()
    text = "'well-known'"
    assert spoken(text, wider(text, "en")) == [(text, "well-known")]


def test_the_language_reads_a_lone_number() -> None:
    assert phonemizer()("5", "ar") != phonemizer()("5", "en")


def test_nothing_to_say_gives_no_string() -> None:
    assert phonemizer()("?! ,", "en") == ()
    assert phonemizer()("漢字", "en") == ()
    assert phonemizer()("", "ar") == ()


def test_long_strings_are_split_at_a_pause_then_at_a_space_then_anywhere() -> None:
    for text in ("one two, " * 60, "one two " * 60, "x" * 900):
        parts = strings(phonemizer(lambda word: word)(text, "en"))
        assert len(parts) > 1
        assert all(len(part.rstrip(".,")) <= MAX_PHONEMES for part in parts)
        said, written = ("".join(of).translate(dict.fromkeys(map(ord, " .,"))) for of in (parts, text))
        assert said == written
    assert all(part.endswith(",") for part in strings(phonemizer()("one two, " * 60, "en")))


def test_a_string_without_a_closing_mark_gets_one() -> None:
    assert [phonemizer()(text, "en")[0].text for text in ("yes", "yes,", "yes?")] == ["yes.", "yes,", "yes?"]


def test_a_sentence_that_goes_on_is_read_as_one() -> None:
    (closed,), (opened,), (marked,) = (
        phonemizer()(text, "en", continues=continues)
        for text, continues in (("yes", False), ("yes", True), ("yes,", True))
    )
    assert (closed.text, closed.continues) == ("yes.", False)
    assert (opened.text, opened.continues) == ("yes,", True)
    assert (marked.text, marked.continues) == ("yes,", False)


def test_of_a_split_string_every_part_but_the_last_goes_on_unless_a_mark_ends_it() -> None:
    unmarked, marked = (phonemizer()(text, "en") for text in ("one two " * 60, "one two, " * 60))
    assert [part.continues for part in unmarked] == [True] * (len(unmarked) - 1) + [False]
    assert not any(part.continues for part in marked)


def test_long_words_and_numbers_reach_the_english_reader_in_pieces() -> None:
    seen: list[str] = []

    def say(word: str) -> str:
        seen.append(word)
        return "a"

    text = "x" * 100 + " " + "7" * 30
    said = phonemizer(say)(text, "en")
    assert max(map(len, seen)) <= 32
    assert [word.strip(",") for word in seen].count("seven") == 30
    assert spoken(text, said) == [("x" * 100, "a a a a"), ("7" * 30, " ".join("a" * 30))]


def test_a_word_the_english_reader_fails_on_is_spelled_or_passed_over() -> None:
    def say(word: str) -> str:
        if "bad" in word or "q" in word:
            raise IndexError(word)
        return word

    text = "good bad qqq end"
    said = phonemizer(say)(text, "en")
    assert strings(said) == ["good b a d end."]
    assert spoken(text, said) == [("good", "good"), ("bad", "b a d"), ("end", "end")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Open it, now!", [("Open", "open"), ("it,", "it"), ("now!", "now")]),
        ("  two — three  ", [("two", "two"), ("three", "three")]),
        ("so 漢字 good", [("so", "so"), ("good", "good")]),
        ("well-known", [("well-known", "wellknown")]),
        ("for 5 km", [("for", "for"), ("5", "five"), ("km", "kilometers")]),
        ("قُل hello", [("قُل", "qˈul"), ("hello", "hello")]),
        ("وhello there", [("وhello", "w hello"), ("there", "there")]),
        ("مِن 15 مِن", [("مِن", "mˈin"), ("15", "khˈamsat Eˈashar"), ("مِن", "mˈin")]),
        ("مِن، مِن؟", [("مِن،", "mˈin"), ("مِن؟", "mˈin")]),
        ("\u064e مِن قُل", [("مِن", "mˈin"), ("قُل", "qˈul")]),
        ("مِن,قُل", [("مِن,قُل", "mˈin, qˈul")]),
    ],
)
def test_each_word_that_sounds_has_its_stretch_without_pauses(text: str, words: list[tuple[str, str]]) -> None:
    assert spoken(text, phonemizer()(text, "en")) == words


def test_marks_that_the_diacritizer_drops_before_the_first_letter_shift_no_word() -> None:
    front_end = FrontEnd(lambda text: text.removeprefix("\u064e"), Lexicon({}))
    without = Phonemizer(front_end, ScriptedG2P(str.lower), ALPHABET, sounds)
    text = "\u064e مِن قُل"
    assert spoken(text, without(text, "ar")) == [("مِن", "mˈin"), ("قُل", "qˈul")]


@pytest.mark.parametrize("text", ["one two, " * 60, "one two — — — " * 60])
def test_a_split_string_carries_the_words_that_begin_in_it(text: str) -> None:
    parts = phonemizer()(text, "en")
    assert len(parts) > 1
    assert spoken(text, parts) == [(word, word.strip(",")) for word in text.split() if word != "—"]


def test_a_word_cut_by_a_split_is_told_once_up_to_the_cut() -> None:
    parts = phonemizer(lambda word: 300 * word)("x y", "en")
    assert [part.text.strip(".,") for part in parts] == ["x" * 250, "x" * 50, "y" * 249, "y" * 51]
    assert [part.words for part in parts] == [(WordSpan(0, 1, 0, 250),), (), (WordSpan(2, 3, 0, 249),), ()]


def test_a_split_before_a_word_with_a_space_of_its_own_loses_no_word() -> None:
    text = "one two " * 60
    parts = phonemizer(lambda word: f" {word}")(text, "en")
    assert len(parts) > 1
    assert spoken(text, parts) == [(word, word) for word in text.split()]


@pytest.mark.parametrize("silent", ["", " ", None])
def test_outer_spaces_of_a_run_shift_no_word(silent: str | None) -> None:
    for text in ("mm good", "قُل mm good", "mm good قُل", "good mm قُل"):
        said = phonemizer(lambda word: silent if word == "mm" else f" {word} ")(text, "en")
        words = [word for word in text.split() if word != "mm"]
        assert spoken(text, said) == [(word, "good" if word == "good" else "qˈul") for word in words]


def test_shown_text_of_several_words_shares_its_phonemes() -> None:
    class Linking(ScriptedG2P):
        def tokenize(self, text: str) -> list[Token]:
            return [Token("see"), Token("our big site"), Token("now")]

    text = "see our big site now"
    said = Phonemizer(FRONT_END, Linking(str.lower), ALPHABET, sounds)(text, "en")
    assert [phonemes for _, phonemes in spoken(text, said)] == ["see", "our", "big", "site", "now"]


def test_an_inline_pronunciation_is_one_word() -> None:
    text = "so [big site](tiny) now"
    assert spoken(text, phonemizer()(text, "en")) == [("so", "so"), ("[big site](tiny)", "tiny"), ("now", "now")]


_CHARACTERS = "aB z1٥5بمِنَ ءة\u064e,.،؟-—'’()[]/:%$①é\n\u2003漢ˈ"


@example("[ ](/a/) b")
@example("①" * 40)
@example("5 % ٥ %")
@example("a" * 300)
@given(st.text(st.sampled_from(_CHARACTERS), max_size=120))
def test_spans_are_ordered_words_of_the_text_that_sound(text: str) -> None:
    for language in ("en", "ar"):
        end = 0
        for number, part in enumerate(phonemizer(lambda word: word.lower() or None)(text, language)):
            last = 0
            uncovered = ""
            for word in part.words:
                assert end <= word.start < word.end <= len(text)
                assert last <= word.first < word.last <= len(part.text)
                assert text[word.start : word.end].split() == [text[word.start : word.end]]
                assert (text[: word.start][-1:] + text[word.end :][:1]).strip() == ""
                assert part.text[word.first] not in PAUSES
                assert part.text[word.last - 1] not in PAUSES
                uncovered += part.text[last : word.first] if last or not number else ""
                end, last = word.end, word.last
            assert not (uncovered + part.text[last:]).strip(PAUSES + "ˈˌ") or (number and not part.words)
