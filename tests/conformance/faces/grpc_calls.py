"""The server over gRPC: a synthesis request is a call, and so is a recognition stream."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any

import grpc
from golden.faces import Face
from golden.replay import ACCEPTED, Answered, Ended, Peer
from golden.sign_in import TTS

from faces import grpc_forms
from grpc_service.protos import asr_pb2, asr_pb2_grpc, tts_pb2, tts_pb2_grpc
from hiwar.errors import STATUS, ErrorCode, HiwarError
from hiwar.transports.rest.errors import error_response
from support.serving import WAIT_S

_REQUEST_ID = "x-request-id"


class _Call:
    """A call of two streams. What it ended with is told as an `error`."""

    def __init__(self, method: Callable[..., Any], headers: Mapping[str, str], request_id: str | None) -> None:
        self._requests: SimpleQueue[Any] = SimpleQueue()
        given = {name.lower(): value for name, value in headers.items()}
        metadata = [*given.items(), *([(_REQUEST_ID, request_id)] if request_id is not None else [])]
        self._call = method(iter(self._requests.get, None), metadata=metadata, timeout=WAIT_S)
        self.failed: HiwarError | None = None

    @property
    def request_id(self) -> str:
        """That of the call, as the server says it. Waits for the head of the answer."""
        return _values(self._call.initial_metadata())[_REQUEST_ID]

    @property
    def trailing(self) -> Mapping[str, str]:
        """The metadata behind the last response."""
        return _values(self._call.trailing_metadata())

    def send(self, request: Any) -> None:
        self._requests.put(request)

    def half_close(self) -> None:
        self._requests.put(None)

    def receive(self) -> Any:
        """The next response; None at the end."""
        try:
            return next(self._call)
        except StopIteration:
            assert self.trailing[_REQUEST_ID] == self.request_id
            return None
        except grpc.RpcError:
            code = ErrorCode(self.trailing["x-error-code"])
            assert self._call.code().name == STATUS[code].grpc
            assert ("retry-after" in self.trailing) == STATUS[code].retryable
            self.failed = HiwarError(code, self._call.details())
            return None

    def error(self) -> dict[str, Any]:
        """What it failed with, as a message."""
        assert self.failed is not None
        return {
            "type": "error",
            "code": str(self.failed.code),
            "message": self.failed.message,
            "retryable": "retry-after" in self.trailing,
            "request_id": self.trailing[_REQUEST_ID],
        }

    def close(self) -> None:
        self.half_close()
        self._call.cancel()


class GrpcDialer:
    """Makes calls to one server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._speech = tts_pb2_grpc.TextToSpeechStub(channel)
        self._recognition = asr_pb2_grpc.SpeechRecognitionStub(channel)

    @property
    def face(self) -> Face:
        return Face.GRPC

    def open(self, path: str, query: str, headers: Mapping[str, str]) -> tuple[Answered, Peer | None]:
        if path == TTS:
            return Answered(ACCEPTED, None), _SpeechPeer(self._speech, headers)
        call = self._recognize(query, headers)
        return Answered(ACCEPTED, {_REQUEST_ID: call.request_id}), _RecognitionPeer(call)

    def refused(self, path: str, query: str, headers: Mapping[str, str]) -> Answered:
        if path == TTS:
            call = _Call(self._speech.Synthesize, headers, None)
            call.send(tts_pb2.SynthesizeRequest(config=tts_pb2.SynthesisConfig()))
        else:
            call = self._recognize(query, headers)
        call.half_close()
        while call.receive() is not None:
            pass
        assert call.failed is not None, "the call was served"
        status = call.failed.status.http
        return Answered(status, call.trailing, bytes(error_response(call.failed).body))

    def _recognize(self, query: str, headers: Mapping[str, str]) -> _Call:
        request_id = grpc_forms.request_id_in(query)
        call = _Call(self._recognition.Recognize, headers, request_id)
        call.send(asr_pb2.RecognizeRequest(config=grpc_forms.recognition_config(query)))
        return call


class _RecognitionPeer:
    """One call, which is one stream."""

    def __init__(self, call: _Call) -> None:
        self._call = call
        self._end: Ended | None = None

    def send(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._call.send(asr_pb2.RecognizeRequest(audio_content=frame))
            return
        match json.loads(frame)["type"]:
            case "finish":
                self._call.half_close()
            case "finalize":
                self._call.send(asr_pb2.RecognizeRequest(finalize=asr_pb2.Finalize()))
            case "keepalive":
                self._call.send(asr_pb2.RecognizeRequest(audio_content=b""))
            case "config":
                self._call.send(asr_pb2.RecognizeRequest(config=asr_pb2.RecognitionConfig()))

    def receive(self) -> str | bytes | Ended:
        if self._end is not None:
            return self._end
        response = self._call.receive()
        if response is not None:
            return json.dumps(grpc_forms.recognition_message(response, self._call.request_id))
        failed = self._call.failed
        if failed is None:
            self._end = Ended(1000, "done")
            return self._end
        self._end = Ended(failed.status.websocket_close, failed.code)
        return json.dumps(self._call.error())

    def close(self) -> None:
        self._call.close()


class _SpeechPeer:
    """Calls one after another, a request each."""

    def __init__(self, stub: tts_pb2_grpc.TextToSpeechStub, headers: Mapping[str, str]) -> None:
        self._stub = stub
        self._headers = headers
        self._call: _Call | None = None
        self._described = False
        self._told: deque[dict[str, Any] | bytes] = deque()
        self._last: Ended | None = None

    def send(self, frame: str | bytes) -> None:
        assert isinstance(frame, str)
        fields = json.loads(frame)
        call = self._call or self._begin(fields)
        for request in grpc_forms.speech_requests(fields):
            if request is None:
                call.half_close()
            else:
                call.send(request)

    def _begin(self, fields: Mapping[str, Any]) -> _Call:
        self._call = _Call(self._stub.Synthesize, self._headers, fields.get("request_id"))
        self._described = False
        return self._call

    def receive(self) -> str | bytes | Ended:
        while not self._told:
            if self._call is None:
                assert self._last is not None, "nothing was asked"
                return self._last
            self._hear(self._call)
        told = self._told.popleft()
        return told if isinstance(told, bytes) else json.dumps(told)

    def _hear(self, call: _Call) -> None:
        response = call.receive()
        if response is not None:
            self._told += grpc_forms.speech_messages(response, call.request_id, first=not self._described)
            self._described = self._described or response.HasField("metadata")
        if response is None or response.is_final:
            self._over(call)

    def _over(self, call: _Call) -> None:
        self._call = None
        assert call.failed is not None or call.receive() is None, "a response behind the last one"
        if call.failed is not None:
            self._told.append(call.error())
            self._last = Ended(call.failed.status.websocket_close, call.failed.code)

    def close(self) -> None:
        if self._call is not None:
            self._call.close()


def _values(metadata: Any) -> dict[str, str]:
    return dict(metadata or ())
