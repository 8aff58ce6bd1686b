"""A WebSocket client of bare bytes, for what no proper client does: leaving by a reset, broken frames, half a frame."""

import contextlib
import socket
import struct
from collections.abc import Iterator

from support.serving import WAIT_S, LiveServer

TEXT, BINARY = 1, 2


@contextlib.contextmanager
def raw_socket(server: LiveServer) -> Iterator[socket.socket]:
    """A TCP connection to the server."""
    with socket.create_connection(server.running.address, timeout=WAIT_S) as connection:
        yield connection


@contextlib.contextmanager
def raw_stream(server: LiveServer, path: str) -> Iterator[socket.socket]:
    """A TCP connection that has been upgraded, signed in with the server's own key."""
    with raw_socket(server) as connection:
        connection.sendall(upgrade(path, server.key))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += connection.recv(1)
        assert b" 101 " in answer, answer
        yield connection


def upgrade(path: str, key: str) -> bytes:
    """The handshake."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-API-Key: {key}\r\n\r\n"
    ).encode()


def frame(payload: bytes, opcode: int) -> bytes:
    """One masked frame; the mask is zero, so the payload stands in it as it is."""
    size = len(payload)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    elif size < 65536:
        length = struct.pack("!BH", 0x80 | 126, size)
    else:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return struct.pack("!B", 0x80 | opcode) + length + bytes(4) + payload


def reset(connection: socket.socket) -> None:
    """Leave without a word: the peer gets a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
