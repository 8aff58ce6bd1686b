import hashlib
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from hiwar.cli import main
from hiwar.engines.model_catalogue import CatalogueEntry, HubRepository
from hiwar.engines.model_store import ModelStore
from hiwar.errors import EngineUnavailableError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MIB = 1 << 20
REPOSITORY = "speech/sample"
PREFIX = f"/{REPOSITORY}/resolve/"


@dataclass
class Hub:
    """What the loopback hub serves, what goes wrong with it, and the requests it saw."""

    files: dict[str, bytes]
    break_after_bytes: int | None = None
    """The next body ends after so many bytes, and the hub is `down` from then on."""
    down: bool = False
    """Every request is answered 503."""
    declared_sha256: str | None = None
    address: str = ""
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    authorizations: set[str | None] = field(default_factory=set)

    def ranges(self, name: str) -> list[str | None]:
        return [range_ for method, path, range_ in self.requests if method == "GET" and path.endswith(f"/{name}")]


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
            content = hub.files.get(self.path.rpartition("/")[2]) if self.path.startswith(PREFIX) else None
            if hub.down or content is None:
                self._head(503 if hub.down else 404, 0)
                return
            start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
            self._head(206 if start else 200, len(content) - start, content)
            if self.command == "HEAD":
                return
            if hub.break_after_bytes is None:
                self.wfile.write(content[start:])
            else:
                self.wfile.write(content[start : start + hub.break_after_bytes])
                hub.break_after_bytes = None
                hub.down = True
                self.close_connection = True

        def _head(self, status: int, length: int, content: bytes | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            if content is not None:
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("ETag", f'"{hub.declared_sha256 or hashlib.sha256(content).hexdigest()}"')
                self.send_header("Accept-Ranges", "bytes")
            if status == 404:
                self.send_header("X-Error-Code", "EntryNotFound")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            pass

    return Handler


@pytest.fixture
def hub() -> Iterator[Hub]:
    model = random.Random(0).randbytes(24 * MIB)  # noqa: S311 - test data
    served = Hub({"config.json": b'{"kind": "sample"}', "model.bin": model})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


def _store(hub: Hub, models_dir: Path, *files: str) -> ModelStore:
    source = HubRepository(REPOSITORY, files or ("config.json", "model.bin"))
    entry = CatalogueEntry("sample", "recognition", "tests", 24 * MIB, "MIT", source)
    return ModelStore(models_dir, hub.address, (entry,))


def _silent(_line: str) -> None:
    pass


def test_pull_brings_every_file_of_one_commit(hub: Hub, tmp_path: Path) -> None:
    store = _store(hub, tmp_path)
    assert store.path("sample") is None
    folder = store.pull("sample", _silent)
    assert {path.name for path in folder.iterdir()} == {*hub.files, "manifest.json"}
    assert all((folder / name).read_bytes() == content for name, content in hub.files.items())
    manifest = (folder / "manifest.json").read_text()
    assert f"{REPOSITORY}@{COMMIT}" in manifest
    assert hashlib.sha256(hub.files["model.bin"]).hexdigest() in manifest
    revisions = [path.removeprefix(PREFIX).split("/")[0] for _, path, _ in hub.requests]
    assert set(revisions[1:]) <= {"main", COMMIT}
    assert revisions[-1] == COMMIT


def test_a_second_pull_and_ensure_ask_nobody(hub: Hub, tmp_path: Path) -> None:
    store = _store(hub, tmp_path)
    folder = store.pull("sample", _silent)
    hub.requests.clear()
    assert store.pull("sample", _silent) == folder
    assert store.ensure("sample", _silent) == folder
    assert hub.requests == []


def test_pull_sends_no_credentials_and_leaves_the_environment_alone(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    before = dict(os.environ)
    _store(hub, tmp_path).pull("sample", _silent)
    assert hub.authorizations == {None}
    assert dict(os.environ) == before


def test_a_download_that_broke_off_is_continued_by_the_next_pull(hub: Hub, tmp_path: Path) -> None:
    hub.break_after_bytes = 15 * MIB
    hub.requests.clear()
    with pytest.raises(EngineUnavailableError, match="HTTP 503"):
        _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    assert not (tmp_path / "sample").exists()

    hub.down = False
    hub.requests.clear()
    folder = _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    assert (folder / "model.bin").read_bytes() == hub.files["model.bin"]
    (continued,) = hub.ranges("model.bin")
    assert continued is not None
    assert 0 < int(continued.removeprefix("bytes=").removesuffix("-")) <= 15 * MIB


def test_whole_files_of_a_broken_pull_are_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    lost = hub.files.pop("config.json")
    with pytest.raises(EngineUnavailableError):
        _store(hub, tmp_path, "model.bin", "config.json").pull("sample", _silent)
    hub.files["config.json"] = lost
    hub.requests.clear()
    _store(hub, tmp_path, "model.bin", "config.json").pull("sample", _silent)
    assert hub.ranges("model.bin") == []
    assert hub.ranges("config.json") == [None]


def test_a_file_of_another_version_is_not_continued(hub: Hub, tmp_path: Path) -> None:
    hub.break_after_bytes = 15 * MIB
    with pytest.raises(EngineUnavailableError):
        _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    hub.down = False
    hub.files["model.bin"] = b"a later and smaller one"
    folder = _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    assert (folder / "model.bin").read_bytes() == hub.files["model.bin"]
    assert {path.name for path in folder.iterdir()} == {"model.bin", "manifest.json"}


def test_another_hash_than_declared_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.declared_sha256 = "0" * 64
    with pytest.raises(EngineUnavailableError, match="another SHA-256 than the hub declares"):
        _store(hub, tmp_path).pull("sample", _silent)
    assert _store(hub, tmp_path).path("sample") is None
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix in (".part", ".bin", ".json")]


def test_a_file_that_the_hub_has_not_says_what_to_check(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match=r"has no speech/sample .*HTTP 404.*hiwar models list"):
        _store(hub, tmp_path, "absent.bin").pull("sample", _silent)


def test_an_address_where_nobody_answers_says_what_to_check(hub: Hub, tmp_path: Path) -> None:
    hub.address = "http://127.0.0.1:9"
    with pytest.raises(EngineUnavailableError, match=r"could not be reached.*--hub or HIWAR_HUB"):
        _store(hub, tmp_path).pull("sample", _silent)


def test_the_command_reports_a_hub_without_the_model(hub: Hub, tmp_path: Path) -> None:
    arguments = ["models", "pull", "whisper-small", "--hub", hub.address, "--models-dir", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: The model hub {hub.address} has no Systran/faster-whisper-small")


@pytest.mark.models
def test_a_real_model_arrives_and_runs(hub: Hub, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    packaged = ModelStore(tmp_path).path("silero")
    assert packaged is not None
    hub.files["silero.onnx"] = packaged.read_bytes()
    folder = _store(hub, tmp_path, "silero.onnx").pull("sample", _silent)
    session = onnxruntime.InferenceSession(folder / "silero.onnx", providers=["CPUExecutionProvider"])
    assert {each.name for each in session.get_inputs()} >= {"input", "state", "sr"}
