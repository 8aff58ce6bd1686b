"""A WebSocket server that says what a test wrote down, for what hiwar's own server never says."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from websockets.sync.server import ServerConnection, serve

READY = (
    '{"type": "ready", "request_id": "r", "language": "auto", "sample_rate": 16000, "encoding": "linear16",'
    ' "interim_results": true}'
)
STARTED = (
    '{"type": "synthesis_started", "request_id": "speech", "voice": "Yara", "format": "pcm", "sample_rate": 22050,'
    ' "channels": 1}'
)
COMPLETE = '{"type": "synthesis_complete", "request_id": "speech", "status": "ok", "audio_ms": 100}'
DONE = '{"type": "done", "request_id": "r", "audio_ms": 0, "segments": 0}'


@contextlib.contextmanager
def scripted_server(converse: Callable[[ServerConnection], None]) -> Iterator[str]:
    """The address of a server whose every connection is one call of `converse`; its return closes with 1000."""
    with serve(converse, "127.0.0.1", 0, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever, name="scripted server")
        thread.start()
        try:
            host, port = server.socket.getsockname()[:2]
            yield f"ws://{host}:{port}"
        finally:
            server.shutdown()
            thread.join()


def until_finish(socket: ServerConnection) -> None:
    """Read to the client's `finish`."""
    for frame in socket:
        if isinstance(frame, str) and "finish" in frame:
            return
