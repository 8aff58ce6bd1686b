"""The server's side of a recognition conversation as a state machine. Time is an argument, effects are returned.

It orders messages and counts results; what the audio says is the pipeline's business.
It never raises on what a peer sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import (
    GOING_AWAY,
    NORMAL_CLOSURE,
    AsrEffect,
    CheckCredentials,
    Close,
    EndStream,
    EndUtterance,
    FeedAudio,
    Send,
    error_event,
    fatal,
)
from hiwar.protocol.json_codec import decode_object
from hiwar.protocol.messages import (
    Done,
    Final,
    Partial,
    Ready,
    ServiceLevel,
    SpeechEndedEvent,
    SpeechStartedEvent,
    WordTiming,
)
from hiwar.protocol.refusals import frame_too_large, going_away, sign_in_again, unauthorized, unknown_control
from hiwar.protocol.sign_in import credential_in, first_frame
from hiwar.protocol.transitions import ASR, NOT_SIGNED_IN, Input, State
from hiwar.vocabulary import RecognitionConfig, RecognitionEvent, SpeechEnded, SpeechStarted, Transcript, Word

Effects = tuple[AsrEffect, ...]


@dataclass(frozen=True, slots=True)
class AsrSessionLimits:
    """Bounds of one recognition connection."""

    sign_in_timeout_ms: int
    idle_timeout_ms: int
    stalled_audio_ms: int
    """Real time without audio, behind what was sent, at which the utterance ends: some clients send only speech."""
    audio_frame_bytes_max: int = 8 * 1024 * 1024
    """Clients may send a recording in few frames: at 48 kHz this is 87 s."""
    text_frame_chars_max: int = 16_384


_AHEAD_MAX_S = 10.0
"""How far audio that comes in bursts may reach ahead of real time and still count as a steady stream."""


class AsrServerSession:
    """One recognition connection. `now` is in seconds of any monotonic clock.

    Of a recording all has come before it is received here: a server that stops still hears it to its end.
    """

    def __init__(
        self, config: RecognitionConfig, *, limits: AsrSessionLimits, now: float, is_recording: bool = False
    ) -> None:
        self.state = State.SIGNING_IN
        self.config = config
        self._limits = limits
        self._last_activity_s = now
        self._first_frame = True
        self._is_recording = is_recording
        self._stopping = False
        self._segments = 0
        self._heard_until_s: float | None = None

    # -- waits -------------------------------------------------------------------------------------------------

    @property
    def deadline_s(self) -> float | None:
        """When `tick` must be called at the latest; None while everything pending is being answered."""
        if self.state is State.SIGNING_IN:
            return self._last_activity_s + self._limits.sign_in_timeout_ms / 1000
        if self.state is not State.OPEN:
            return None
        idle_s = self._last_activity_s + self._limits.idle_timeout_ms / 1000
        return idle_s if self._stalled_s is None else min(idle_s, self._stalled_s)

    @property
    def _stalled_s(self) -> float | None:
        """When the audio counts as stalled; None when none came since it last did."""
        return None if self._heard_until_s is None else self._heard_until_s + self._limits.stalled_audio_ms / 1000

    def tick(self, now: float) -> Effects:
        """Answer a deadline that has passed."""
        if self.deadline_s is None or now < self.deadline_s:
            return ()
        if self.state is State.SIGNING_IN:
            return self._break(unauthorized())
        if self._stalled_s is not None and now >= self._stalled_s:
            self._heard_until_s = None
            return (EndUtterance(),)
        message = 'No audio came for too long; send {"type": "keepalive"} while there is none.'
        return self._break(HiwarError(ErrorCode.IDLE_TIMEOUT, message))

    def resumed(self, now: float) -> None:
        """Nothing was read from the peer until now, for want of room: that silence was not the peer's."""
        self._last_activity_s = now
        if self._heard_until_s is not None:
            self._heard_until_s = max(now, self._heard_until_s)

    # -- signing in --------------------------------------------------------------------------------------------

    def signed_in(self, now: float) -> Effects:
        """The credential is good: say what the stream will hear."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.ACCEPTED)
        self._last_activity_s = now
        config = self.config
        ready = Ready(config.request_id, config.language, config.sample_rate, config.encoding, config.interim_results)
        return (Send(ready),)

    def refused(self, error: HiwarError) -> Effects:
        """The credential is bad, or its key may not use this service."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.REFUSED)
        return fatal(error, self.config.request_id)

    # -- what the peer sends -----------------------------------------------------------------------------------

    def receive_binary(self, frame: bytes, now: float) -> Effects:
        """A binary frame came in."""
        if self.state is State.CLOSED:
            return ()
        self._last_activity_s = now
        self._first_frame = False
        if self.state in NOT_SIGNED_IN:
            return self._break(unauthorized())
        if len(frame) > self._limits.audio_frame_bytes_max:
            return self._break(frame_too_large(self._limits.audio_frame_bytes_max, "bytes"))
        if self.state is State.FINISHING:
            return self._late()
        if not frame:
            return ()
        seconds = len(frame) / self.config.encoding.bytes_per_s(self.config.sample_rate)
        self._heard_until_s = min(max(now, self._heard_until_s or now) + seconds, now + _AHEAD_MAX_S)
        return (FeedAudio(frame),)

    def receive_text(self, frame: str, now: float) -> Effects:
        """A text frame came in: a sign-in, or a control message."""
        if self.state is State.CLOSED:
            return ()
        self._last_activity_s = now
        first, self._first_frame = self._first_frame, False
        if len(frame) > self._limits.text_frame_chars_max:
            return self._break(frame_too_large(self._limits.text_frame_chars_max, "characters"))
        if self.state in NOT_SIGNED_IN:
            return self._receive_credentials(frame)
        try:
            fields = decode_object(frame)
        except HiwarError:
            return (error_event(unknown_control(), self.config.request_id),)
        if credential_in(fields) is not None:
            # Signed in by header or query already: those come first, and the frame is not needed.
            return () if first else (error_event(sign_in_again(), self.config.request_id),)
        return self._control(fields.get("type"))

    def receive_fields(self, fields: Mapping[str, object], now: float) -> Effects:
        """A control message came in that the transport has taken apart itself, having signed in before."""
        if self.state is State.CLOSED:
            return ()
        self._last_activity_s = now
        return self._break(unauthorized()) if self.state in NOT_SIGNED_IN else self._control(fields.get("type"))

    def peer_closed(self) -> Effects:
        """The connection is gone: nobody waits for a result."""
        if self.state is not State.CLOSED:
            self._to(Input.PEER_CLOSED)
        return ()

    def end(self, error: HiwarError) -> Effects:
        """The server breaks off."""
        return () if self.state is State.CLOSED else self._break(error)

    def drain(self) -> Effects:
        """The server is about to stop: what was heard so far is answered, then the connection closes."""
        if self.state in NOT_SIGNED_IN:
            return self._break(going_away())
        if self._is_recording or self.state is not State.OPEN:
            return ()  # what the client finished itself ends as it would have
        self._stopping = True
        self._to(Input.FINISH)
        return (EndStream(),)

    # -- what the pipeline says --------------------------------------------------------------------------------

    def recognized(self, event: RecognitionEvent, *, audio_received_s: float, now: float) -> Effects:
        """Something was heard. `audio_received_s` is when the last audio that it rests on had arrived."""
        if self.state is State.CLOSED:
            return ()
        request_id = self.config.request_id
        match event:
            case SpeechStarted():
                return (Send(SpeechStartedEvent(request_id, event.segment, event.start_ms)),)
            case SpeechEnded():
                return (Send(SpeechEndedEvent(request_id, event.segment, event.end_ms)),)
            case Transcript():
                return (Send(self._result(event, max(0, round((now - audio_received_s) * 1000)))),)
            case _:
                assert_never(event)

    def service_level(self, *, reduced: bool, partial_interval_ms: int) -> Effects:
        """So much is spent on the stream from now on."""
        if self.state is State.CLOSED:
            return ()
        level = ServiceLevel("reduced" if reduced else "full", self.config.request_id, partial_interval_ms)
        return (Send(level),)

    def completed(self, audio_ms: int) -> Effects:
        """Everything pending has been answered."""
        if self.state is State.CLOSED:
            return ()
        self._to(Input.COMPLETED)
        done = Send(Done(self.config.request_id, audio_ms, self._segments))
        if self._stopping:
            return (
                error_event(going_away(), self.config.request_id),
                done,
                Close(GOING_AWAY, "server is stopping"),
            )
        return done, Close(NORMAL_CLOSURE, "done")

    def failed(self, error: HiwarError) -> Effects:
        """The pipeline cannot go on with this stream."""
        return () if self.state is State.CLOSED else self._break(error)

    # -- inside ------------------------------------------------------------------------------------------------

    def _to(self, moved: Input) -> None:
        self.state = ASR[self.state, moved]

    def _break(self, error: HiwarError) -> Effects:
        self._to(Input.BROKEN)
        return fatal(error, self.config.request_id)

    def _receive_credentials(self, frame: str) -> Effects:
        try:
            if self.state is State.CHECKING:
                raise unauthorized()
            credential, _ = first_frame(frame)
        except HiwarError as error:
            return self._break(error)
        self._to(Input.CREDENTIALS)
        return (CheckCredentials(credential),)

    def _control(self, kind: object) -> Effects:
        if kind == "keepalive":
            return ()
        if kind not in ("finalize", "finish"):  # not a set: what a client sends may not be hashable
            return (error_event(unknown_control(), self.config.request_id),)
        if self.state is State.FINISHING:
            return self._late()
        if kind == "finalize":
            return (EndUtterance(),)
        self._to(Input.FINISH)
        return (EndStream(),)

    def _late(self) -> Effects:
        """Audio or a control after `finish`: refused once the stream has ended, harmless while the server stops."""
        if self._stopping:
            return ()
        message = "The stream was finished; open a new one for more audio."
        return (error_event(HiwarError(ErrorCode.PROTOCOL_VIOLATION, message), self.config.request_id),)

    def _result(self, transcript: Transcript, lag_ms: int) -> Partial | Final:
        request_id, confidence = self.config.request_id, round(transcript.confidence, 3)
        if not transcript.is_final:
            return Partial(
                request_id=request_id,
                segment=transcript.segment,
                transcript=transcript.text,
                stable=transcript.stable,
                confidence=confidence,
                language=transcript.language,
                start_ms=transcript.start_ms,
                end_ms=transcript.end_ms,
                audio_to_emit_ms=lag_ms,
            )
        self._segments += 1
        return Final(
            request_id=request_id,
            segment=transcript.segment,
            transcript=transcript.text,
            confidence=confidence,
            language=transcript.language,
            start_ms=transcript.start_ms,
            end_ms=transcript.end_ms,
            audio_to_emit_ms=lag_ms,
            words=_timings(transcript.words) if self.config.word_timestamps else None,
            itn=transcript.itn,
        )


def _timings(words: tuple[Word, ...]) -> tuple[WordTiming, ...]:
    return tuple(WordTiming(word.text, word.start_ms, word.end_ms, round(word.confidence, 3)) for word in words)
