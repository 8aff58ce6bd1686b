import json
from typing import Any

import pytest

from hiwar.protocol.messages import Final, WordTiming
from hiwar.transports.rest.transcripts import Granularity, Heard, TranscriptFormat, transcript_response
from hiwar.vocabulary import Language


def final(text: str, start_ms: int, end_ms: int, *, language: Language = "en", itn: str | None = None) -> Final:
    step = (end_ms - start_ms) // len(text.split())
    words = tuple(
        WordTiming(word, start_ms + at * step, start_ms + (at + 1) * step, 0.5) for at, word in enumerate(text.split())
    )
    return Final("r", 0, text, 0.5, language, start_ms, end_ms, 0, words, itn)


TWO = Heard([final("one two", 0, 1_000), final("ثلاثة", 2_000, 2_500, language="ar")], 3_210, "auto")
NOTHING = Heard([], 0, "auto")


def body(heard: Heard, form: TranscriptFormat, granularities: tuple[Granularity, ...] = ("segment",)) -> str:
    return bytes(transcript_response(heard, form, granularities).body).decode()


def verbose(heard: Heard, *granularities: Granularity) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body(heard, "verbose_json", granularities))
    return found


def test_the_text_is_all_that_was_heard() -> None:
    assert json.loads(body(TWO, "json")) == {"text": "one two ثلاثة"}
    assert body(TWO, "text") == "one two ثلاثة\n"


@pytest.mark.parametrize(
    ("form", "expected"), [("json", '{"text":""}'), ("text", "\n"), ("srt", ""), ("vtt", "WEBVTT\n\n")]
)
def test_silence_says_nothing(form: TranscriptFormat, expected: str) -> None:
    assert body(NOTHING, form) == expected


def test_verbose_says_when_in_seconds() -> None:
    found = verbose(TWO, "segment", "word")
    assert (found["task"], found["language"], found["duration"]) == ("transcribe", "en", 3.21)
    assert [(one["id"], one["start"], one["end"], one["text"]) for one in found["segments"]] == [
        (0, 0.0, 1.0, "one two"),
        (1, 2.0, 2.5, "ثلاثة"),
    ]
    assert [(word["word"], word["start"], word["end"]) for word in found["words"]] == [
        ("one", 0.0, 0.5),
        ("two", 0.5, 1.0),
        ("ثلاثة", 2.0, 2.5),
    ]
    assert (found["segments"][0]["confidence"], found["segments"][0]["avg_logprob"]) == (0.5, -0.693)


def test_verbose_has_what_was_asked_for_and_no_more() -> None:
    assert "words" not in verbose(TWO, "segment")
    assert "segments" not in verbose(TWO, "word")
    assert verbose(NOTHING, "segment", "word")["segments"] == []
    assert verbose(NOTHING, "segment", "word")["words"] == []


def test_the_language_is_that_of_most_of_the_speech() -> None:
    arabic = Heard([*TWO.finals, final("طويل", 3_000, 9_000, language="ar")], 9_000, "auto")
    assert arabic.language == "ar"
    assert Heard([], 0, "en").language == "en"


def test_cues_take_the_times_of_the_words_where_these_are_those_of_the_text() -> None:
    plain = final("one two " * 20, 0, 20_000)
    assert "00:00:07,000" in body(Heard([plain], 20_000, "en"), "srt")
    counted = Heard([final("twenty five dollars", 0, 3_000, itn="$25")], 3_000, "en")
    assert body(counted, "srt") == "1\n00:00:00,000 --> 00:00:03,000\n$25\n\n"
    assert json.loads(body(counted, "json")) == {"text": "$25"}


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("json", "application/json"),
        ("verbose_json", "application/json"),
        ("text", "text/plain; charset=utf-8"),
        ("srt", "application/x-subrip; charset=utf-8"),
        ("vtt", "text/vtt; charset=utf-8"),
    ],
)
def test_each_form_has_its_media_type(form: TranscriptFormat, media_type: str) -> None:
    assert transcript_response(TWO, form, ("segment",)).headers["content-type"] == media_type
