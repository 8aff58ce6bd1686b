"""What a driver needs of a connection, and the one way out to the peer: in order, and within a time."""

import asyncio
from typing import Protocol

from hiwar.protocol import json_codec
from hiwar.protocol.effects import Close, Send, SendAudio


class PeerGoneError(Exception):
    """The peer left, or takes nothing any more."""


class Connection(Protocol):
    """One accepted connection of any transport."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the peer has closed. May be cancelled without losing a frame."""
        ...

    async def send(self, frame: str | bytes) -> None:
        """Hand one frame over, waiting while the peer is slow. Raises PeerGoneError."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close with a WebSocket code, which other transports translate."""
        ...


class Outlet:
    """Sends what a session wants sent, from several tasks, in the order in which the session said so."""

    def __init__(self, connection: Connection, *, send_timeout_ms: int) -> None:
        self._connection = connection
        self._send_timeout_s = send_timeout_ms / 1000
        self._turn = asyncio.Lock()

    async def carry_out(self, effect: Send | SendAudio | Close) -> None:
        """Send one frame or close. Raises PeerGoneError when the peer left or takes nothing for too long."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._send_timeout_s):
                    await self._write(effect)
            except TimeoutError as error:
                raise PeerGoneError from error

    async def _write(self, effect: Send | SendAudio | Close) -> None:
        match effect:
            case Send():
                await self._connection.send(json_codec.encode(effect.message))
            case SendAudio():
                await self._connection.send(effect.audio)
            case Close():
                await self._connection.close(effect.code, effect.reason)
