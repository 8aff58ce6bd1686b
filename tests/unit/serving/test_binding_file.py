from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hiwar.errors import HiwarError
from hiwar.serving.binding_file import BindingFile


def test_nothing_is_bound_without_a_file(tmp_path: Path) -> None:
    assert BindingFile(tmp_path / "data" / "voices.json").read() == {}


def test_what_is_bound_is_remembered_and_forgotten_by_name(tmp_path: Path) -> None:
    path = tmp_path / "data" / "voices.json"
    BindingFile(path).change("Yara", "kareem")
    BindingFile(path).change("Nouf", "hibari/male")
    BindingFile(path).change("Yara", "other")
    assert BindingFile(path).read() == {"Yara": "other", "Nouf": "hibari/male"}
    BindingFile(path).change("Yara", None)
    BindingFile(path).change("Atheer", None)
    assert BindingFile(path).read() == {"Nouf": "hibari/male"}
    assert not list(path.parent.glob("*.new"))


def test_who_writes_at_the_same_time_loses_nothing(tmp_path: Path) -> None:
    file = BindingFile(tmp_path / "voices.json")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: file.change(f"voice{number}", "x"), range(24)))
    assert len(file.read()) == 24


@pytest.mark.parametrize("content", [b"", b"[]", b'{"Yara": 1}', b"\xff"])
def test_a_file_with_something_else_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "voices.json"
    path.write_bytes(content)
    for use in (BindingFile(path).read, lambda: BindingFile(path).change("Yara", "x")):
        with pytest.raises(HiwarError, match=r"voices\.json cannot be read"):
            use()
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, no folder")
    with pytest.raises(HiwarError, match="cannot be written"):
        BindingFile(tmp_path / "data" / "voices.json").change("Yara", "x")
