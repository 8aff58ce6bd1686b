"""What streams have used, from the socket to the command that shows it, also of a client that just leaves."""

import json
from pathlib import Path

from click.testing import CliRunner

from hiwar.cli import main
from support.keys import Keys
from support.serving import WAIT_S, live_server
from support.tones import spoken

SAID = spoken("hi", sample_rate=16000, encoding="linear16", silence_ms=100)


def test_a_client_that_leaves_has_used_what_it_sent(tmp_path: Path) -> None:
    with live_server(tmp_path) as server:
        record, key = Keys(server.settings.keys_file).create("هاتف")
        with server.connect("/v1/asr/stream", key=key) as socket:
            socket.send(SAID)
            socket.send('{"type": "finalize"}')
            while json.loads(socket.recv(timeout=WAIT_S))["type"] != "final":
                pass
        server.until(lambda: not server.running.service._slots)
        with server.connect("/v1/tts/stream", key=key) as socket:
            socket.send('{"text": "hi"}')
            while not isinstance(frame := socket.recv(timeout=WAIT_S), str) or "synthesis_complete" not in frame:
                pass
    assert 0 < len(SAID) / 32 < 1000, "less than what is counted at a time"
    shown = CliRunner().invoke(main, ["usage", "--json", "--data-dir", str(tmp_path)])
    heard, said = map(json.loads, shown.stdout.splitlines())
    assert (heard["key_id"], heard["name"], heard["service"]) == (record.principal.key_id, "هاتف", "asr")
    assert (heard["requests"], heard["characters"], heard["audio_seconds"]) == (1, 0, len(SAID) / 32_000)
    assert (said["service"], said["requests"], said["characters"]) == ("tts", 1, 2)
    assert said["audio_seconds"] > 0
