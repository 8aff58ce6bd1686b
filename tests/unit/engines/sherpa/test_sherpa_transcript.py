"""Text and words from tokens: bytes, marks and capitals."""

import math

import pytest

from hiwar.engines.sherpa.transcript import Heard, confidence_of, text_of, words_of


def heard(text: str, *tokens: str) -> Heard:
    return Heard(text, tokens, [0.1 * number for number in range(len(tokens))], [math.log(0.5)] * len(tokens))


def test_marks_are_no_text_and_no_words() -> None:
    tagged = heard("Hello world. <en-US>", "Hello", " wor", "ld", ".", " <en-US>", "<en-US>")
    text = text_of(tagged, "", capitals_only=False)
    assert text == "Hello world."
    assert [word.text for word in words_of(heard("a b<en-US>", " a", " b", "<en-US>"), "a b", 900)] == ["a", "b"]


def test_bytes_of_a_character_belong_to_their_word() -> None:
    words = words_of(heard(" né ok", " n", "<0xC3>", "<0xA9>", " ok"), "né ok", 2000)
    assert [(word.text, word.start_ms, word.end_ms) for word in words] == [("né", 0, 300), ("ok", 300, 540)]
    assert [word.confidence for word in words] == pytest.approx([0.5, 0.5])


def test_a_lone_space_begins_the_word_after_it() -> None:
    words = words_of(heard(" ok go", " ", "ok", " ", "go"), "ok go", 2000)
    assert [(word.text, word.start_ms) for word in words] == [("ok", 0), ("go", 200)]


def test_words_that_do_not_fit_the_tokens_get_no_times() -> None:
    assert words_of(heard("one two", " one", " two"), "one two three", 900) == ()


def test_times_stay_within_the_audio() -> None:
    words = words_of(heard("a b", " a", " b"), "a b", 50)
    assert [(word.start_ms, word.end_ms) for word in words] == [(0, 50), (50, 50)]


def test_confidence_is_the_mean_probability() -> None:
    assert confidence_of(heard("a b", " a", " b")) == pytest.approx(0.5)
    assert confidence_of(heard("")) == 0.0


def test_arabic_is_left_as_it_is() -> None:
    assert text_of(heard(" مرحبا  بكم"), "", capitals_only=True) == "مرحبا بكم"
