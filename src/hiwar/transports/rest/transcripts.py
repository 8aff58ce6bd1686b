"""What was heard in a recording, in the form that was asked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

import msgspec
from starlette.responses import Response

from hiwar.protocol.messages import Final, WordTiming
from hiwar.transports.rest import subtitles
from hiwar.transports.rest.bodies import json_response
from hiwar.transports.rest.subtitles import SpokenWord

TranscriptFormat = Literal["json", "text", "srt", "vtt", "verbose_json"]
Granularity = Literal["segment", "word"]

_SRT = "application/x-subrip; charset=utf-8"
"""Starlette adds the charset to types of text alone."""
_CONFIDENCE_MIN = 1e-6


class Transcription(msgspec.Struct, frozen=True):
    """All that was heard."""

    text: str


class TranscribedSegment(msgspec.Struct, frozen=True):
    """An utterance; times in seconds, `confidence` 0 to 1, `avg_logprob` its logarithm.

    The fields from `seek` to `no_speech_prob` are there for clients that require them, and say nothing.
    """

    id: int
    start: float
    end: float
    text: str
    confidence: float
    avg_logprob: float
    seek: int = 0
    tokens: tuple[int, ...] = ()
    temperature: float = 0.0
    compression_ratio: float = 1.0
    no_speech_prob: float = 0.0


class TranscribedWord(msgspec.Struct, frozen=True):
    """A word; times in seconds, `confidence` 0 to 1."""

    word: str
    start: float
    end: float
    confidence: float


class VerboseTranscription(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that was heard, and when; `duration` in seconds. Segments and words come when they were asked for."""

    task: Literal["transcribe"]
    language: str
    duration: float
    text: str
    segments: tuple[TranscribedSegment, ...] | msgspec.UnsetType = msgspec.UNSET
    words: tuple[TranscribedWord, ...] | msgspec.UnsetType = msgspec.UNSET


class TranscriptTextDelta(msgspec.Struct, frozen=True, tag="transcript.text.delta", tag_field="type"):
    """The next of the text: put together, these are all of it."""

    delta: str


class TranscriptTextDone(msgspec.Struct, frozen=True, tag="transcript.text.done", tag_field="type"):
    """All that was heard."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The utterances of a recording of `audio_ms`; `asked_language` is that of the request."""

    finals: Sequence[Final]
    audio_ms: int
    asked_language: str

    @property
    def text(self) -> str:
        """All of it; its spoken numbers are digits where the request asked for that."""
        return " ".join(map(written, self.finals))

    @property
    def language(self) -> str:
        """That of most of the speech; what was asked for when there is none."""
        spoken_ms: dict[str, int] = {}
        for final in self.finals:
            spoken_ms[final.language] = spoken_ms.get(final.language, 0) + final.end_ms - final.start_ms
        return max(spoken_ms, key=spoken_ms.__getitem__, default=self.asked_language)


def written(final: Final) -> str:
    """The text of an utterance."""
    return final.transcript if final.itn is None else final.itn


def transcript_response(heard: Heard, form: TranscriptFormat, granularities: Sequence[Granularity]) -> Response:
    """The whole transcript in one of the forms."""
    match form:
        case "json":
            return json_response(Transcription(heard.text))
        case "verbose_json":
            return json_response(_verbose(heard, granularities))
        case "text":
            return Response(heard.text + "\n", media_type="text/plain")
        case "srt":
            return Response(subtitles.srt(subtitles.cues(map(_words, heard.finals))), media_type=_SRT)
        case "vtt":
            return Response(subtitles.vtt(subtitles.cues(map(_words, heard.finals))), media_type="text/vtt")
        case _:
            assert_never(form)


def _verbose(heard: Heard, granularities: Sequence[Granularity]) -> VerboseTranscription:
    segments = tuple(_segment(number, final) for number, final in enumerate(heard.finals))
    words = tuple(_word(word) for final in heard.finals for word in final.words or ())
    return VerboseTranscription(
        task="transcribe",
        language=heard.language,
        duration=heard.audio_ms / 1000,
        text=heard.text,
        segments=segments if "segment" in granularities else msgspec.UNSET,
        words=words if "word" in granularities else msgspec.UNSET,
    )


def _segment(number: int, final: Final) -> TranscribedSegment:
    return TranscribedSegment(
        id=number,
        start=final.start_ms / 1000,
        end=final.end_ms / 1000,
        text=written(final),
        confidence=final.confidence,
        avg_logprob=round(math.log(max(final.confidence, _CONFIDENCE_MIN)), 3),
    )


def _word(word: WordTiming) -> TranscribedWord:
    return TranscribedWord(word.word, word.start_ms / 1000, word.end_ms / 1000, word.confidence)


def _words(final: Final) -> tuple[SpokenWord, ...]:
    """The words of an utterance with their times; the times are spread over it when they are not those of its text."""
    words = tuple(SpokenWord(word.word, word.start_ms, word.end_ms) for word in final.words or ())
    if [word.text for word in words] == written(final).split():
        return words
    return subtitles.spread(written(final), final.start_ms, final.end_ms)
