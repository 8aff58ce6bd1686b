import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from hiwar.cli import main
from hiwar.serving.keys import KeyLimits
from support.keys import Keys


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
    principal = Keys(data_dir / "keys.db").verify(result.stdout.strip())
    assert result.stdout.count("\n") == 1
    assert principal is not None
    assert principal.name == "خدمة العملاء"
    assert principal.key_id in result.stderr
    assert principal.limits == KeyLimits()


@pytest.mark.parametrize(("choice", "services"), [("tts", ("tts",)), ("asr", ("asr",)), ("both", ("tts", "asr"))])
def test_services_voices_and_limits_are_kept(data_dir: Path, choice: str, services: tuple[str, ...]) -> None:
    options = ["--service", choice, "--voice", "Yara", "--voice", "Nouf"]
    options += ["--rpm", "1", "--tpm", "2", "--tpd", "3", "--concurrent", "0"]
    principal = Keys(data_dir / "keys.db").verify(_made(data_dir, *options))
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
    assert Keys(data_dir / "keys.db").verify(key) is None
    assert "revoked" in _keys(data_dir, "list").stdout
    again = _keys(data_dir, "revoke", key_id)
    assert again.exit_code == 1
    assert "hiwar keys list" in again.stderr


def test_the_data_folder_may_come_from_the_environment(data_dir: Path) -> None:
    result = CliRunner(env={"HIWAR_DATA_DIR": str(data_dir)}).invoke(main, ["keys", "create", "--name", "one"])
    assert Keys(data_dir / "keys.db").verify(result.stdout.strip()) is not None


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
    (record,) = Keys(data_dir / "keys.db").list()
    assert record.expires_at is not None
    assert record.expires_at - record.created_at == pytest.approx(timedelta(hours=2), abs=timedelta(seconds=5))
    assert "in use until" in _keys(data_dir, "list").output


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("2999-01-31", datetime(2999, 1, 31, tzinfo=UTC)),
        ("2999-01-31T12:00:00+03:00", datetime(2999, 1, 31, 9, tzinfo=UTC)),
        ("never", None),
    ],
)
def test_a_key_may_end_at_a_date_or_never(data_dir: Path, when: str, moment: datetime | None) -> None:
    _made(data_dir, "--expires", when)
    (record,) = Keys(data_dir / "keys.db").list()
    assert record.expires_at == moment


@pytest.mark.parametrize("when", ["", "x", "5", "-1d", "1.5h", "d", "9999999d", "2027-13-01", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_to_end_is_refused(data_dir: Path, when: str) -> None:
    refused = _keys(data_dir, "create", "--name", "one", "--expires", when)
    assert refused.exit_code == 2
    assert "as in 90d" in refused.output


@pytest.mark.parametrize("when", ["0s", "2020-01-01"])
def test_an_end_that_has_passed_is_refused_with_what_to_do(data_dir: Path, when: str) -> None:
    refused = _keys(data_dir, "create", "--name", "one", "--expires", when)
    assert refused.exit_code == 2
    assert "is not to come; to end a key now: hiwar keys revoke" in refused.output


@pytest.mark.parametrize("weight", ["0", "0.09", "101", "-1", "nan", "inf"])
def test_a_weight_out_of_range_is_refused(data_dir: Path, weight: str) -> None:
    assert _keys(data_dir, "create", "--name", "one", "--weight", weight).exit_code == 2


def test_a_key_is_changed_where_it_is_told_to_and_stays_as_it_is_elsewhere(data_dir: Path) -> None:
    key = _made(data_dir, "--voice", "Yara", "--rpm", "5", "--weight", "2.5", "--expires", "90d")
    store = Keys(data_dir / "keys.db")
    before = store.list()[0]
    key_id = before.principal.key_id
    shown = _keys(data_dir, "change", key_id, "--tpm", "0", "--name", "كشك المطار").stdout
    assert key_id in shown
    assert "كشك المطار" in shown
    principal = store.verify(key)
    assert principal is not None
    assert (principal.name, principal.voices, principal.weight) == ("كشك المطار", ("Yara",), 2.5)
    assert principal.limits == KeyLimits(requests_per_minute=5, tokens_per_minute=None)
    assert store.list()[0].expires_at == before.expires_at
    options = ["--service", "asr", "--weight", "0.5", "--expires", "never", "--all-voices", "--concurrent", "7"]
    assert _keys(data_dir, "change", key_id, *options).exit_code == 0
    (after,) = store.list()
    assert (after.principal.services, after.principal.voices, after.principal.weight) == (("asr",), None, 0.5)
    assert (after.principal.limits.concurrent_streams, after.expires_at) == (7, None)


def test_an_expired_key_is_given_more_time_and_a_revoked_one_is_not(data_dir: Path) -> None:
    store = Keys(data_dir / "keys.db")
    record, key = store.create("late", expires_at=datetime.now(UTC) - timedelta(days=1))
    assert "expired" in _keys(data_dir, "list").stdout
    assert _keys(data_dir, "change", record.principal.key_id, "--expires", "1d").exit_code == 0
    assert store.verify(key) == record.principal
    store.revoke(record.principal.key_id)
    refused = _keys(data_dir, "change", record.principal.key_id, "--expires", "9d")
    assert refused.exit_code == 1
    assert "hiwar keys list" in refused.stderr


@pytest.mark.parametrize("options", [(), ("--voice", "Yara", "--all-voices"), ("--expires", "2020-01-01")])
def test_a_change_that_says_nothing_or_cannot_be_is_refused(data_dir: Path, options: tuple[str, ...]) -> None:
    key_id = _made(data_dir).split("_")[1]
    assert _keys(data_dir, "change", key_id, *options).exit_code == 2


def test_columns_stand_below_each_other_beside_arabic_names(data_dir: Path) -> None:
    for name in ("reception", "خدمة العملاء", "مُكَبِّر"):
        assert _keys(data_dir, "create", "--name", name).exit_code == 0
    heading, *rows = _keys(data_dir, "list").stdout.splitlines()
    before = heading[: heading.index("services")]
    assert {cell_len(row[: row.index("tts+asr")]) for row in rows} == {cell_len(before)}


def test_a_rotated_key_is_printed_alone_and_the_old_one_ends(data_dir: Path) -> None:
    old = _made(data_dir)
    store = Keys(data_dir / "keys.db")
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
