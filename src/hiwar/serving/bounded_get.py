"""One answer from an HTTP or HTTPS address, within a size and a time. What stands in it is left to others."""

import contextlib
import functools
import http.client
import socket
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

_Follow = Callable[[socket.socket], None]


def bounded_get(address: str, *, bytes_max: int, within_s: float) -> bytes:
    """The body of what the address answers, without following it elsewhere. Blocks.

    Raises OSError, ValueError or HTTPException when it cannot be had: in time, whole, or at all.
    """
    deadline = _Deadline()
    opener = urllib.request.build_opener(_NoRedirect, deadline)
    # A library's own time-outs begin again with each byte.
    over = threading.Timer(within_s, deadline.end)
    over.daemon = True
    over.start()
    try:
        with opener.open(address, timeout=within_s) as answer:
            content: bytes = answer.read(bytes_max + 1)
    finally:
        over.cancel()
    if deadline.passed:
        raise TimeoutError("the answer took too long")
    if len(content) > bytes_max:
        raise ValueError("the answer is too long")
    return content


class _Deadline(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Opens connections, and ends those that it opened."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = False
        self._opened: list[socket.socket] = []

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """What urllib calls for http."""
        return self.do_open(functools.partial(_followed, http.client.HTTPConnection, self._follow), request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """What urllib calls for https."""
        return self.do_open(functools.partial(_followed, http.client.HTTPSConnection, self._follow), request)

    def end(self) -> None:
        """From here on whoever reads is at the end."""
        self.passed = True
        for opened in self._opened:
            with contextlib.suppress(OSError):  # it is closed already
                opened.shutdown(socket.SHUT_RDWR)

    def _follow(self, opened: socket.socket) -> None:
        self._opened.append(opened)
        if self.passed:
            raise TimeoutError("the connection took too long")


def _followed(
    kind: type[http.client.HTTPConnection],
    follow: _Follow,
    host: str,
    **options: Any,  # noqa: ANN401 - as the library's
) -> http.client.HTTPConnection:
    """A connection that tells of its socket, which urllib keeps to itself."""
    made = kind(host, **options)
    connect = made.connect

    def connect_and_tell() -> None:
        connect()
        follow(made.sock)

    made.connect = connect_and_tell  # type: ignore[method-assign]
    return made


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The address was found sure, another would not be."""

    def redirect_request(self, *_: object) -> None:
        """Take the redirect for an error."""
