"""What a driver needs of a connection, and the one way out to the peer: in order, and within a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, assert_never

from hiwar.protocol.effects import Close, Send, SendAudio
from hiwar.protocol.messages import ServerMessage

Incoming = str | bytes | Mapping[str, object]
"""A text frame in JSON, audio, or the fields of a message that the transport has taken apart itself."""

Outgoing = Send | SendAudio | Close
"""The effects that reach the peer."""


class PeerGoneError(Exception):
    """The peer left, takes nothing any more, or has all that it asked for."""


class Connection(Protocol):
    """One accepted connection of any transport."""

    async def receive(self) -> Incoming | None:
        """What comes next; None when the peer has closed. May be cancelled without losing anything."""
        ...

    async def send(self, message: ServerMessage) -> None:
        """Hand one message over in the transport's own form, waiting while the peer is slow. Raises PeerGoneError."""
        ...

    async def send_audio(self, audio: bytes) -> None:
        """The same for audio."""
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

    async def carry_out(self, effects: Sequence[Outgoing]) -> None:
        """Send frames, or close, with nothing of another task between them.

        A session's effects are given here before anything is awaited, and turns are taken in the order of the calls.
        Raises PeerGoneError when the peer left or takes nothing for too long.
        """
        if not effects:
            return
        async with self._turn:
            try:
                for effect in effects:
                    async with asyncio.timeout(self._send_timeout_s):
                        await self._write(effect)
            except TimeoutError as error:
                raise PeerGoneError from error

    async def _write(self, effect: Outgoing) -> None:
        match effect:
            case Send():
                await self._connection.send(effect.message)
            case SendAudio():
                await self._connection.send_audio(effect.audio)
            case Close():
                await self._connection.close(effect.code, effect.reason)
            case _:
                assert_never(effect)
