import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from hiwar.cli import main
from hiwar.engines.model_entries import CatalogueEntry, HubRepository
from hiwar.engines.model_store import ModelStore
from hiwar.errors import EngineUnavailableError
from support.model_hub import COMMIT, Hub, serving
from support.serving import WAIT_S
from support.terminals import on_a_terminal

MIB = 1 << 20
REPOSITORY = "speech/sample"
MODEL = random.Random(0).randbytes(1 << 16) * (12 * MIB >> 16)  # noqa: S311 - test data


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits a second before it goes on with a download that broke off."""
    at_once = SimpleNamespace(**vars(time) | {"sleep": lambda _seconds: None})
    monkeypatch.setattr("huggingface_hub.file_download.time", at_once)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub(REPOSITORY, {"config.json": b'{"kind": "sample"}', "model.bin": MODEL})) as served:
        yield served


def _store(hub: Hub, models_dir: Path, *files: str, sha256: Mapping[str, str] | None = None) -> ModelStore:
    return _store_of(
        hub, models_dir, HubRepository(REPOSITORY, files or ("config.json", "model.bin"), sha256=sha256 or {})
    )


def _store_of(hub: Hub, models_dir: Path, source: HubRepository) -> ModelStore:
    entry = CatalogueEntry("sample", "recognition", "tests", 12 * MIB, "MIT", source, ("whisper",))
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
    revisions = [path.removeprefix(hub.prefix).split("/")[0] for _, path, _ in hub.requests]
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


@pytest.mark.usefixtures("impatient")
def test_a_download_that_broke_off_is_continued_by_the_next_pull(hub: Hub, tmp_path: Path) -> None:
    hub.break_after_bytes = 11 * MIB
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
    assert 0 < int(continued.removeprefix("bytes=").removesuffix("-")) <= 11 * MIB


def test_whole_files_of_a_broken_pull_are_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    lost = hub.files.pop("config.json")
    with pytest.raises(EngineUnavailableError):
        _store(hub, tmp_path, "model.bin", "config.json").pull("sample", _silent)
    hub.files["config.json"] = lost
    hub.requests.clear()
    _store(hub, tmp_path, "model.bin", "config.json").pull("sample", _silent)
    assert hub.ranges("model.bin") == []
    assert hub.ranges("config.json") == [None]


@pytest.mark.usefixtures("impatient")
def test_a_file_of_another_version_is_not_continued(hub: Hub, tmp_path: Path) -> None:
    hub.break_after_bytes = 11 * MIB
    with pytest.raises(EngineUnavailableError):
        _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    hub.down = False
    hub.files["model.bin"] = b"a later and smaller one"
    folder = _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    assert (folder / "model.bin").read_bytes() == hub.files["model.bin"]
    assert {path.name for path in folder.iterdir()} == {"model.bin", "manifest.json"}


def test_another_hash_than_declared_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.declared_sha256 = "0" * 64
    with pytest.raises(EngineUnavailableError, match="another hash than the hub declares"):
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
    assert f"\nError: The model hub {hub.address} has no Systran/faster-whisper-small" in result.stderr


def test_files_below_a_folder_of_the_repository_land_side_by_side(hub: Hub, tmp_path: Path) -> None:
    hub.files = {"ar/ar_JO/a.onnx": b"model", "ar/ar_JO/a.onnx.json": b"{}"}
    source = HubRepository(REPOSITORY, ("a.onnx", "a.onnx.json"), folder="ar/ar_JO")
    folder = _store_of(hub, tmp_path, source).pull("sample", _silent)
    assert {path.name for path in folder.iterdir()} == {"a.onnx", "a.onnx.json", "manifest.json"}


def test_a_file_that_is_not_the_pinned_one_is_not_even_fetched(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="another file than hiwar knows"):
        _store(hub, tmp_path, sha256={"model.bin": "0" * 64}).pull("sample", _silent)
    assert hub.ranges("model.bin") == []
    assert _store(hub, tmp_path).path("sample") is None


def test_a_pinned_hash_is_held_to_where_the_hub_declares_none(hub: Hub, tmp_path: Path) -> None:
    right, wrong = hashlib.sha256(hub.files["model.bin"]).hexdigest(), "0" * 64
    hub.declared_sha256 = "no-hash"
    with pytest.raises(EngineUnavailableError, match="thrown away"):
        _store(hub, tmp_path, sha256={"model.bin": wrong}).pull("sample", _silent)
    assert _store(hub, tmp_path, sha256={"model.bin": right}).pull("sample", _silent).is_dir()
    assert _store(hub, tmp_path, sha256={"model.bin": wrong}).path("sample") is None


@pytest.mark.parametrize("spoiled", ["model.bin", "config.json"])
def test_what_is_spoiled_on_the_way_is_thrown_away_and_fetched_again(hub: Hub, tmp_path: Path, spoiled: str) -> None:
    hub.kept_by_git = frozenset({"config.json"})
    hub.spoil = True
    with pytest.raises(EngineUnavailableError, match=rf"{spoiled} arrived with another hash"):
        _store(hub, tmp_path, spoiled).pull("sample", _silent)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    hub.spoil = False
    folder = _store(hub, tmp_path, spoiled).pull("sample", _silent)
    assert (folder / spoiled).read_bytes() == hub.files[spoiled]


@pytest.mark.usefixtures("impatient")
def test_a_part_that_was_spoiled_on_the_disk_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    hub.break_after_bytes = 11 * MIB
    with pytest.raises(EngineUnavailableError):
        _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    hub.down = False
    (part,) = tmp_path.rglob("*.part")
    part.write_bytes(bytes(part.stat().st_size))
    with pytest.raises(EngineUnavailableError, match="thrown away"):
        _store(hub, tmp_path, "model.bin").pull("sample", _silent)
    assert _store(hub, tmp_path, "model.bin").pull("sample", _silent).is_dir()


def test_a_hub_that_sends_too_much_does_not_stay_in_the_way(hub: Hub, tmp_path: Path) -> None:
    hub.more = b"and more"
    with pytest.raises(EngineUnavailableError, match="another size than it declared"):
        _store(hub, tmp_path, "config.json").pull("sample", _silent)
    hub.more = b""
    folder = _store(hub, tmp_path, "config.json").pull("sample", _silent)
    assert (folder / "config.json").read_bytes() == hub.files["config.json"]


def test_a_hub_that_never_stops_sending_does_not_fill_the_disk(hub: Hub, tmp_path: Path) -> None:
    hub.more = bytes(15 * MIB)
    with pytest.raises(EngineUnavailableError, match="another size than it declared"):
        _store(hub, tmp_path, "config.json").pull("sample", _silent)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= len(hub.files["config.json"])


def test_a_file_that_is_declared_far_too_large_is_not_even_fetched(hub: Hub, tmp_path: Path) -> None:
    hub.files["config.json"] = bytes(25 * MIB)
    with pytest.raises(EngineUnavailableError, match=r"declares 26 MB for config\.json, far more than the model has"):
        _store(hub, tmp_path, "config.json").pull("sample", _silent)
    assert hub.ranges("config.json") == []


def test_what_cannot_be_checked_is_said(hub: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    _store(hub, tmp_path / "hashed", "config.json").pull("sample", said.append)
    assert len(said) == 1
    hub.declared_sha256 = "5f3a-1c"
    _store(hub, tmp_path / "plain", "config.json").pull("sample", said.append)
    assert said[2:] == ["config.json could not be checked beyond its size: the hub declares no hash for it"]


def test_an_address_that_is_none_says_what_to_check(hub: Hub, tmp_path: Path) -> None:
    hub.address = "http://[::"
    with pytest.raises(EngineUnavailableError, match=r"check --hub or HIWAR_HUB"):
        _store(hub, tmp_path).pull("sample", _silent)


def _pull_command(hub: Hub, models_dir: Path) -> list[str]:
    voice = "ar_JO-kareem-low"
    hub.repository = "rhasspy/piper-voices"
    hub.files = {f"ar/ar_JO/kareem/low/{voice}.onnx{end}": hub.files["model.bin"] for end in ("", ".json")}
    program = str(Path(sys.executable).with_name("hiwar"))
    return [program, "models", "pull", voice, "--hub", hub.address, "--models-dir", str(models_dir)]


def test_progress_is_shown_on_a_terminal(hub: Hub, tmp_path: Path) -> None:
    shown = on_a_terminal(_pull_command(hub, tmp_path), wait_s=WAIT_S)
    assert "not stated, see its model card" in shown
    assert "100%" in shown


def test_progress_is_quiet_in_a_pipe(hub: Hub, tmp_path: Path) -> None:
    done = subprocess.run(_pull_command(hub, tmp_path), capture_output=True, text=True, timeout=WAIT_S, check=True)
    assert done.stdout == ""
    assert "%" not in done.stderr
    assert "downloading ar_JO-kareem-low.onnx (12.6 MB)" in done.stderr


@pytest.mark.models
def test_a_real_model_arrives_and_runs(hub: Hub, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    packaged = ModelStore(tmp_path).path("silero")
    assert packaged is not None
    hub.files["silero.onnx"] = packaged.read_bytes()
    folder = _store(hub, tmp_path, "silero.onnx").pull("sample", _silent)
    session = onnxruntime.InferenceSession(folder / "silero.onnx", providers=["CPUExecutionProvider"])
    assert {each.name for each in session.get_inputs()} >= {"input", "state", "sr"}
