import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.types import Message

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.metrics import Metrics
from hiwar.serving.observation import Observatory, StreamObservation
from hiwar.transports.rest.bodies import InvalidBodyError
from hiwar.transports.rest.streamed import StreamedResponse, streamed
from support.streams import HeldClock, run

PLAIN = {"Content-Type": "text/plain"}
Handle = Callable[[Request, StreamedResponse, StreamObservation], Awaitable[None]]


class Client:
    """The other side of one request."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.aborted = 0
        self.failure: OSError | None = None

    async def receive(self) -> Message:
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.failure is not None:
            raise self.failure
        self.got.append(message)

    def abort(self) -> None:
        self.aborted += 1

    def ask(self, handle: Handle) -> None:
        service = SimpleNamespace(observatory=Observatory(Metrics(), HeldClock()))
        scope = {
            "type": "http",
            "headers": [],
            "state": {"request_id": "r"},
            "extensions": {"hiwar.abort": {"abort": self.abort}},
        }

        async def scenario() -> None:
            app = await streamed(handle, service, "tts")(Request(scope, self.receive, self.send))
            await app(scope, self.receive, self.send)

        run(scenario())

    @property
    def statuses(self) -> list[int]:
        return [message["status"] for message in self.got if message["type"] == "http.response.start"]

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.got if message["type"] == "http.response.body")

    @property
    def ended(self) -> bool:
        return bool(self.got) and not self.got[-1].get("more_body", False)


def test_the_head_goes_out_with_the_first_of_the_body() -> None:
    client = Client()

    async def handle(_request: Request, response: StreamedResponse, _seen: StreamObservation) -> None:
        assert client.got == []
        await response.write(b"one ", PLAIN)
        assert [message["type"] for message in client.got] == ["http.response.start", "http.response.body"]
        await response.write(b"two", PLAIN)
        await response.end(PLAIN)

    client.ask(handle)
    assert (client.statuses, client.body, client.ended, client.aborted) == ([200], b"one two", True, 0)
    assert client.got[0]["headers"] == [(b"content-type", b"text/plain")]


def test_a_response_may_be_empty() -> None:
    client = Client()

    async def handle(_request: Request, response: StreamedResponse, _seen: StreamObservation) -> None:
        await response.end(PLAIN)

    client.ask(handle)
    assert (client.statuses, client.body, client.ended, client.aborted) == ([200], b"", True, 0)


@pytest.mark.parametrize(
    ("error", "status"),
    [(HiwarError(ErrorCode.SERVER_BUSY, "Later."), 503), (InvalidBodyError("input", "Expected `str`"), 422)],
)
def test_what_fails_before_the_first_byte_has_its_own_status(error: Exception, status: int) -> None:
    client = Client()

    async def handle(_request: Request, _response: StreamedResponse, _seen: StreamObservation) -> None:
        raise error

    client.ask(handle)
    assert (client.statuses, client.ended, client.aborted) == ([status], True, 0)


def test_what_fails_later_breaks_the_connection() -> None:
    client = Client()

    async def handle(_request: Request, response: StreamedResponse, _seen: StreamObservation) -> None:
        await response.write(b"half", PLAIN)
        raise HiwarError(ErrorCode.INTERNAL, "It failed.")

    client.ask(handle)
    assert (client.statuses, client.body, client.ended, client.aborted) == ([200], b"half", False, 1)


def test_a_fault_of_ours_is_left_to_the_server_while_it_can_be_answered() -> None:
    client = Client()

    async def handle(_request: Request, _response: StreamedResponse, _seen: StreamObservation) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        client.ask(handle)
    assert (client.got, client.aborted) == ([], 0)


def test_a_lost_client_ends_the_work_quietly() -> None:
    client = Client()
    client.failure = OSError()

    async def handle(_request: Request, response: StreamedResponse, _seen: StreamObservation) -> None:
        await response.until_gone()
        with pytest.raises(PeerGoneError):
            await response.write(b"half", PLAIN)
        raise PeerGoneError

    client.ask(handle)
    assert client.got == []


def test_waiting_for_the_client_to_leave_may_be_cancelled() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def scenario() -> None:
        client = Client()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await StreamedResponse({"type": "http"}, never, client.send).until_gone()

    run(scenario())
