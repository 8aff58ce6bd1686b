"""Forms with a recording in them: bounded in size and time while they arrive, spooled to disk beyond 1 MB."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.limits import ServingLimits
from hiwar.transports.rest.bodies import InvalidBodyError, refuse_encoded

_FIELDS_MAX = 64
_FIELD_BYTES_MAX = 64 * 1024
_AROUND_FILE_BYTES_MAX = 256 * 1024
"""The other fields, the boundaries and the heads of the parts."""
_FILE_FIELD = "file"


@dataclass(frozen=True, slots=True)
class Upload:
    """A form that has arrived. `fields` leaves out those without a value."""

    file: BinaryIO = field(repr=False)
    fields: Mapping[str, tuple[str, ...]] = field(repr=False)


@contextlib.asynccontextmanager
async def upload(request: Request, limits: ServingLimits) -> AsyncIterator[Upload]:
    """The form of a request, with its file open while the context is.

    Raises InvalidBodyError without a file, HiwarError file_too_large, invalid_request, unsupported_format or
    idle_timeout, and Starlette's ClientDisconnect.
    """
    parser = _parser(request, limits)
    try:
        form = await _parsed(parser, limits)
        file = form.get(_FILE_FIELD)
        if not isinstance(file, UploadFile):
            raise _no_file()
        if (file.size or 0) > limits.upload_bytes_max:
            raise _too_large(limits)
        fields: dict[str, tuple[str, ...]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str) and value:
                fields[name] = (*fields.get(name, ()), value)
        yield Upload(file.file, fields)
    finally:
        # Starlette closes them for its own errors alone, and of a form that breaks off it gives none away.
        for spooled in parser._files_to_close_on_error:  # noqa: SLF001
            await asyncio.to_thread(spooled.close)


def _parser(request: Request, limits: ServingLimits) -> MultiPartParser:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _no_file()
    refuse_encoded(request)
    if int(request.headers.get("content-length", 0)) > limits.upload_bytes_max + _AROUND_FILE_BYTES_MAX:
        raise _too_large(limits)
    return MultiPartParser(
        request.headers, _chunks(request, limits), max_files=1, max_fields=_FIELDS_MAX, max_part_size=_FIELD_BYTES_MAX
    )


async def _parsed(parser: MultiPartParser, limits: ServingLimits) -> FormData:
    try:
        async with asyncio.timeout(limits.upload_timeout_ms / 1000):
            return await parser.parse()
    except TimeoutError as error:
        message = "The upload took too long or stood still; send all of it at once, or a smaller file."
        raise HiwarError(ErrorCode.IDLE_TIMEOUT, message) from error
    except MultiPartException as error:
        message = (
            "The form cannot be read; send multipart/form-data with one file "
            f"and at most {_FIELDS_MAX} fields of {_FIELD_BYTES_MAX} bytes."
        )
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


async def _chunks(request: Request, limits: ServingLimits) -> AsyncGenerator[bytes, None]:
    """The body as it comes, up to its limit. Raises TimeoutError when nothing, or too little, comes for too long."""
    received = 0
    stream = request.stream()
    patience_s = limits.upload_stall_ms / 1000
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while True:
        due_s = began_s + patience_s + received / limits.upload_bytes_per_s_min
        async with asyncio.timeout_at(min(loop.time() + patience_s, due_s)):
            chunk = await anext(stream, None)
        if chunk is None:
            return
        received += len(chunk)
        if received > limits.upload_bytes_max + _AROUND_FILE_BYTES_MAX:
            raise _too_large(limits)
        yield chunk


def _no_file() -> InvalidBodyError:
    return InvalidBodyError(_FILE_FIELD, "Send multipart/form-data with the recording as a file in this field.")


def _too_large(limits: ServingLimits) -> HiwarError:
    message = f"A recording may have at most {limits.upload_bytes_max} bytes; compress it or cut it."
    return HiwarError(ErrorCode.FILE_TOO_LARGE, message)
