import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from queue import SimpleQueue
from typing import Any, TypeVar

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from hiwar.client import AsyncClient, Speech
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.messages import Flushed, WordSpoken
from support.scripted_server import COMPLETE, STARTED, scripted_server
from support.serving import WAIT_S

REFUSED_PIECE = (
    '{"type": "error", "code": "text_too_long", "message": "Too long; start another.", "retryable": false,'
    ' "request_id": "speech"}'
)
FLUSHED = '{"type": "flushed", "request_id": "speech", "audio_ms": 10, "characters": 4, "words": 1}'
CANCELLED = '{"type": "synthesis_complete", "request_id": "speech", "status": "cancelled"}'
FAILED = '{"type": "synthesis_complete", "request_id": "speech", "status": "failed"}'
WORDS = '{"type": "word_timestamps", "request_id": "speech", "words": [{"word": "%s", "start_ms": %d, "end_ms": %d}]}'
NO_FRAME = "end"

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    async def bounded() -> Result:
        async with asyncio.timeout(WAIT_S):
            return await coroutine

    return asyncio.run(bounded())


async def audio_of(speech: Speech) -> list[bytes]:
    return [audio async for audio in speech]


class Server:
    """Answers frames by their type; keeps all it received, and `end` when the client is gone."""

    def __init__(self, answers: dict[str, list[str | bytes]]) -> None:
        self.answers = answers
        self.received: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def __call__(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in socket:
                message = json.loads(frame)
                self.received.put(message)
                for answer in self.answers.get(message.get("type", "whole"), []):
                    socket.send(answer)
        self.received.put({"type": NO_FRAME})

    def next(self) -> dict[str, Any]:
        return self.received.get(timeout=WAIT_S)

    def to_end(self) -> list[dict[str, Any]]:
        return list(iter(self.next, {"type": NO_FRAME}))


def speak(server: Server, use: Callable[[AsyncClient], Coroutine[Any, Any, Result]]) -> Result:
    with scripted_server(server) as url:
        return run(use(AsyncClient(url, "key")))


class Source:
    """Pieces of text, then nothing more to come; tells when it has been stopped."""

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.given = asyncio.Event()
        self.stopped = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        try:
            for piece in self.pieces:
                yield piece
            self.given.set()
            await asyncio.Event().wait()
        finally:
            self.stopped.set()


def test_a_whole_text_is_one_frame() -> None:
    server = Server({"whole": [STARTED, b"12", COMPLETE]})
    audio = speak(server, lambda client: audio_of(client.speak("hello", speed=1.5, word_timestamps=True)))
    assert audio == [b"12"]
    whole = {"text": "hello", "speed": 1.5, "word_timestamps": True, "request_id": "speech"}
    assert server.to_end() == [whole]


def test_pieces_go_as_they_come_and_audio_comes_between() -> None:
    """The second piece is only given when the audio of the first was heard."""
    server = Server({"start": [STARTED], "text": [b"12"], "finish": [COMPLETE]})

    async def use(client: AsyncClient) -> int:
        heard = asyncio.Event()

        async def pieces() -> AsyncIterator[str]:
            yield "مرحبا "
            await heard.wait()
            yield ""
            yield "بك"

        count = 0
        async for _ in client.speak(pieces(), sample_rate=8000, speed=1.5):
            heard.set()
            count += 1
        return count

    assert speak(server, use) == 2
    assert server.to_end() == [
        {"type": "start", "sample_rate": 8000, "speed": 1.5, "request_id": "speech"},
        {"type": "text", "text": "مرحبا "},
        {"type": "text", "text": "بك"},
        {"type": "finish"},
    ]


def test_words_fill_up_as_the_audio_comes() -> None:
    server = Server({"whole": [STARTED, WORDS % ("one", 0, 90), b"1", WORDS % ("two", 90, 200), b"2", COMPLETE]})

    async def use(client: AsyncClient) -> list[list[WordSpoken]]:
        speech = client.speak("one two", word_timestamps=True)
        return [list(speech.words) async for _ in speech]

    one, two = WordSpoken("one", 0, 90), WordSpoken("two", 90, 200)
    assert speak(server, use) == [[one], [one, two]]


def test_a_flush_of_the_source_follows_its_pieces() -> None:
    server = Server({"start": [STARTED], "flush": [b"12", FLUSHED], "finish": [COMPLETE]})

    async def use(client: AsyncClient) -> Flushed | None:
        async def pieces() -> AsyncIterator[str]:
            yield "one"
            await speech.flush()
            yield "two"

        speech = client.speak(pieces())
        await audio_of(speech)
        await speech.flush()
        return speech.flushed

    assert speak(server, use) == Flushed("speech", 10, 4, 1)
    assert [message["type"] for message in server.to_end()] == ["start", "text", "flush", "text", "finish"]


def test_a_whole_text_needs_no_flush() -> None:
    server = Server({"whole": [STARTED, b"12", COMPLETE]})

    async def use(client: AsyncClient) -> None:
        async with client.speak("hello") as speech:
            async for _ in speech:
                await speech.flush()

    speak(server, use)
    assert len(server.to_end()) == 1


def test_cancel_stops_the_source_and_ends_the_iteration() -> None:
    server = Server({"start": [STARTED], "text": [b"12"], "cancel": [CANCELLED]})

    async def use(client: AsyncClient) -> None:
        source = Source("one", "two")
        async with client.speak(source) as speech:
            async for _ in speech:
                await source.given.wait()
                await speech.cancel()
                await source.stopped.wait()
            assert speech.complete is not None
            assert speech.complete.status == "cancelled"

    speak(server, use)
    kinds = [message["type"] for message in server.to_end()]
    assert kinds[:3] == ["start", "text", "text"]
    assert set(kinds[3:]) == {"cancel"}


def test_nothing_follows_a_cancel_by_the_source_itself() -> None:
    server = Server({"start": [STARTED], "cancel": [CANCELLED]})

    async def use(client: AsyncClient) -> None:
        async def pieces() -> AsyncIterator[str]:
            yield "one"
            await speech.cancel()
            yield "two"

        speech = client.speak(pieces())
        assert await audio_of(speech) == []

    speak(server, use)
    assert [message["type"] for message in server.to_end()] == ["start", "text", "cancel"]


def test_leaving_early_stops_the_source() -> None:
    server = Server({"start": [STARTED], "text": [b"12"]})

    async def use(client: AsyncClient) -> None:
        source = Source("one", "two")
        async with client.speak(source) as speech:
            async for _ in speech:
                break
        assert source.stopped.is_set()

    speak(server, use)
    assert "finish" not in [message["type"] for message in server.to_end()]


def test_a_source_is_stopped_also_between_two_pieces() -> None:
    server = Server({"start": [STARTED, b"12"]})

    async def use(client: AsyncClient) -> None:
        async def pieces() -> AsyncIterator[str]:
            while True:
                yield "a" * 100_000

        source = pieces()
        async with client.speak(source) as speech:
            async for _ in speech:
                break
        with pytest.raises(StopAsyncIteration):
            await anext(source)

    speak(server, use)


def test_a_source_that_never_waits_lets_the_audio_through() -> None:
    server = Server({"start": [STARTED, b"12"], "finish": [COMPLETE]})

    async def use(client: AsyncClient) -> int:
        heard: list[bytes] = []
        given = 0

        async def pieces() -> AsyncIterator[str]:
            nonlocal given
            while not heard and given < 200_000:
                given += 1
                yield "a"

        async for audio in client.speak(pieces()):
            heard.append(audio)  # noqa: PERF401 - told at once
        return given

    assert speak(server, use) < 200_000


def test_what_a_source_raises_when_it_is_stopped_is_raised_too() -> None:
    server = Server({"start": [STARTED], "text": [b"12"]})

    async def use(client: AsyncClient) -> None:
        async def pieces() -> AsyncIterator[str]:
            try:
                yield "one"
                await asyncio.Event().wait()
            finally:
                raise LookupError("the model does not stop")

        async with client.speak(pieces()) as speech:
            async for _ in speech:
                break

    with pytest.raises(LookupError, match="does not stop"):
        speak(server, use)


def test_the_error_of_a_source_is_the_error_of_the_speech() -> None:
    server = Server({"start": [STARTED], "text": [b"12"]})

    async def broken() -> AsyncIterator[str]:
        yield "one"
        raise LookupError("the model is gone")

    async def use(client: AsyncClient) -> None:
        with pytest.raises(LookupError, match="model"):
            await audio_of(client.speak(broken()))

    speak(server, use)


@pytest.mark.parametrize("ending", [COMPLETE, FAILED, CANCELLED])
def test_a_refused_piece_is_raised_once_the_request_is_over(ending: str) -> None:
    server = Server({"start": [STARTED], "text": [REFUSED_PIECE, b"12"], "finish": [b"34", ending]})
    audio: list[bytes] = []

    async def use(client: AsyncClient) -> None:
        refused = asyncio.Event()

        async def pieces() -> AsyncIterator[str]:
            yield "one"
            await refused.wait()
            yield "two"

        async for chunk in client.speak(pieces()):
            audio.append(chunk)
            refused.set()

    with pytest.raises(HiwarError, match="start another") as raised:
        speak(server, use)
    assert raised.value.code is ErrorCode.TEXT_TOO_LONG
    assert audio == [b"12", b"34"]
    assert [message["type"] for message in server.to_end()] == ["start", "text", "finish"]


def test_a_request_that_ends_before_its_text_is_no_success() -> None:
    server = Server({"start": [STARTED], "text": [b"12", COMPLETE]})
    source: list[Source] = []

    async def use(client: AsyncClient) -> None:
        source.append(Source("one"))
        await audio_of(client.speak(source[0]))

    with pytest.raises(HiwarError, match="before the text did") as raised:
        speak(server, use)
    assert raised.value.retryable
    assert source[0].stopped.is_set()


def test_a_refused_start_stops_the_source() -> None:
    server = Server({"start": [REFUSED_PIECE, FAILED]})

    async def use(client: AsyncClient) -> None:
        source = Source()
        async with client.speak(source) as speech:
            with pytest.raises(HiwarError, match="start another"):
                await audio_of(speech)
            await source.stopped.wait()

    speak(server, use)


def test_a_lost_connection_is_told_to_the_one_who_listens() -> None:
    def converse(socket: ServerConnection) -> None:
        socket.recv()
        socket.close(4408)

    async def use(client: AsyncClient) -> None:
        source = Source("one")
        speech = client.speak(source)
        with pytest.raises(HiwarError) as raised:
            await audio_of(speech)
        assert raised.value.code is ErrorCode.IDLE_TIMEOUT
        assert source.stopped.is_set()
        await speech.flush()
        await speech.cancel()

    with scripted_server(converse) as url:
        run(use(AsyncClient(url, "key")))
