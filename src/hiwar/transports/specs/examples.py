"""An example or two of each message, in Arabic and in English: values of the very structs, so that they stay true."""

from collections.abc import Mapping

import msgspec

from hiwar.errors import STATUS, ErrorCode
from hiwar.protocol.messages import (
    Cancel,
    Cancelled,
    Done,
    ErrorEvent,
    Final,
    Finalize,
    Finish,
    Flush,
    Flushed,
    KeepAlive,
    Partial,
    Ready,
    ServiceLevel,
    SignIn,
    SpeechEndedEvent,
    SpeechStartedEvent,
    Start,
    SynthesisComplete,
    SynthesisStarted,
    Synthesize,
    Text,
    WordSpoken,
    WordTimestamps,
    WordTiming,
)
from hiwar.vocabulary import AudioEncoding, SpeechFormat

ARABIC = "أهلاً بك، كيف يمكنني مساعدتك؟"
ENGLISH = "Your balance is $25.50."
KEY = "hiwar_0123456789abcdef"

_ARABIC_WORDS = (WordTiming("أهلا", 320, 700, 0.97), WordTiming("بك", 700, 960, 0.95))
_ENGLISH_WORDS = (WordTiming("good", 200, 420, 0.98), WordTiming("morning", 420, 860, 0.96))

MESSAGES: Mapping[type[msgspec.Struct], tuple[msgspec.Struct, ...]] = {
    SignIn: (SignIn(api_key=KEY), SignIn(token=KEY)),
    Synthesize: (
        Synthesize(ARABIC),
        Synthesize(
            ENGLISH, voice="Yara_en", format=SpeechFormat.MULAW, sample_rate=8000, language="en", request_id="call-17"
        ),
    ),
    Start: (Start(request_id="turn-1"), Start(voice="Yara_en", language="en", word_timestamps=True)),
    Text: (Text("أهلاً بك، "), Text("How can I ")),
    Flush: (Flush(),),
    Finish: (Finish(),),
    Cancel: (Cancel(), Cancel(request_id="turn-1")),
    Finalize: (Finalize(),),
    KeepAlive: (KeepAlive(),),
    SynthesisStarted: (
        SynthesisStarted("k3v9x2ma", "Yara", SpeechFormat.PCM, 22050),
        SynthesisStarted("call-17", "Yara_en", SpeechFormat.MULAW, 8000),
    ),
    WordTimestamps: (
        WordTimestamps("k3v9x2ma", (WordSpoken("أهلاً", 60, 480), WordSpoken("بك،", 480, 760))),
        WordTimestamps("call-17", (WordSpoken("Your", 40, 210), WordSpoken("balance", 210, 640))),
    ),
    Flushed: (Flushed("turn-1", audio_ms=760, characters=10, words=2),),
    SynthesisComplete: (
        SynthesisComplete("k3v9x2ma", "ok", audio_ms=2180, characters=29, words=5, ttfc_ms=21.4, model_ms=88.0),
        SynthesisComplete("turn-1", "cancelled", audio_ms=760, characters=10, words=2, ttfc_ms=19.8),
        SynthesisComplete("call-17", "failed"),
    ),
    Cancelled: (Cancelled(("turn-1",)),),
    ErrorEvent: (
        ErrorEvent(
            ErrorCode.INVALID_VOICE,
            "voice must be one of: Yara, Nouf, Atheer, Yara_en.",
            STATUS[ErrorCode.INVALID_VOICE].retryable,
            "call-17",
        ),
    ),
    Ready: (
        Ready("k3v9x2ma", "auto", 16000, AudioEncoding.LINEAR16, interim_results=True),
        Ready("call-17", "en", 8000, AudioEncoding.MULAW, interim_results=False),
    ),
    SpeechStartedEvent: (SpeechStartedEvent("k3v9x2ma", 0, 320),),
    Partial: (
        Partial("k3v9x2ma", 0, "أهلا بك", "أهلا", 0.93, "ar", 320, 960, 140),
        Partial("call-17", 0, "good morn", "good", 0.9, "en", 200, 700, 140),
    ),
    Final: (
        Final("k3v9x2ma", 0, "أهلا بك", 0.96, "ar", 320, 960, 180, words=_ARABIC_WORDS),
        Final("call-17", 0, "good morning", 0.97, "en", 200, 860, 180, words=_ENGLISH_WORDS, itn="good morning"),
    ),
    SpeechEndedEvent: (SpeechEndedEvent("k3v9x2ma", 0, 960),),
    ServiceLevel: (
        ServiceLevel("reduced", "k3v9x2ma", partial_interval_ms=1000),
        ServiceLevel("full", "k3v9x2ma", partial_interval_ms=300),
    ),
    Done: (Done("k3v9x2ma", audio_ms=2400, segments=1),),
}
