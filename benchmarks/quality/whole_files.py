"""Recordings decoded in one go, in this process, by the engine that the settings name: text, and where words end.

Streaming is compared with this. It is also where word ends come from, since the recordings carry none of their own.
"""

import sys
from dataclasses import dataclass

from captions import Stretch, TimedWord, comparable_words, matched
from recordings import Recording
from speech_stretches import stretches

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, Hypothesis, RecognitionEngine, VoiceActivityEngine
from hiwar.server.settings import load_settings

WHOLE_S_MAX = 30
"""What the model hears at once; longer recordings have no whole decode."""


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A recording, its speech, and its text decoded in one go; `words` are those of the reference.

    The reference is the manifest's text, or without one what was decoded. A word of it that the decode has wrong has
    no end. `decoded` is None for a recording longer than WHOLE_S_MAX.
    """

    recording: Recording
    speech: tuple[Stretch, ...]
    decoded: str | None
    words: tuple[TimedWord, ...]


@dataclass(frozen=True, slots=True)
class Engines:
    """As the settings name them, on one thread."""

    recognition: RecognitionEngine
    voice_activity: VoiceActivityEngine

    def whole(self, recording: Recording) -> WholeFile:
        """Decode one recording in its own language; one without speech is not decoded."""
        speech = stretches(self.voice_activity, recording.samples)
        if recording.language is None:
            return WholeFile(recording, speech, "", ())
        if recording.seconds > WHOLE_S_MAX:
            words = tuple(TimedWord(word, None) for word in comparable_words(recording.text))
            return WholeFile(recording, speech, None, words)
        heard = self.recognition.open().recognize(
            recording.samples, language=recording.language, final=True, words=True
        )
        return WholeFile(recording, speech, heard.text, timed(recording.text or heard.text, heard, speech))

    def close(self) -> None:
        """Release both models."""
        self.recognition.close()
        self.voice_activity.close()


def load_engines() -> Engines:
    """Read the environment as the server does, and load what it would."""
    settings = load_settings().settings
    context = EngineContext(
        models_dir=settings.models_dir,
        concurrent_calls=1,
        model=settings.engines.recognition_model,
        report=lambda line: print(line, file=sys.stderr),
    )
    return Engines(
        registry.load_recognition(settings.engines.recognition, context),
        registry.load_voice_activity(settings.engines.voice_activity, context),
    )


def timed(text: str, heard: Hypothesis, speech: tuple[Stretch, ...]) -> tuple[TimedWord, ...]:
    """The words of a text with the ends that a decode of the same speech has for them; none ends after the speech."""
    said = comparable_words(text)
    last_s = speech[-1].end_s if speech else None
    ends: list[float | None] = [None] * len(said)
    pieces = [(piece, word.end_ms / 1000) for word in heard.words for piece in comparable_words(word.text)]
    places = matched(said, [piece for piece, _ in pieces], begun=False)
    for place, (_, end_s) in zip(places, pieces, strict=True):
        if place is not None:
            ends[place] = end_s if last_s is None else min(end_s, last_s)
    return tuple(TimedWord(word, end_s) for word, end_s in zip(said, ends, strict=True))
