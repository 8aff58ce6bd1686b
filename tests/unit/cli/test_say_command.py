import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from websockets.sync.server import ServerConnection

from hiwar.cli import main
from support.scripted_server import COMPLETE, STARTED, scripted_server, until_finish
from support.serving import WAIT_S

WORDS = (
    '{"type": "word_timestamps", "request_id": "speech", "words": ['
    '{"word": "صباح", "start_ms": 0, "end_ms": 410}, {"word": "الخير", "start_ms": 410, "end_ms": 1005}]}'
)


def _say(tmp_path: Path, url: str, *options: str) -> Result:
    arguments = ["say", "صباح الخير", "--url", url, "--api-key", "key", "--data-dir", str(tmp_path)]
    return CliRunner().invoke(main, [*arguments, *options])


def test_word_times_are_lines_of_seconds(tmp_path: Path) -> None:
    def converse(socket: ServerConnection) -> None:
        assert json.loads(socket.recv())["word_timestamps"]
        for frame in (STARTED, WORDS, bytes(4410), COMPLETE):
            socket.send(frame)

    with scripted_server(converse) as url:
        said = _say(tmp_path, url, "--words", "-o", str(tmp_path / "said.wav"))
    assert said.exit_code == 0, said.output
    assert said.stdout == "0.000\t0.410\tصباح\n0.410\t1.005\tالخير\n"


def test_a_voice_without_word_times_says_so(tmp_path: Path) -> None:
    def converse(socket: ServerConnection) -> None:
        socket.recv()
        for frame in (STARTED, bytes(4410), COMPLETE):
            socket.send(frame)

    with scripted_server(converse) as url:
        said = _say(tmp_path, url, "--words", "-o", str(tmp_path / "said.wav"))
        silent = _say(tmp_path, url, "-o", str(tmp_path / "said.wav"))
    assert (said.exit_code, said.stdout) == (0, "")
    assert "no word times" in said.stderr
    assert "no word times" not in silent.stderr


def test_words_and_audio_do_not_share_standard_output(tmp_path: Path) -> None:
    refused = _say(tmp_path, "ws://127.0.0.1:1", "--words", "-o", "-")
    assert refused.exit_code == 2
    assert "-o FILE" in refused.stderr


@pytest.mark.parametrize("given", [("-",), ()])
def test_a_pipe_is_spoken_while_it_is_written(tmp_path: Path, given: tuple[str, ...]) -> None:
    """The second half is only written when the audio of the first has come out."""

    def converse(socket: ServerConnection) -> None:
        assert json.loads(socket.recv())["type"] == "start"
        socket.send(STARTED)
        assert json.loads(socket.recv()) == {"type": "text", "text": "one "}
        socket.send(b"1234")
        assert json.loads(socket.recv()) == {"type": "text", "text": "two"}
        socket.send(b"5678")
        until_finish(socket)
        socket.send(COMPLETE)

    with scripted_server(converse) as url:
        options = ("-o", "-", "--format", "pcm", "--url", url, "--api-key", "key", "--data-dir", str(tmp_path))
        with subprocess.Popen(
            [Path(sys.executable).with_name("hiwar"), "say", *given, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"one ")
            assert process.stdout.read(4) == b"1234"
            process.stdin.write(b"two")
            process.stdin.close()
            assert process.stdout.read() == b"5678"
            assert process.wait(WAIT_S) == 0


@pytest.mark.parametrize("stdin", ["terminal", "closed"])
def test_no_text_at_all_is_asked_for(tmp_path: Path, stdin: str) -> None:
    command = [str(Path(sys.executable).with_name("hiwar")), "say", "--url", "ws://127.0.0.1:1", "-o", "-"]
    if stdin == "closed":
        asked = subprocess.run(
            ["/bin/sh", "-c", '"$@" <&-', "sh", *command], capture_output=True, text=True, timeout=WAIT_S, check=False
        )
    else:
        leader, terminal = pty.openpty()
        asked = subprocess.run(command, stdin=terminal, capture_output=True, text=True, timeout=WAIT_S, check=False)
        os.close(leader)
        os.close(terminal)
    assert asked.returncode == 2
    assert "There is no text" in asked.stderr


@pytest.mark.parametrize(
    ("name", "options", "asked"),
    [
        ("said.mp3", (), "mp3"),
        ("said.OGG", (), "opus"),
        ("said.opus", (), "opus"),
        ("said.aac", (), "aac"),
        ("said.flac", (), "flac"),
        ("said.mulaw", (), "mulaw"),
        ("said.wav", (), "pcm"),
        ("said", (), "pcm"),
        ("said.mp3", ("--format", "flac"), "flac"),
    ],
)
def test_the_name_of_the_file_says_its_format(tmp_path: Path, name: str, options: tuple[str, ...], asked: str) -> None:
    """A WAV file gets its header here, with its length; everything else is written as it comes."""

    def converse(socket: ServerConnection) -> None:
        assert json.loads(socket.recv()).get("format", "pcm") == asked
        for frame in (STARTED, bytes(4410), COMPLETE):
            socket.send(frame)

    with scripted_server(converse) as url:
        said = _say(tmp_path, url, "-o", str(tmp_path / name), *options)
    assert said.exit_code == 0, said.output
    written = (tmp_path / name).read_bytes()
    assert written[:4] == (b"RIFF" if asked == "pcm" else bytes(4))
    assert written.endswith(bytes(4410))
