"""The settings of the pipelines, with their defaults as measured. Light: reading them imports no model and no numpy."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EndpointingSettings:
    """Thresholds on the probability of voice (0 to 1), and durations of voice and silence."""

    voice_above: float = 0.5
    silence_below: float = 0.35
    """Between the two, speech stays speech and silence stays silence."""

    speech_start_ms: int = 128
    """Voice that makes an utterance: Silero opens none on noise at this."""

    candidate_gap_ms: int = 64
    """Silence that a beginning survives."""

    endpointing_ms: int = 500
    """Silence that ends an utterance."""


@dataclass(frozen=True, slots=True)
class UtteranceSettings:
    """When words settle, and when the detected language does."""

    agreement: int = 2
    held_back_words: int = 1
    doubt_below: float = 0.7
    """Confidence under which a final is heard again together with the utterance right before it."""

    language_settled_ms: int = 2000
    """Audio after which the detected language holds for the utterance: 95 % right for Arabic, 69 % after 1 s."""


@dataclass(frozen=True, slots=True)
class RecognitionSettings:
    """How a stream is cut into utterances, and how often it is heard."""

    endpointing_ms: int = 500
    """Silence that ends an utterance, unless the stream asks for another."""

    speech_start_ms: int = 128
    """Voice that begins one."""

    pre_roll_ms: int = 300
    """Audio before the first voice that belongs to the utterance."""

    speculative_final_ms: int = 200
    """Silence at which the final is made, to be sent at the endpoint; this much audio after the voice belongs to it."""

    partial_interval_ms: int = 400
    """Audio between two partials; a stream that runs behind leaves out those that are overdue."""

    recall_gap_ms: int = 2_000
    """Silence across which an utterance that is in doubt is heard again together with the one before."""

    recall_max_ms: int = 15_000
    """Length of the two together; at most `utterance_max_ms`."""

    utterance_max_ms: int = 18_000
    cut_search_ms: int = 4_000
    """The last part of an utterance that got too long, in which the quietest place becomes the cut."""

    pending_max_ms: int = 300_000
    """Audio that may wait for `step`: the longest file there is."""

    utterance: UtteranceSettings = field(default_factory=UtteranceSettings)
