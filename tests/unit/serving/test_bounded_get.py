"""An answer is had within its size and its time, however it comes."""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from hiwar.serving.bounded_get import bounded_get
from support.certificates import authority, signed_by

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
Answering = Callable[[socket.socket], None]


@contextmanager
def peer(answering: Answering, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of one that takes one connection and then does what it likes with it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        taken, _ = listener.accept()
        with tls.wrap_socket(taken, server_side=True) if tls else taken as connection:
            connection.recv(65536)
            answering(connection)

    thread = Thread(target=serve)
    thread.start()
    with listener:
        yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def said(content: bytes) -> Answering:
    return lambda connection: connection.sendall(content)


def dripped(content: bytes) -> Answering:
    """A byte now and then, until the other is gone."""

    def drip(connection: socket.socket) -> None:
        gone = Event()
        try:
            connection.sendall(content)
            while not gone.wait(0.02):
                connection.sendall(b"x")
        except OSError:
            pass

    return drip


def test_what_is_answered() -> None:
    with peer(said(HEAD + b"hello")) as address:
        assert bounded_get(address, bytes_max=5, within_s=30) == b"hello"


def test_more_than_its_size_is_refused() -> None:
    with peer(said(HEAD + b"hello")) as address, pytest.raises(ValueError, match="too long"):
        bounded_get(address, bytes_max=4, within_s=30)


def test_nobody_is_followed_elsewhere() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with peer(said(moved)) as address, pytest.raises(OSError, match="302"):
        bounded_get(address, bytes_max=4, within_s=30)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        HEAD.replace(b"5", b"9999"),
        HEAD.replace(b"Content-Length: 5", b"Connection: close"),
    ],
    ids=["status", "header", "body", "body of any length"],
)
def test_what_drips_is_over_in_time(begun: bytes) -> None:
    with peer(dripped(begun)) as address, pytest.raises((OSError, http.client.HTTPException)):
        bounded_get(address, bytes_max=1 << 20, within_s=0.2)


def test_what_drips_over_tls_is_over_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = authority()
    certificate, private = signed_by(issuer, "127.0.0.1").write(tmp_path)
    trusted, _ = issuer.write(tmp_path, "authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    with peer(dripped(HEAD.replace(b"5", b"9999")), context) as address, pytest.raises(OSError, match="too long"):
        bounded_get(address, bytes_max=1 << 20, within_s=0.5)
