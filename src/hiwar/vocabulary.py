"""The nouns that every layer shares: formats, voices, requests, words and transcripts. Data only, no behaviour."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

Language = Literal["ar", "en"]
LanguageChoice = Literal["ar", "en", "auto"]

LANGUAGES: tuple[Language, ...] = ("ar", "en")
LANGUAGE_CHOICES: tuple[LanguageChoice, ...] = ("ar", "en", "auto")

DigitStyle = Literal["words", "western", "eastern"]
"""How numbers are written in a transcript: spelled, 0-9, or ٠-٩ where the transcript is Arabic."""

DIGIT_STYLES: tuple[DigitStyle, ...] = ("words", "western", "eastern")

RECOGNITION_SAMPLE_RATES: tuple[int, ...] = (8000, 16000, 22050, 44100, 48000)
"""Rates in Hz that a recognition stream may send."""

SYNTHESIS_SAMPLE_RATES: tuple[int, ...] = (8000, 16000, 22050, 24000, 44100, 48000)
"""Rates in Hz that a synthesis request may ask for."""

MODEL_SAMPLE_RATE = 16000
"""The rate in Hz that recognition and voice activity models hear."""

DEFAULT_VOICE = "Yara"

_OPUS_BYTES_PER_S = 16_000
"""128 kbit/s, more than libopus spends on mono by itself."""


class SpeechFormat(StrEnum):
    """What synthesis can send. PCM is signed 16-bit little-endian mono."""

    PCM = "pcm"
    WAV = "wav"
    OPUS = "opus"
    """In Ogg."""
    MP3 = "mp3"
    AAC = "aac"
    """In ADTS frames."""
    FLAC = "flac"
    MULAW = "mulaw"
    ALAW = "alaw"


class AudioEncoding(StrEnum):
    """What a recognition stream can bring: 16-bit little-endian mono, G.711, or a stream with a header of its own."""

    LINEAR16 = "linear16"
    MULAW = "mulaw"
    ALAW = "alaw"
    OGG_OPUS = "ogg_opus"
    FLAC = "flac"

    def bytes_per_s(self, sample_rate: int) -> int:
        """Size of a second of mono at `sample_rate` Hz on the wire; of compressed audio one hardly ever exceeded."""
        match self:
            case AudioEncoding.LINEAR16 | AudioEncoding.FLAC:
                return 2 * sample_rate
            case AudioEncoding.MULAW | AudioEncoding.ALAW:
                return sample_rate
            case AudioEncoding.OGG_OPUS:
                return _OPUS_BYTES_PER_S
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How synthesised audio leaves the server. `sample_rate` in Hz."""

    encoding: SpeechFormat = SpeechFormat.PCM
    sample_rate: int = 22050


@dataclass(frozen=True, slots=True)
class Voice:
    """A catalogue entry: a public name bound to an engine's own voice, with its honest description."""

    name: str
    language: Language
    languages: tuple[Language, ...]
    gender: Literal["female", "male", "none"]
    engine: str
    engine_voice: str
    model: str
    licence: str
    quality: Literal["basic", "good", "exact"]
    description: str
    streams: Literal["pieces", "segments"] = "segments"
    """Whether the audio of a sentence comes while it is made, or whole."""
    word_timestamps: bool = False
    native_rates: tuple[int, ...] = ()
    """Rates in Hz that need no resampler."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One synthesis request, already checked. `speed` 0.5 to 2.0; `text` 1 to 10,000 characters.

    `text` None means that it arrives piece by piece, apart from this.
    """

    request_id: str
    text: str | None
    voice: str = DEFAULT_VOICE
    format: AudioFormat = AudioFormat()
    speed: float = 1.0
    language: LanguageChoice = "auto"
    word_timestamps: bool = False


@dataclass(frozen=True, slots=True)
class WordTime:
    """A word being spoken; times in ms from the start of the request's audio."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class SynthesisProgress:
    """What the pipeline counted so far: text whose audio was handed over, and time spent by stage, in ms."""

    audio_ms: float = 0.0
    characters: int = 0
    words: int = 0
    text_ms: float = 0.0
    model_ms: float = 0.0
    encode_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class RecognitionConfig:
    """What one recognition stream asked for, already checked."""

    request_id: str
    language: LanguageChoice = "auto"
    sample_rate: int = MODEL_SAMPLE_RATE
    encoding: AudioEncoding = AudioEncoding.LINEAR16
    interim_results: bool = True
    word_timestamps: bool = False
    voice_activity: bool = True
    endpointing_ms: int | None = None
    """Silence that ends an utterance; None leaves it to the server's setting."""
    digits: DigitStyle = "western"
    itn: bool = False
    """Whether finals carry their inverse text normalisation too: spoken numbers as digits."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word; times in ms from the start of the stream, confidence 0 to 1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Voice began. `segment` counts utterances from 0."""

    segment: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an utterance is heard to say so far (`is_final` False), or for good.

    `stable` is a prefix of `text` that no later transcript of this segment changes; in a final it is all of `text`.
    """

    segment: int
    text: str
    stable: str
    confidence: float
    language: Language
    start_ms: int
    end_ms: int
    is_final: bool
    words: tuple[Word, ...] = ()
    itn: str | None = None
    """The text of a final with its spoken numbers as digits, when the stream asked for it."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance's voice ended at `end_ms`; its final transcript, if it has one, came before."""

    segment: int
    end_ms: int


RecognitionEvent = SpeechStarted | Transcript | SpeechEnded
