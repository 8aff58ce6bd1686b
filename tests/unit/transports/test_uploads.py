import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.limits import ServingLimits
from hiwar.transports.rest.bodies import InvalidBodyError
from hiwar.transports.rest.uploads import upload
from support.streams import run

LIMITS = ServingLimits(upload_bytes_max=1_000, upload_stall_ms=20)
NEVER = "the next chunk never comes"
LEAVES = "the client leaves"


def part(name: str, value: bytes, *, file: bool = False) -> bytes:
    ending = b'; filename="a.wav"' if file else b""
    return b'--cut\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (name.encode(), ending, value)


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--cut--\r\n"


def request(
    chunks: Iterable[bytes | str], *, content_type: str = "multipart/form-data; boundary=cut", length: int | None = None
) -> Request:
    waiting = list(chunks)

    async def receive() -> Message:
        chunk = waiting.pop(0)
        if chunk == NEVER:
            await asyncio.Event().wait()
        if isinstance(chunk, str):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    headers = [(b"content-type", content_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return Request({"type": "http", "headers": headers}, receive)


def refusal(asked: Request, limits: ServingLimits = LIMITS) -> Exception:
    async def scenario() -> None:
        async with upload(asked, limits):
            raise AssertionError("this was taken")

    with pytest.raises(Exception) as caught:
        run(scenario())
    return caught.value


def code_of(error: Exception) -> ErrorCode:
    assert isinstance(error, HiwarError)
    return error.code


def test_a_form_is_taken_apart_and_its_file_closed_afterwards() -> None:
    sent = form(part("model", b"m"), part("file", b"sound", file=True), part("empty", b""), part("g[]", b"1"))
    sent = sent.replace(b"--cut--", part("g[]", b"2") + b"--cut--")

    async def scenario() -> None:
        async with upload(request([sent[:30], sent[30:90], sent[90:]]), LIMITS) as found:
            assert found.file.read() == b"sound"
            assert found.fields == {"model": ("m",), "g[]": ("1", "2")}
        assert found.file.closed

    run(scenario())


def test_the_file_is_closed_when_the_work_on_it_fails() -> None:
    async def scenario() -> None:
        with pytest.raises(ZeroDivisionError):
            async with upload(request([form(part("file", b"sound", file=True))]), LIMITS) as found:
                raise ZeroDivisionError
        assert found.file.closed

    run(scenario())


@pytest.mark.parametrize(
    "asked",
    [
        request([form(part("model", b"m"))]),
        request([form(part("file", b"text, not a file"))]),
        request([b"{}"], content_type="application/json"),
        request([b"file=x"], content_type="application/x-www-form-urlencoded"),
    ],
)
def test_a_form_without_a_file_is_refused_by_the_name_of_the_field(asked: Request) -> None:
    error = refusal(asked)
    assert isinstance(error, InvalidBodyError)
    assert error.field == "file"


def test_a_file_over_the_limit_is_refused_unread_by_its_announced_size() -> None:
    assert code_of(refusal(request([NEVER], length=2_000_000))) is ErrorCode.FILE_TOO_LARGE


def test_a_file_over_the_limit_is_refused_while_it_comes() -> None:
    endless: list[bytes | str] = [part("file", b"", file=True)[:-2], *[b"x" * 100_000] * 5, NEVER]
    assert code_of(refusal(request(endless))) is ErrorCode.FILE_TOO_LARGE


@pytest.mark.parametrize(("size", "taken"), [(1_000, True), (1_001, False)])
def test_the_limit_is_that_of_the_file_alone(size: int, taken: bool) -> None:
    asked = request([form(part("prompt", b"p" * 5_000), part("file", bytes(size), file=True))])

    async def scenario() -> None:
        async with upload(asked, LIMITS) as found:
            assert len(found.file.read()) == size

    if taken:
        run(scenario())
    else:
        assert code_of(refusal(asked)) is ErrorCode.FILE_TOO_LARGE


def test_an_upload_that_stands_still_is_given_up() -> None:
    assert code_of(refusal(request([part("file", b"so", file=True), NEVER]))) is ErrorCode.IDLE_TIMEOUT


def test_an_upload_of_a_byte_now_and_then_is_given_up() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield part("file", b"so", file=True)[:-2]
        while True:
            await asyncio.sleep(0.001)
            yield b"."

    slow = ServingLimits(upload_stall_ms=50, upload_bytes_per_s_min=1_000_000)
    asked = request([NEVER])
    dripping = drip()

    async def receive() -> Message:
        return {"type": "http.request", "body": await anext(dripping), "more_body": True}

    assert code_of(refusal(Request(asked.scope, receive), slow)) is ErrorCode.IDLE_TIMEOUT


def test_an_upload_that_takes_too_long_is_given_up() -> None:
    slow = ServingLimits(upload_stall_ms=60_000, upload_timeout_ms=20)
    assert code_of(refusal(request([part("file", b"so", file=True), NEVER]), slow)) is ErrorCode.IDLE_TIMEOUT


def test_a_compressed_form_is_refused() -> None:
    asked = request([NEVER])
    asked.scope["headers"].append((b"content-encoding", b"gzip"))
    assert code_of(refusal(asked)) is ErrorCode.UNSUPPORTED_FORMAT


def test_a_client_that_leaves_is_no_error_of_its_form() -> None:
    assert isinstance(refusal(request([part("file", b"so", file=True), LEAVES])), ClientDisconnect)


@pytest.mark.parametrize(
    "body",
    [
        b"no multipart at all",
        form(part("file", b"1", file=True), part("file", b"2", file=True)),
        form(*[part("field", b"1")] * 100, part("file", b"1", file=True)),
        form(part("field", b"1" * 100_000), part("file", b"1", file=True)),
    ],
    ids=["garbage", "two files", "many fields", "a long field"],
)
def test_forms_that_cannot_be_read_or_hold_too_much(body: bytes) -> None:
    assert code_of(refusal(request([body]))) is ErrorCode.INVALID_REQUEST


def test_a_form_without_a_boundary() -> None:
    assert code_of(refusal(request([b""], content_type="multipart/form-data"))) is ErrorCode.INVALID_REQUEST
