"""RealtimeSTT's recorder, fed over a WebSocket on loopback: PORT MODEL_FOLDER SILERO_FILE. Runs in its environment.

A connection sends its language, then 16-bit samples at 16 kHz; it gets {"text", "final"} for everything that the
recorder says. One connection at a time.
"""

import importlib
import json
import sys
import threading
from typing import Any

from peers.no_torch import stand_in_for_torch
from peers.parent import end_with_parent
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

stand_in_for_torch()  # here, since the recorder's own process imports this module again

ENDPOINT_S = 0.5
"""The server that it is compared with waits as long."""


class Listener:
    """Who is told what the recorder says."""

    def __init__(self) -> None:
        self.connection: ServerConnection | None = None

    def tell(self, text: str, *, final: bool) -> None:
        """Send it, if anyone listens."""
        connection = self.connection
        if connection is not None:
            try:
                connection.send(json.dumps({"text": text, "final": final}))
            except ConnectionClosed:
                self.connection = None


def recorder(model: str, silero: str, listener: Listener) -> Any:
    """Its defaults, but for the model, the endpoint, and what needs a GPU or a microphone."""
    return importlib.import_module("RealtimeSTT").AudioToTextRecorder(
        model=model,
        realtime_model_type=model,
        device="cpu",
        compute_type="int8",
        use_microphone=False,
        spinner=False,
        no_log_file=True,
        enable_realtime_transcription=True,
        on_realtime_transcription_update=lambda text: listener.tell(text, final=False),
        post_speech_silence_duration=ENDPOINT_S,
        silero_onnx_model_path=silero,
    )


def main() -> None:
    listener = Listener()
    heard = recorder(sys.argv[2], sys.argv[3], listener)

    def say() -> None:
        while True:
            listener.tell(heard.text() or "", final=True)

    def hear(connection: ServerConnection) -> None:
        heard.language = str(connection.recv())
        listener.connection = connection
        for frame in connection:
            heard.feed_audio(frame)
        listener.connection = None

    threading.Thread(target=say, daemon=True).start()
    with serve(hear, "127.0.0.1", int(sys.argv[1])) as server:
        server.serve_forever()


if __name__ == "__main__":
    end_with_parent()
    main()
