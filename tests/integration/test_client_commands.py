"""`hiwar say`, `transcribe` and `voices` as a user runs them, against a server of tone engines."""

import contextlib
import json
import signal
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from support.processes import Ended, Process, hiwar_command, serve_process
from support.serving import WAIT_S
from support.tones import heard


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Process]:
    with serve_process(data_dir) as started:
        yield started
        assert started.stop().code == 0


def hiwar(data_dir: Path, *arguments: str, programs: Path | None = None, folder: Path | None = None) -> Ended:
    """Run a command in `folder`, with no programs to be found but those of `programs`."""
    command, environment = hiwar_command(data_dir, {"PATH": str(programs)} if programs else None)
    done = subprocess.run(
        [*command, *arguments],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=WAIT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode())


@pytest.mark.parametrize(
    ("text", "rate"), [("مرحبا بك hello", "8000"), ("hello world", "16000"), ("ok", "44100"), ("24 kHz", "24000")]
)
def test_what_say_writes_transcribe_reads(
    server: Process, data_dir: Path, tmp_path: Path, text: str, rate: str
) -> None:
    file = tmp_path / "said.wav"
    said = hiwar(data_dir, "say", text, "-o", str(file), "--sample-rate", rate, "--url", server.url)
    assert said.code == 0, said.err
    with wave.open(str(file)) as audio:
        assert (audio.getnchannels(), audio.getsampwidth(), audio.getframerate()) == (1, 2, int(rate))
        assert audio.getnframes() > 0
    written = hiwar(data_dir, "transcribe", str(file), "--url", server.url)
    assert (written.code, written.out) == (0, f"{text}\n"), written.err


def test_live_shows_the_same_text(server: Process, data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    assert hiwar(data_dir, "say", "live", "-o", str(file), "--sample-rate", "16000", "--url", server.url).code == 0
    live = hiwar(data_dir, "transcribe", str(file), "--live", "--url", server.url)
    assert live.code == 0, live.err
    assert live.out.splitlines()[-1].endswith("live")


def test_json_is_every_event(server: Process, data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    assert hiwar(data_dir, "say", "one two", "-o", str(file), "--sample-rate", "16000", "--url", server.url).code == 0
    written = hiwar(data_dir, "transcribe", str(file), "--json", "--words", "--url", server.url)
    events = [json.loads(line) for line in written.out.splitlines()]
    assert [events[0]["type"], events[-1]["type"]] == ["ready", "done"]
    (final,) = [event for event in events if event["type"] == "final"]
    assert [word["word"] for word in final["words"]] == ["one", "two"]


def test_say_reads_a_pipe_and_writes_one(server: Process, data_dir: Path) -> None:
    command, environment = hiwar_command(data_dir)
    done = subprocess.run(
        [*command, "say", "-", "-o", "-", "--url", server.url],
        env=environment,
        capture_output=True,
        timeout=WAIT_S,
        input=b"hello",
        check=True,
    )
    assert done.stdout[:4] == b"RIFF"
    assert len(done.stdout) > 20_000


@contextlib.contextmanager
def speaking_along(server: Process, data_dir: Path) -> Iterator[tuple["subprocess.Popen[bytes]", IO[bytes], IO[bytes]]]:
    """`hiwar say` with its two pipes; it writes WAV at 16 kHz."""
    command, environment = hiwar_command(data_dir)
    said = [*command, "say", "-o", "-", "--sample-rate", "16000", "--url", server.url]
    with subprocess.Popen(
        said, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process, process.stdin, process.stdout


def test_say_speaks_along_with_a_program(server: Process, data_dir: Path) -> None:
    """The rest is written when the first sentence has been heard."""
    first, rest = "صباح الخير. ", "Good morning."
    with speaking_along(server, data_dir) as (process, text, audio):
        text.write(first.encode())
        said = audio.read(20_000)
        text.write(rest.encode())
        text.close()
        while read := audio.read(65_536):
            said += read
        assert process.wait(WAIT_S) == 0
    assert heard(said, sample_rate=16000, audio_format="wav").split() == (first + rest).split()


def test_an_interrupt_ends_the_wait_for_text(server: Process, data_dir: Path) -> None:
    with speaking_along(server, data_dir) as (process, text, audio):
        text.write("صباح الخير. ".encode())
        audio.read(100)
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 130
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_say_lists_word_times(server: Process, data_dir: Path, tmp_path: Path) -> None:
    arguments = ("one two", "-o", str(tmp_path / "said.wav"), "--words", "--url", server.url)
    said = hiwar(data_dir, "say", *arguments)
    assert said.code == 0, said.err
    (one, two) = [line.split("\t") for line in said.out.splitlines()]
    assert (one[2], two[2]) == ("one", "two")
    assert 0 <= float(one[0]) < float(one[1]) <= float(two[0]) < float(two[1])


def test_a_pipe_with_nothing_to_speak_is_an_error(server: Process, data_dir: Path) -> None:
    silent = hiwar(data_dir, "say", "-o", "-", "--url", server.url)
    assert (silent.code, "nothing to speak" in silent.err) == (1, True)


def test_say_that_is_refused_leaves_no_file(server: Process, data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    for arguments in (("hello", "--voice", "Nobody"), (" ",), ("a" * 10_001,), ("", "--format", "mulaw")):
        refused = hiwar(data_dir, "say", *arguments, "-o", str(file), "--url", server.url)
        assert refused.code == 1
        assert refused.err.startswith("Error: ")
        assert "Traceback" not in refused.err
        assert not file.exists()


def test_say_where_nothing_can_be_written(server: Process, data_dir: Path, tmp_path: Path) -> None:
    for audio_format in ("wav", "mulaw"):
        file = tmp_path / "nowhere" / "said"
        failed = hiwar(data_dir, "say", "hello", "-o", str(file), "--format", audio_format, "--url", server.url)
        assert failed.code == 1
        assert f"{file} cannot be written" in failed.err
        assert "Traceback" not in failed.err


@pytest.mark.parametrize("options", [("-o", "said.wav"), ("-o", "said.raw", "--format", "mulaw"), ("-o", "-")])
def test_a_text_with_nothing_to_speak_is_an_error(
    server: Process, data_dir: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    silent = hiwar(data_dir, "say", "🙂", *options, "--url", server.url, folder=tmp_path)
    assert (silent.code, silent.err) == (1, "Error: There is nothing to speak in this text.\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "name"),
    [((), "speech.wav"), (("--format", "mulaw"), "speech.mulaw"), (("--format", "pcm"), "speech.pcm")],
)
def test_without_a_player_the_file_is_named_after_its_format(
    server: Process, data_dir: Path, tmp_path: Path, options: tuple[str, ...], name: str
) -> None:
    said = hiwar(data_dir, "say", "hello", *options, "--url", server.url, programs=tmp_path, folder=tmp_path)
    assert said.code == 0, said.err
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert ((tmp_path / name).read_bytes()[:4] == b"RIFF") == (name == "speech.wav")


@pytest.fixture
def player(tmp_path: Path) -> Path:
    """A player that writes what it hears into `heard` below the folder where it is run."""
    path = tmp_path / "programs" / "paplay"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\nexec /bin/cat > heard\n")
    path.chmod(0o755)
    return path


def test_say_plays(server: Process, data_dir: Path, tmp_path: Path, player: Path) -> None:
    said = hiwar(data_dir, "say", "hello", "--url", server.url, programs=player.parent, folder=tmp_path)
    assert said.code == 0, said.err
    assert (tmp_path / "heard").stat().st_size > 20_000


def test_a_format_without_a_file_is_refused(server: Process, data_dir: Path, tmp_path: Path, player: Path) -> None:
    arguments = ("say", "hello", "--format", "mulaw", "--url", server.url)
    refused = hiwar(data_dir, *arguments, programs=player.parent, folder=tmp_path)
    assert refused.code == 2
    assert "-o FILE" in refused.err


@pytest.mark.parametrize("script", ["exit 3", "/bin/cat > /dev/null; exit 3", ""])
@pytest.mark.parametrize("text", ["hi", "abcdefghi " * 50])
def test_a_player_that_dies_is_an_error(
    server: Process, data_dir: Path, tmp_path: Path, player: Path, script: str, text: str
) -> None:
    player.write_text(f"#!/bin/sh\n{script}\n" if script else "")
    failed = hiwar(data_dir, "say", text, "--url", server.url, programs=player.parent, folder=tmp_path)
    assert failed.code == 1
    assert "Error: The player paplay failed" in failed.err
    assert "Traceback" not in failed.err


def test_voices(server: Process, data_dir: Path) -> None:
    shown = hiwar(data_dir, "voices", "--json", "--url", server.url)
    assert [voice["name"] for voice in json.loads(shown.out)["voices"]] == ["Yara", "Nouf", "Atheer", "Yara_en"]
    table = hiwar(data_dir, "voices", "--url", server.url.replace("ws://", "http://"))
    assert table.code == 0
    assert "Yara_en" in table.out


@pytest.mark.parametrize("command", [("say", "hello", "-o", "-"), ("voices",)])
@pytest.mark.parametrize(
    ("url", "sentence"),
    [("ws://127.0.0.1:1", "No hiwar server answers"), ("http://127.0.0.1:1", "No hiwar server answers")],
)
def test_nobody_there(data_dir: Path, command: tuple[str, ...], url: str, sentence: str) -> None:
    failed = hiwar(data_dir, *command, "--url", url)
    assert failed.code == 1
    assert sentence in failed.err
    assert "Traceback" not in failed.err


@pytest.mark.parametrize("command", [("say", "hello", "-o", "-"), ("voices",)])
def test_a_wrong_key(server: Process, data_dir: Path, command: tuple[str, ...]) -> None:
    failed = hiwar(data_dir, *command, "--url", server.url, "--api-key", "wrong")
    assert failed.code == 1
    assert "key" in failed.err
    assert "wrong" not in failed.err


@pytest.mark.parametrize("command", [("say", "hello", "-o", "-"), ("voices",)])
def test_a_malformed_key(server: Process, data_dir: Path, command: tuple[str, ...]) -> None:
    failed = hiwar(data_dir, *command, "--url", server.url, "--api-key", "مفتاح")
    assert failed.code == 1
    assert "The API key is malformed" in failed.err


def test_files_that_are_no_audio(server: Process, data_dir: Path, tmp_path: Path) -> None:
    for name, content in {"text.wav": b"hello", "empty.wav": b"", "half.wav": b"RIFF\0\0\0\0WAVEfmt "}.items():
        (tmp_path / name).write_bytes(content)
        failed = hiwar(data_dir, "transcribe", str(tmp_path / name), "--url", server.url)
        assert failed.code == 1
        assert "Error: " in failed.err
        assert "Traceback" not in failed.err
