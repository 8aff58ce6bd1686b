import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hiwar.cli import main
from hiwar.serving.keys import KeyLimits, KeyStore


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def _keys(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["keys", *arguments, "--data-dir", str(data_dir)])


def _made(data_dir: Path, *arguments: str) -> str:
    result = _keys(data_dir, "create", "--name", "one", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1]


def test_create_prints_a_working_key_alone_on_standard_output(data_dir: Path) -> None:
    result = _keys(data_dir, "create", "--name", "خدمة العملاء")
    principal = KeyStore(data_dir / "keys.db").verify(result.stdout.strip())
    assert result.stdout.count("\n") == 1
    assert principal is not None
    assert principal.name == "خدمة العملاء"
    assert principal.key_id in result.stderr
    assert principal.limits == KeyLimits()


@pytest.mark.parametrize(("choice", "services"), [("tts", ("tts",)), ("asr", ("asr",)), ("both", ("tts", "asr"))])
def test_services_voices_and_limits_are_kept(data_dir: Path, choice: str, services: tuple[str, ...]) -> None:
    options = ["--service", choice, "--voice", "Yara", "--voice", "Nouf"]
    options += ["--rpm", "1", "--tpm", "2", "--tpd", "3", "--concurrent", "0"]
    principal = KeyStore(data_dir / "keys.db").verify(_made(data_dir, *options))
    assert principal is not None
    assert principal.services == services
    assert principal.voices == ("Yara", "Nouf")
    assert principal.limits == KeyLimits(1, 2, 3, None)


def test_list_shows_keys_without_secrets(data_dir: Path) -> None:
    key = _made(data_dir, "--voice", "Yara", "--rpm", "0")
    _, key_id, secret, _ = key.split("_")
    table = _keys(data_dir, "list").stdout
    assert key_id in table
    for cell in ("one", "tts+asr", "Yara", "unlimited", "50,000", "in use"):
        assert cell in table
    assert secret not in table
    listed = json.loads(_keys(data_dir, "list", "--json").stdout)
    assert listed[0]["principal"]["key_id"] == key_id
    assert secret not in json.dumps(listed)


def test_list_of_nothing_says_how_to_begin(data_dir: Path) -> None:
    result = _keys(data_dir, "list")
    assert result.stdout == ""
    assert "hiwar keys create" in result.stderr
    assert json.loads(_keys(data_dir, "list", "--json").stdout) == []


def test_revoke_ends_a_key(data_dir: Path) -> None:
    key = _made(data_dir)
    key_id = key.split("_")[1]
    assert _keys(data_dir, "revoke", key_id).exit_code == 0
    assert KeyStore(data_dir / "keys.db").verify(key) is None
    assert "revoked" in _keys(data_dir, "list").stdout
    again = _keys(data_dir, "revoke", key_id)
    assert again.exit_code == 1
    assert "hiwar keys list" in again.stderr


def test_the_data_folder_may_come_from_the_environment(data_dir: Path) -> None:
    result = CliRunner(env={"HIWAR_DATA_DIR": str(data_dir)}).invoke(main, ["keys", "create", "--name", "one"])
    assert KeyStore(data_dir / "keys.db").verify(result.stdout.strip()) is not None


@pytest.mark.parametrize("arguments", [("create",), ("create", "--name", "x", "--rpm", "-1"), ("revoke",)])
def test_wrong_usage_is_exit_code_2(data_dir: Path, arguments: tuple[str, ...]) -> None:
    assert _keys(data_dir, *arguments).exit_code == 2


def test_an_unusable_data_folder_is_an_error_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, no folder")
    result = _keys(tmp_path / "data" / "below", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The key file ")


def test_a_key_ends_when_it_was_told_to(data_dir: Path) -> None:
    _made(data_dir, "--expires", "2h")
    (record,) = KeyStore(data_dir / "keys.db").list()
    assert record.expires_at is not None
    assert record.expires_at - record.created_at == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=5))
    assert "in use until" in _keys(data_dir, "list").output


@pytest.mark.parametrize("span", ["", "x", "5", "-1d", "1.5h", "d", "9999999d"])
def test_what_is_no_span_of_time_is_refused(data_dir: Path, span: str) -> None:
    refused = _keys(data_dir, "create", "--name", "one", "--expires", span)
    assert refused.exit_code == 2
    assert "as in 90d" in refused.output


def test_a_rotated_key_is_printed_alone_and_the_old_one_ends(data_dir: Path) -> None:
    old = _made(data_dir)
    store = KeyStore(data_dir / "keys.db")
    key_id = store.list()[0].principal.key_id
    rotated = _keys(data_dir, "rotate", key_id, "--overlap", "0s")
    new = rotated.stdout.strip()
    assert rotated.stdout.count("\n") == 1
    assert store.verify(new) is not None
    assert store.verify(old) is None
    assert store.verify(_keys(data_dir, "rotate", key_id).stdout.strip()) == store.verify(new)


def test_only_a_key_in_use_is_rotated(data_dir: Path) -> None:
    refused = _keys(data_dir, "rotate", "nothing")
    assert refused.exit_code == 1
    assert "hiwar keys list" in refused.output
