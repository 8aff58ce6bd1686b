"""Which conversations a face can carry: each step is tried against the forms that the face has, without a server."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from golden.faces import CannotCarryError, Face
from golden.sign_in import ASR, TTS
from golden.steps import Close, Closed, Conversation, Expect, Hear, Open, Refused, Say, Sound, Step, Until

from faces import grpc_forms, rest_forms


def why_not(face: Face, conversation: Conversation) -> str | None:
    """Why this face cannot carry the conversation; None when it can."""
    if conversation.faces is not None and face not in conversation.faces:
        return conversation.because
    if face in {Face.MEMORY, Face.WEBSOCKET}:
        return None
    plan = _Calls() if face is Face.GRPC else _Requests()
    try:
        for step, following in pairwise((*conversation.steps, None)):
            if step is not None:
                plan.take(step, following)
    except CannotCarryError as reason:
        return str(reason)
    return None


@dataclass
class _Plan:
    """What both faces have in common: one exchange at a time, signed in by headers."""

    path: str = ""
    unanswered: bool = False
    writing: bool = False

    def take(self, step: Step, following: Step | None) -> None:
        match step:
            case Open() | Refused():
                self._opens(step)
            case Say():
                if isinstance(step.message, str):
                    raise CannotCarryError("messages are not JSON text")
                self._say(step.message)
            case Sound():
                self._sound(step)
            case Expect():
                self._expect(step.fields, following)
            case Until():
                self._expect(step.fields, following)
            case Hear() | Closed() | Close():
                pass

    def _opens(self, step: Open | Refused) -> None:
        if step.path not in {TTS, ASR}:
            raise CannotCarryError("there is one way to each service")
        if {"api_key", "token"} & dict(parse_qsl(step.query)).keys():
            raise CannotCarryError("credentials are headers, or metadata")
        self.path, self.unanswered, self.writing = step.path, step.path == ASR, step.path == ASR
        if not step.headers and isinstance(step, Open):
            raise CannotCarryError("nobody is let in to sign in later")

    def _say(self, fields: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _sound(self, step: Sound) -> None:
        if self.path == TTS:
            raise CannotCarryError("a synthesis request has no audio")
        if not self.writing:
            raise CannotCarryError("nothing comes behind the end of a request")

    def _expect(self, fields: Mapping[str, Any], following: Step | None) -> None:
        match fields.get("type"):
            case "synthesis_complete":
                self.unanswered = self.writing = False
            case "error":
                self._fails(following)

    def _fails(self, following: Step | None) -> None:
        if not self.unanswered:
            raise CannotCarryError("who asks nothing is told nothing")
        completes = isinstance(following, Expect) and following.fields.get("type") == "synthesis_complete"
        if not (following is None or completes or isinstance(following, Closed)):
            raise CannotCarryError("an error ends the exchange")


@dataclass
class _Calls(_Plan):
    """Over gRPC."""

    configured: bool = False
    request_id: str | None = None

    def _opens(self, step: Open | Refused) -> None:
        super()._opens(step)
        if step.path == ASR:
            grpc_forms.recognition_config(step.query)

    def _say(self, fields: Mapping[str, Any]) -> None:
        if self.path == ASR:
            if not self.writing:
                raise CannotCarryError("nothing comes behind the end of a request")
            if fields.get("type") not in ("finalize", "finish", "keepalive", "config"):
                raise CannotCarryError("a request is one of the four that the call has")
            self.writing = fields["type"] != "finish"
            return
        grpc_forms.speech_requests(fields)
        kind = fields.get("type")
        if kind in (None, "start") and self.unanswered:
            raise CannotCarryError("calls do not wait for each other")
        if kind in (None, "start"):
            self.configured, self.request_id = True, fields.get("request_id")
        elif not self.unanswered:
            if kind in ("cancel", "finish"):
                raise CannotCarryError("a call that is not there has no end")
            self.configured = False
        elif not self.writing:
            raise CannotCarryError("nothing comes behind the end of a request")
        if kind == "cancel" and fields.get("request_id", self.request_id) != self.request_id:
            raise CannotCarryError("a cancel is that of its call")
        self.unanswered, self.writing = True, kind not in (None, "finish")

    def _fails(self, following: Step | None) -> None:
        if self.path == ASR or self.configured or not self.unanswered:
            super()._fails(following)
        self.unanswered = False


@dataclass
class _Requests(_Plan):
    """Over REST."""

    def _opens(self, step: Open | Refused) -> None:
        super()._opens(step)
        if step.path == ASR:
            rest_forms.transcription_fields(step.query)

    def _say(self, fields: Mapping[str, Any]) -> None:
        if self.path == ASR:
            if fields.get("type") != "finish" or not self.writing:
                raise CannotCarryError("a recording comes whole")
            self.writing = False
            return
        rest_forms.speech_body(fields)
        if self.unanswered:
            raise CannotCarryError("requests do not wait for each other")
        self.unanswered = True

    def _expect(self, fields: Mapping[str, Any], following: Step | None) -> None:
        if self.path == ASR and self.writing and fields.get("type") != "ready":
            raise CannotCarryError("a recording comes whole")
        if fields.get("type") in {"partial", "word_timestamps", "flushed"}:
            raise CannotCarryError("a response has no place for it")
        super()._expect(fields, following)
