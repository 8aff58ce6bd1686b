"""A TCP relay on loopback between a client and the server, which can cut a connection off."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator


class Relay:
    """Hands bytes on in both directions until `reset`, which both sides see as a lost peer."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def target(self) -> str:
        """Where clients connect."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def reset(self) -> None:
        """Take no more connections, and leave all there are without a word."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for connection in self._sockets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in self._threads[1:]:
            thread.join()
        for connection in self._sockets:
            connection.close()
        self._sockets.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._to)
            self._sockets += (client, server)
            for one, other in ((client, server), (server, client)):
                thread = threading.Thread(target=_hand_on, args=(one, other), daemon=True)
                self._threads.append(thread)
                thread.start()


def _hand_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while received := one.recv(65536):
            other.sendall(received)


@contextlib.contextmanager
def relay(to: tuple[str, int]) -> Iterator[Relay]:
    """A relay while the context is open."""
    handing_on = Relay(to)
    try:
        yield handing_on
    finally:
        handing_on.reset()
