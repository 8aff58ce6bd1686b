"""A model hub on loopback that serves files of the test's choice, and can break off, lie and spoil what it sends."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What it serves from one repository, what goes wrong with it, and the requests it saw."""

    repository: str
    files: dict[str, bytes]
    """Content by path in the repository."""
    kept_by_git: frozenset[str] = frozenset()
    """Files that are declared by the name that git gives to their content, not by their SHA-256."""
    break_after_bytes: int | None = None
    """The next body ends after so many bytes, and the hub is `down` from then on."""
    down: bool = False
    """Every request is answered 503."""
    spoil: bool = False
    """One byte of each body is another."""
    more: bytes = b""
    """What the bodies go on with behind what was declared."""
    declared_sha256: str | None = None
    is_hub: bool = True
    """Whether its answers have what tells a hub from any other web server."""
    address: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)

    @property
    def prefix(self) -> str:
        """What the path of every request for a file begins with."""
        return f"/{self.repository}/resolve/"

    def ranges(self, name: str) -> list[str | None]:
        """The ranges that were asked of a file."""
        return [range_ for method, path, range_ in self.requests if method == "GET" and path.endswith(f"/{name}")]

    def content(self, path: str) -> bytes | None:
        """The file that a request names."""
        return self.files.get(path.removeprefix(self.prefix).partition("/")[2]) if self.is_below(path) else None

    def is_below(self, path: str) -> bool:
        """Whether a request is for the repository."""
        return path.startswith(self.prefix)

    def tag(self, path: str, content: bytes) -> str:
        """What is declared of a file's content."""
        if path.rpartition("/")[2] in self.kept_by_git:
            return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
        return self.declared_sha256 or hashlib.sha256(content).hexdigest()

    def sent(self, content: bytes, start: int) -> bytes:
        """The body from an offset."""
        body = content[start:] + self.more
        return bytes([body[0] ^ 1]) + body[1:] if self.spoil and body else body


@contextlib.contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub at its `address` while the context is open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            hub.requests.append((self.command, self.path, self.headers["Range"]))
            hub.authorizations.add(self.headers["Authorization"])
            content = hub.content(self.path)
            if hub.down or content is None:
                self._head(503 if hub.down else 404, 0)
                return
            start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
            self._head(206 if start else 200, len(content) - start, content)
            if self.command == "HEAD":
                return
            body = hub.sent(content, start)
            if hub.break_after_bytes is not None:
                body = body[: hub.break_after_bytes]
                hub.break_after_bytes = None
                hub.down = True
                self.close_connection = True
            with contextlib.suppress(ConnectionError):  # who is sent too much hangs up
                self.wfile.write(body)

        def _head(self, status: int, length: int, content: bytes | None = None) -> None:
            self.send_response(status)
            if not (hub.more and self.command == "GET"):
                self.send_header("Content-Length", str(length))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            if content is not None:
                if hub.is_hub:
                    self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("ETag", f'"{hub.tag(self.path, content)}"')
                self.send_header("Accept-Ranges", "bytes")
            if status == 404:
                self.send_header("X-Error-Code", "EntryNotFound")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            pass

    return Handler
