"""Standard input as pieces of text, each as soon as it arrives: what a program writes is spoken while it writes."""

import asyncio
import codecs
import os
from collections.abc import AsyncIterator

from hiwar.errors import ErrorCode, HiwarError

_READ_BYTES_MAX = 4096
"""Far below what the server takes as one piece of text."""


async def piped_text(file: int) -> AsyncIterator[str]:
    """The UTF-8 text of a file descriptor, up to its end; what is no UTF-8 is replaced. Raises HiwarError.

    It waits for a pipe or a terminal without holding up the event loop.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        while True:
            await _readable(file)
            read = os.read(file, _READ_BYTES_MAX)
            piece = decoder.decode(read, final=not read)
            if piece:
                yield piece
            if not read:
                return
    except OSError as error:
        message = f"Standard input cannot be read: {error.strerror}; give the text as an argument."
        raise HiwarError(ErrorCode.INVALID_REQUEST, message) from error


async def _readable(file: int) -> None:
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    try:
        loop.add_reader(file, arrived.set)
    except PermissionError:  # a regular file: it never makes wait, so epoll takes none
        return
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(file)
