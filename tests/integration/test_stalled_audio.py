"""A client that sends speech and then nothing at all, neither silence nor `finish`, still gets its final."""

import json
from pathlib import Path

from support.serving import WAIT_S, live_server
from support.tones import spoken


def test_a_final_comes_when_the_audio_stops_coming(tmp_path: Path) -> None:
    with (
        live_server(tmp_path, {"limits.stalled_audio_ms": 50}) as server,
        server.connect("/v1/asr/stream?sample_rate=8000") as socket,
    ):
        for text in ("hi", "م"):
            socket.send(spoken(text, sample_rate=8000, encoding="linear16"))
            while (message := json.loads(socket.recv(WAIT_S)))["type"] != "final":
                pass
            assert message["transcript"] == text
