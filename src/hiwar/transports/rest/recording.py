"""A recording as the recognition driver sees it: pieces of audio, the end, and what was heard in them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TypeVar

from hiwar.errors import HiwarError
from hiwar.protocol.messages import Done, ErrorEvent, Final, ServerMessage
from hiwar.serving.connection import PeerGoneError
from hiwar.vocabulary import MODEL_SAMPLE_RATE

PIECE_BYTES = 2 * MODEL_SAMPLE_RATE // 10
"""100 ms, as much as a live stream sends at a time."""

Result = TypeVar("Result")


class RecordingConnection:
    """16-bit mono PCM at MODEL_SAMPLE_RATE. `on_final` is told what each utterance says, as soon as it is heard."""

    def __init__(self, pcm: bytes, on_final: Callable[[Final], Awaitable[None]]) -> None:
        self.error: HiwarError | None = None
        self.audio_ms = 0
        self._pcm = memoryview(pcm)
        self._on_final = on_final
        self._at = 0
        self._finished = False

    async def receive(self) -> bytes | Mapping[str, object]:
        """100 ms, then the end once, then nothing ever."""
        if self._at < len(self._pcm):
            piece = bytes(self._pcm[self._at : self._at + PIECE_BYTES])
            self._at += len(piece)
            return piece
        if self._finished:
            await asyncio.Event().wait()
        self._finished = True
        return {"type": "finish"}

    async def send(self, message: ServerMessage) -> None:
        """Take what was heard, or what went wrong."""
        match message:
            case Final():
                await self._on_final(message)
            case ErrorEvent():
                self.error = message.as_error()
            case Done():
                self.audio_ms = message.audio_ms
            case _:
                pass

    async def send_audio(self, audio: bytes) -> None:
        """Recognition sends none."""

    async def close(self, code: int, reason: str) -> None:
        """The end; why it came is in the message before it."""


async def unless_gone(work: Coroutine[None, None, Result], gone: Coroutine[None, None, None]) -> Result:
    """The result of `work`. When `gone` ends first, work is cancelled, and PeerGoneError raised once it is over."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone)
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise PeerGoneError
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)
