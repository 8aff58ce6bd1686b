"""The bounds of the serving layer: how much it holds and how long it waits, each with its unit in its name."""

from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from hiwar.protocol.asr_session import AsrSessionLimits
from hiwar.protocol.tts_session import TtsSessionLimits

Count = Annotated[int, Meta(ge=1)]
Milliseconds = Annotated[int, Meta(ge=1)]


Part = Annotated[float, Meta(gt=0, le=1)]


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    """How well streams are to be served, and how much of the machine they may need for it."""

    enabled: bool = True
    """Whether what could not be served well is refused with `server_busy`; false takes all up to the limits."""
    first_audio_ms: Milliseconds = 200
    """From a synthesis request's turn to its first audio, for 95 % of them."""
    partial_lag_ms: Milliseconds = 500
    """From the audio that a partial rests on to the partial, for 95 % of them."""
    utilisation_max: Part = 0.75
    """The part of `engines.threads` that all streams together may need."""
    pressure_from: Part = 0.6
    """The part from which on less is spent on each stream; clients are told by `service_level`."""


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """What the server holds at most, and how long it waits."""

    streams_max: Count = 256
    """Open streams of all kinds; one more is answered `server_busy`."""
    connections_unsigned_max: Count = 512
    """Connections that are still to sign in by their first frame: more than one address may have open, which else
    would keep all others out. They take no stream's place."""
    connections_max: Count = 1024
    """Connections of HTTP and WebSocket, and as many of gRPC, whatever they do; one more is reset at once."""
    connections_per_address_max: Count = 256
    """Of these from one address (IPv6: one /64), gRPC aside; loopback, where a proxy may stand for all, has no such."""
    steps_waiting_max: Count = 1024
    """Engine steps that wait for a thread."""
    requests_queued_max: Count = 16
    """Synthesis requests that wait on one connection."""
    text_chars_max: Annotated[int, Meta(ge=1, le=10_000)] = 10_000
    speech_chars_max: Annotated[int, Meta(ge=1, le=51_200)] = 51_200
    """Length of a text that is asked for over REST."""
    upload_bytes_max: Count = 100_000_000
    """Size of a recording that is sent to be transcribed."""
    upload_audio_max_s: Count = 300
    """Length of such a recording."""
    upload_stall_ms: Milliseconds = 10_000
    """An upload of which nothing comes for so long is given up."""
    upload_timeout_ms: Milliseconds = 600_000
    """How long a whole upload may take."""
    upload_bytes_per_s_min: Count = 2_000
    """An upload that is slower than this on the whole is given up as well, after `upload_stall_ms`."""
    audio_buffered_max_ms: Milliseconds = 30_000
    """Audio received and not yet recognised; past it the server stops reading, and TCP holds the client back."""
    sign_in_timeout_ms: Milliseconds = 10_000
    idle_timeout_ms: Milliseconds = 300_000
    stalled_audio_ms: Milliseconds = 2_000
    """Real time without audio, behind what was sent, at which an utterance ends."""
    send_timeout_ms: Milliseconds = 30_000
    """A client that takes nothing for so long is cut off."""
    drain_timeout_ms: Milliseconds = 20_000
    """How long streams under way may go on after SIGTERM."""

    def tts_session(self) -> TtsSessionLimits:
        """The part that a synthesis connection is bound by."""
        return TtsSessionLimits(
            text_chars_max=self.text_chars_max,
            requests_queued_max=self.requests_queued_max,
            sign_in_timeout_ms=self.sign_in_timeout_ms,
            idle_timeout_ms=self.idle_timeout_ms,
        )

    def speech_request(self) -> TtsSessionLimits:
        """What one request over REST is bound by: a session of its own, which is over when it is answered."""
        return replace(self.tts_session(), text_chars_max=self.speech_chars_max)

    def asr_session(self) -> AsrSessionLimits:
        """The part that a recognition connection is bound by."""
        return AsrSessionLimits(
            sign_in_timeout_ms=self.sign_in_timeout_ms,
            idle_timeout_ms=self.idle_timeout_ms,
            stalled_audio_ms=self.stalled_audio_ms,
        )
