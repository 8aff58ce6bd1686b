"""A reading leads back to the text as it was sent, whatever clean-up and cutting did to it."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.engines.contracts import EngineInfo, EngineVoice, SpeechPiece
from hiwar.pipelines.explanation import explain
from hiwar.text.explanation import SegmentReading, TokenReading
from hiwar.vocabulary import Language, LanguageChoice, Voice

VOICE = Voice("Yara", "ar", ("ar", "en"), "female", "words", "one", "none", "none", "exact", "")


class Words:
    """An engine that reads words as words."""

    info = EngineInfo("words", "none", "none", ("ar", "en"), 24000)
    voices: tuple[EngineVoice, ...] = ()

    def synthesize(
        self,
        text: str,
        *,
        voice: str,
        language: Language,
        speed: float,
        sample_rate: int,
        continues: bool = False,
        long_pieces: bool = False,
    ) -> Iterator[SpeechPiece]:
        raise AssertionError("nobody speaks")

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        assert voice == "one"
        found = re.finditer(r"\S+", text)
        return tuple(TokenReading(*one.span(), one[0], "word", language, one[0]) for one in found)

    def close(self) -> None:
        raise AssertionError("others share the engine")


def read(text: str, language: LanguageChoice = "auto") -> list[SegmentReading]:
    return [*explain(text, voice=VOICE, engine=Words(), language=language)]


def test_spans_are_those_of_the_text_as_it_was_sent() -> None:
    text = "  مـــرحبا\u200f بك. ﻻ 😀  Hello,\u00a0you!"
    segments = read(text)
    assert [segment.text for segment in segments] == ["مرحبا بك.", "لا 😀 Hello, you!"]
    assert [segment.language for segment in segments] == ["ar", "en"]
    written = [token.written for segment in segments for token in segment.tokens]
    assert [word.strip("\u200f \u00a0") for word in written] == ["مـــرحبا", "بك.", "ﻻ", "😀", "Hello,", "you!"]


def test_a_given_language_holds_for_all_segments() -> None:
    assert {segment.language for segment in read("مرحبا. Hello.", "en")} == {"en"}


@pytest.mark.parametrize("text", ["...", "😀", " \n"])
def test_there_is_no_segment_without_anything_to_say(text: str) -> None:
    assert read(text) == []


@example("a\u0301\u200b b. ﷺ c")
@given(st.text(alphabet="ab.،! \n\u200fﻻمـﷺ\u0301\u064e1", max_size=80))
def test_spans_are_in_order_and_hold_what_is_written(text: str) -> None:
    position = 0
    for segment in read(text):
        for token in segment.tokens:
            assert position <= token.start < token.end <= len(text)
            assert token.written == text[token.start : token.end]
            assert segment.start <= token.start
            assert token.end <= segment.end
            position = token.start
        position = segment.end
