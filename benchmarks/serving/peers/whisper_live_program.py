"""WhisperLive's own server on loopback: PORT MODEL_FOLDER. Runs in WhisperLive's environment."""

import importlib
import sys

from peers.no_torch import stand_in_for_torch
from peers.parent import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    stand_in_for_torch()
    importlib.import_module("whisper_live.server").TranscriptionServer().run(
        "127.0.0.1",
        port=int(sys.argv[1]),
        backend="faster_whisper",
        faster_whisper_custom_model_path=sys.argv[2],
        single_model=False,
    )
