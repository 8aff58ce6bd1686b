import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import pytest
from websockets.sync.server import ServerConnection

from hiwar.client import AsyncClient, ConnectionFailedError
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.messages import AsrServerMessage, Done, ErrorEvent, Ready
from support.scripted_server import DONE, READY, scripted_server, until_finish
from support.serving import WAIT_S

REFUSED = '{"type": "error", "code": "invalid_request", "message": "Unknown message.", "retryable": false}'
OF_TOMORROW = '{"type": "error", "code": "moon_phase", "message": "Wait for the full moon.", "retryable": true}'

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    async def bounded() -> Result:
        async with asyncio.timeout(WAIT_S):
            return await coroutine

    return asyncio.run(bounded())


async def silence() -> AsyncIterator[bytes]:
    yield bytes(640)


async def endless() -> AsyncIterator[bytes]:
    yield bytes(640)
    await asyncio.Event().wait()


async def collect(url: str, audio: AsyncIterator[bytes], found: list[AsrServerMessage]) -> None:
    async for event in AsyncClient(url, "key").transcribe(audio):
        found.append(event)  # noqa: PERF401 - kept when it raises


def test_an_error_that_ends_nothing_is_an_event_like_others() -> None:
    def converse(socket: ServerConnection) -> None:
        socket.send(READY)
        socket.send(REFUSED)
        until_finish(socket)
        socket.send(DONE)

    found: list[AsrServerMessage] = []
    with scripted_server(converse) as url:
        run(collect(url, silence(), found))
    assert [type(event) for event in found] == [Ready, ErrorEvent, Done]


def test_done_before_finish_is_no_success() -> None:
    def converse(socket: ServerConnection) -> None:
        for frame in (READY, REFUSED, DONE):
            socket.send(frame)

    found: list[AsrServerMessage] = []
    with scripted_server(converse) as url, pytest.raises(HiwarError, match="Unknown message") as raised:
        run(collect(url, endless(), found))
    assert raised.value.code is ErrorCode.INVALID_REQUEST
    assert [type(event) for event in found] == [Ready, ErrorEvent]


@pytest.mark.parametrize("said", [(READY, DONE), (READY, REFUSED, READY, DONE)])
def test_done_is_no_success_when_the_close_says_otherwise(said: tuple[str, ...]) -> None:
    """An error that was followed by other events is not what the close is about."""

    def converse(socket: ServerConnection) -> None:
        until_finish(socket)
        for frame in said:
            socket.send(frame)
        socket.close(1001)

    with scripted_server(converse) as url, pytest.raises(ConnectionFailedError):
        run(collect(url, silence(), []))


def test_the_sentence_of_a_code_of_tomorrow_reaches_the_user() -> None:
    def converse(socket: ServerConnection) -> None:
        socket.recv()
        socket.send(OF_TOMORROW)
        socket.close(4999)

    async def speak(url: str) -> None:
        async for _ in AsyncClient(url, "key").speak("hello"):
            pass

    with scripted_server(converse) as url:
        for attempt in (speak(url), collect(url, endless(), [])):
            with pytest.raises(HiwarError, match="full moon") as raised:
                run(attempt)
            assert raised.value.code is ErrorCode.INTERNAL


def test_a_cancellation_of_the_caller_is_not_lost_while_the_source_ends() -> None:
    def converse(socket: ServerConnection) -> None:
        socket.send(READY)
        for _ in socket:
            pass

    async def cancel(url: str) -> None:
        sending, ending, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def slow_to_end() -> AsyncIterator[bytes]:
            try:
                yield bytes(640)
                sending.set()
                await asyncio.Event().wait()
            finally:
                ending.set()
                await release.wait()

        async def listen() -> None:
            events = AsyncClient(url, "key").transcribe(slow_to_end())
            async with contextlib.aclosing(events):
                await anext(events)
                await sending.wait()

        listening = asyncio.create_task(listen())
        await ending.wait()
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        release.set()

    with scripted_server(converse) as url:
        run(cancel(url))


@pytest.mark.parametrize("key", ["مفتاح", "two words", "line\n"])
def test_a_malformed_key_is_what_is_wrong(key: str) -> None:
    async def both() -> None:
        client = AsyncClient("ws://127.0.0.1:1", key)
        for attempt in (anext(aiter(client.transcribe(silence()))), anext(aiter(client.speak("hello")))):
            with pytest.raises(HiwarError, match="malformed") as raised:
                await attempt
            assert raised.value.code is ErrorCode.UNAUTHORIZED
            assert key.strip() not in raised.value.message

    run(both())
