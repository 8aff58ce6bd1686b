"""The settings of the pipelines, with their defaults as measured. Light: reading them imports no model and no numpy."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta


@dataclass(frozen=True, slots=True)
class EndpointingSettings:
    """Thresholds on the probability of voice (0 to 1), and durations of voice and silence."""

    speech_start_ms: int
    """Voice that makes an utterance."""

    endpointing_ms: int
    """Silence that ends an utterance."""

    voice_above: float = 0.5
    silence_below: float = 0.35
    """Between the two, speech stays speech and silence stays silence."""

    candidate_gap_ms: int = 64
    """Silence that a beginning survives."""


@dataclass(frozen=True, slots=True)
class UtteranceSettings:
    """When words and the detected language settle, and what counts as doubt."""

    agreement: Annotated[int, Meta(ge=2, le=10)] = 3
    """Transcripts in a row that must agree on a word. With 2 of them, or at once, words settle wrong too often."""

    held_back_words: Annotated[int, Meta(ge=0, le=10)] = 1
    """Words at the end of every transcript that cannot settle: the audio under them may be cut."""

    sure_from: Annotated[float, Meta(ge=0, le=1)] = 0.5
    """Confidence of a word from which on it can settle, where the engine tells it."""

    settled_after_ms: Annotated[int, Meta(ge=0, le=10000)] = 2000
    """Audio before which nothing settles when the language is to be found: after 1 s it is right for 69 % of Arabic,
    after 2 s for 95 %."""

    doubt_below: Annotated[float, Meta(ge=0, le=1)] = 0.7
    """Confidence under which a final is heard again together with the utterance right before it."""


@dataclass(frozen=True, slots=True)
class TurnHintSettings:
    """How an end-of-turn engine, where one is set, shortens or lengthens the silence that ends an utterance."""

    sure_above: Annotated[float, Meta(ge=0, le=1)] = 0.9
    """Probability of the turn's end above which the shorter silence is enough."""

    doubt_below: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Probability under which the longer one is waited for."""

    sure_endpointing_ms: Annotated[int, Meta(ge=100, le=500)] = 300
    """The shorter silence, where 500 ms are asked for; others are shortened in proportion."""

    doubt_endpointing_ms: Annotated[int, Meta(ge=500, le=5000)] = 800
    """The longer silence, where 500 ms are asked for; others are lengthened in proportion."""

    audio_min_ms: Annotated[int, Meta(ge=0, le=8000)] = 2000
    """Length of an utterance up to which the hint does not count: of less audio the model knows too little."""


@dataclass(frozen=True, slots=True)
class SynthesisSettings:
    """How long text that arrives piece by piece is held, and how far ahead of playback a stream is computed."""

    text_wait_ms: Annotated[int, Meta(ge=0, le=10000)] = 300
    """Wait for the rest of a sentence before its beginning is spoken; while there is audio left to play, longer."""

    ahead_max_ms: Annotated[int, Meta(ge=0, le=3600000)] = 0
    """How far ahead of its playback a stream is computed at the most, idle machine or not; 0 sets no bound. When others
    wait, who has less audio left to play goes first, whatever is set here."""

    ahead_reduced_ms: Annotated[int, Meta(ge=500, le=3600000)] = 3_000
    """The same under pressure, when less is spent on each stream."""


@dataclass(frozen=True, slots=True)
class RecognitionSettings:
    """How a stream is cut into utterances, and how often it is heard."""

    endpointing_ms: Annotated[int, Meta(ge=100, le=5000)] = 500
    """Silence that ends an utterance, unless the stream asks for another."""

    speech_start_ms: Annotated[int, Meta(ge=32, le=1000)] = 128
    """Voice that begins one: Silero opens none on noise at this."""

    pre_roll_ms: Annotated[int, Meta(ge=0, le=1000)] = 300
    """Audio before the first voice that belongs to the utterance."""

    speculative_final_ms: Annotated[int, Meta(ge=64, le=1000)] = 200
    """Silence at which the final is made, to be sent at the endpoint; this much audio after the voice belongs to it."""

    first_partial_ms: Annotated[int, Meta(ge=32, le=2000)] = 200
    """Audio after the beginning of the voice at which the first partial is made; after one without words, the next."""

    partial_interval_ms: Annotated[int, Meta(ge=100, le=10000)] = 300
    partial_interval_max_ms: Annotated[int, Meta(ge=100, le=10000)] = 500
    """Audio from one partial to the next: the first when the machine is idle, up to the second when it is not."""

    partial_interval_reduced_ms: Annotated[int, Meta(ge=100, le=10000)] = 1_000
    """The same under pressure, when less is spent on each stream."""

    recall_gap_ms: Annotated[int, Meta(ge=0, le=10000)] = 2_000
    """Silence across which an utterance that is in doubt is heard again together with the one before."""

    recall_max_ms: Annotated[int, Meta(ge=0, le=25000)] = 15_000
    """Most length of the two together, within `utterance_max_ms`."""

    utterance_max_ms: Annotated[int, Meta(ge=5000, le=25000)] = 18_000
    """Length at which speech that does not pause is cut; well under what the engine hears at once (Whisper: 30 s)."""

    cut_search_ms: Annotated[int, Meta(ge=500, le=10000)] = 4_000
    """The last part of such an utterance, half of it at most, in which the quietest place becomes the cut."""

    pending_max_ms: Annotated[int, Meta(ge=1000, le=3600000)] = 300_000
    """Audio that may wait for `step`: the longest file there is."""

    utterance: UtteranceSettings = field(default_factory=UtteranceSettings)
    turn: TurnHintSettings = field(default_factory=TurnHintSettings)
