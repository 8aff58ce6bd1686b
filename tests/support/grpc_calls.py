"""gRPC as a client writes it: the top-level modules of the protos, a plain channel and iterators of requests."""

import contextlib
import queue
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

import asr_pb2
import asr_pb2_grpc
import tts_pb2
import tts_pb2_grpc
from support.serving import WAIT_S, LiveServer

CHUNK_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Services:
    """Stubs of both services on one channel, and the metadata to call them with."""

    channel: grpc.Channel
    asr: asr_pb2_grpc.SpeechRecognitionStub
    tts: tts_pb2_grpc.TextToSpeechStub
    metadata: tuple[tuple[str, str], ...]
    sendings: "list[Sending]" = field(default_factory=list)

    def sending(self, *requests: Any) -> "Sending":
        """Requests that a test sends one by one; they end with the connection, behind its close."""
        self.sendings.append(Sending(*requests))
        return self.sendings[-1]


@contextlib.contextmanager
def services(
    server: LiveServer, target: str | None = None, options: Sequence[tuple[str, int]] = ()
) -> Iterator[Services]:
    """A connection of its own to the server, or to what hands it on."""
    own = ("grpc.use_local_subchannel_pool", 1)
    with grpc.insecure_channel(target or server.grpc_target, [own, *options]) as channel:
        client = Services(
            channel,
            asr_pb2_grpc.SpeechRecognitionStub(channel),
            tts_pb2_grpc.TextToSpeechStub(channel),
            (("x-api-key", server.key),),
        )
        try:
            yield client
        finally:
            channel.close()
            for sending in client.sendings:
                sending.send(None)


class Sending:
    """Requests that a test sends one by one, for a call to iterate over; None ends them."""

    def __init__(self, *requests: Any) -> None:
        self._queue: queue.Queue[Any] = queue.Queue()
        for request in requests:
            self._queue.put(request)

    def send(self, request: Any) -> None:
        self._queue.put(request)

    def __iter__(self) -> "Sending":
        return self

    def __next__(self) -> Any:
        request = self._queue.get(timeout=WAIT_S)
        if request is None:
            raise StopIteration
        return request


def recognition(audio: bytes, config: asr_pb2.RecognitionConfig | None = None) -> Iterator[asr_pb2.RecognizeRequest]:
    """The requests for a whole recording."""
    yield asr_pb2.RecognizeRequest(config=config or asr_pb2.RecognitionConfig())
    for start in range(0, len(audio), CHUNK_BYTES):
        yield asr_pb2.RecognizeRequest(audio_content=audio[start : start + CHUNK_BYTES])


def synthesis(*pieces: str, config: tts_pb2.SynthesisConfig | None = None) -> Iterator[tts_pb2.SynthesizeRequest]:
    """The requests for a text in pieces."""
    yield tts_pb2.SynthesizeRequest(config=config or tts_pb2.SynthesisConfig())
    for piece in pieces:
        yield tts_pb2.SynthesizeRequest(text=piece)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed."""

    status: grpc.StatusCode
    sentence: str
    initial: dict[str, str]
    trailing: dict[str, str]


def failure(call: Any) -> Failure:
    """Read a call of a stream to its end, which must be an error."""
    try:
        for _ in call:
            pass
    except grpc.RpcError:
        return Failure(call.code(), call.details(), dict(call.initial_metadata()), dict(call.trailing_metadata()))
    raise AssertionError("the call did not fail")
