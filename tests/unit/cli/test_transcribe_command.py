import wave
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from websockets.sync.server import ServerConnection

from hiwar.cli import main
from support.scripted_server import DONE, READY, scripted_server, until_finish

FINAL = (
    '{"type": "final", "request_id": "r", "segment": 0, "transcript": "it costs twenty five dollars",'
    ' "itn": "it costs $25", "confidence": 0.9, "language": "en", "start_ms": 0, "end_ms": 90, "audio_to_emit_ms": 1}'
)
REFUSED = '{"type": "error", "code": "invalid_request", "message": "Unknown message.", "retryable": false}'


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "silent.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(3200))
    return path


def _transcribe(tmp_path: Path, recording: Path, url: str, *options: str) -> Result:
    arguments = ["transcribe", str(recording), "--url", url, "--api-key", "key", "--data-dir", str(tmp_path)]
    return CliRunner().invoke(main, [*arguments, *options])


def test_a_refusal_that_ends_nothing_is_said_beside_the_text(tmp_path: Path, recording: Path) -> None:
    def converse(socket: ServerConnection) -> None:
        socket.send(READY)
        socket.send(REFUSED)
        until_finish(socket)
        socket.send(DONE)

    with scripted_server(converse) as url:
        plain = _transcribe(tmp_path, recording, url)
        as_json = _transcribe(tmp_path, recording, url, "--json")
    assert (plain.exit_code, plain.stdout) == (0, "")
    assert plain.stderr == "The server refused something: Unknown message.\n"
    assert '"error"' in as_json.stdout.splitlines()[1]


def test_the_form_of_numbers_is_asked_for_and_shown(tmp_path: Path, recording: Path) -> None:
    asked: list[str] = []

    def converse(socket: ServerConnection) -> None:
        assert socket.request is not None
        asked.append(socket.request.path)
        socket.send(READY)
        until_finish(socket)
        socket.send(FINAL)
        socket.send(DONE)

    with scripted_server(converse) as url:
        shown = _transcribe(tmp_path, recording, url, "--digits", "words", "--itn")
        _transcribe(tmp_path, recording, url)
    assert (shown.exit_code, shown.stdout) == (0, "it costs $25\n")
    assert "digits=words" in asked[0]
    assert "itn=true" in asked[0]
    assert "digits=western" in asked[1]
    assert "itn=false" in asked[1]


def test_the_settings_file_may_be_named(tmp_path: Path, recording: Path) -> None:
    result = _transcribe(tmp_path, recording, "ws://127.0.0.1:1", "--config", str(tmp_path / "absent.toml"))
    assert (result.exit_code, "absent.toml cannot be read" in result.stderr) == (1, True)


def test_a_refusal_that_ends_the_stream_is_said_once_and_fails(tmp_path: Path, recording: Path) -> None:
    def converse(socket: ServerConnection) -> None:
        socket.send(READY)
        socket.send(REFUSED)
        socket.close(4400)

    with scripted_server(converse) as url:
        result = _transcribe(tmp_path, recording, url)
    assert (result.exit_code, result.stderr) == (1, "Error: Unknown message.\n")
