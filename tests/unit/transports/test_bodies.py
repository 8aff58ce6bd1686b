import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from starlette.requests import Request
from starlette.types import Message

from hiwar.errors import ErrorCode, HiwarError
from hiwar.transports.rest.bodies import invalid_body, read_json
from support.streams import run


class Asked(msgspec.Struct):
    text: str


def request(parts: Sequence[bytes], *, ends: bool = False) -> Request:
    """A request whose body comes in parts, and whose end never comes unless it `ends` with the last."""
    waiting = list(parts)

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or not ends}

    return Request({"type": "http", "headers": []}, receive)


def refusal(parts: Sequence[bytes], bytes_max: int) -> HiwarError:
    with pytest.raises(HiwarError) as caught:
        run(read_json(request(parts), Asked, bytes_max, whole_after_s=0.01))
    return caught.value


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    error = refusal([b'{"text": ', b'"x"'], 100)
    assert (error.code, "at once" in error.message) == (ErrorCode.IDLE_TIMEOUT, True)


@pytest.mark.parametrize(("coding", "taken"), [(b"gzip", False), (b"Deflate, gzip", False), (b"IDENTITY", True)])
def test_a_compressed_body_is_refused_unread(coding: bytes, taken: bool) -> None:
    asked = request([b'{"text": "x"}'], ends=True)
    asked.scope["headers"].append((b"content-encoding", coding))
    if taken:
        assert run(read_json(asked, Asked, 100)).text == "x"
        return
    with pytest.raises(HiwarError) as caught:
        run(read_json(asked, Asked, 100))
    assert caught.value.code is ErrorCode.UNSUPPORTED_FORMAT


def test_a_body_is_refused_as_soon_as_it_is_too_large() -> None:
    assert refusal([b"x" * 60, b"x" * 60], 100).code is ErrorCode.FILE_TOO_LARGE


@pytest.mark.parametrize("body", [b'{"text": "x"', b'{"text": "\xff"}', b'{"more": ' + b"[" * 100_000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(HiwarError) as caught:
        run(read_json(request([body], ends=True), Asked, 1_000_000))
    assert caught.value.code is ErrorCode.INVALID_REQUEST


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    inner: Asked | None = None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "text"),
        (b'{"text": 1}', "text"),
        (b'{"text": "x", "more": 1}', "more"),
        (b'{"text": "x", "inner": {}}', "inner.text"),
        (b"[]", ""),
    ],
)
def test_the_field_that_is_wrong_is_named(body: bytes, field: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=Strict)
    error = invalid_body(caught.value)
    assert error.field == field
    assert " - at" not in error.message
