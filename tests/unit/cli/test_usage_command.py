import csv
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hiwar.cli import main
from hiwar.serving.usage import UsageLog
from support.keys import Keys

TODAY = datetime.now(UTC).date()
LONG_AGO = TODAY - timedelta(days=40)


def shown(data_dir: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["usage", "--data-dir", str(data_dir), *arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def key_id(tmp_path: Path) -> str:
    """A key that has used something today and forty days ago, beside another."""
    known = Keys(tmp_path / "keys.db").create("خدمة العملاء, 2")[0].principal.key_id
    usage = UsageLog(tmp_path / "usage.db")
    usage.add(known, "tts", requests=1)
    usage.close()
    with closing(sqlite3.connect(tmp_path / "usage.db")) as connection, connection:
        connection.execute("UPDATE usage SET day = ?", (LONG_AGO.isoformat(),))
    usage = UsageLog(tmp_path / "usage.db")
    usage.add(known, "tts", requests=2, characters=1_500, audio_ms=61_250)
    usage.add("jwt:someone", "asr", requests=1, audio_ms=900)
    usage.close()
    return known


def test_a_table_of_the_last_thirty_days(tmp_path: Path, key_id: str) -> None:
    heading, *rows = shown(tmp_path).stdout.splitlines()
    assert heading.split() == ["day", "key", "name", "service", "requests", "characters", "audio"]
    assert len(rows) == 2
    (row,) = (row for row in rows if key_id in row)
    assert row.split("  ")[0] == TODAY.isoformat()
    for cell in ("خدمة العملاء, 2", "tts", "1,500", "61.2 s"):
        assert cell in row


def test_what_names_hold_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    usage = UsageLog(tmp_path / "usage.db")
    usage.add("jwt:\x1b[2J\nكاظم\u200cعلی", "tts", requests=1)
    usage.close()
    _, *rows = shown(tmp_path).stdout.splitlines()
    assert [row.split()[1] for row in rows] == ["jwt:\ufffd[2J\ufffdكاظم\u200cعلی"]


def test_json_is_an_object_a_line(tmp_path: Path, key_id: str) -> None:
    lines = shown(tmp_path, "--json", "--key", key_id).stdout.splitlines()
    assert list(map(json.loads, lines)) == [
        {
            "day": TODAY.isoformat(),
            "key_id": key_id,
            "name": "خدمة العملاء, 2",
            "service": "tts",
            "requests": 2,
            "characters": 1500,
            "audio_seconds": 61.25,
        }
    ]


def test_csv_has_a_heading(tmp_path: Path, key_id: str) -> None:
    rows = list(csv.DictReader(shown(tmp_path, "--csv").stdout.splitlines()))
    assert {row["key_id"]: (row["name"], row["audio_seconds"]) for row in rows} == {
        key_id: ("خدمة العملاء, 2", "61.25"),
        "jwt:someone": ("", "0.9"),
    }


def test_the_days_that_are_asked_for(tmp_path: Path, key_id: str) -> None:
    def days(*arguments: str) -> list[str]:
        lines = shown(tmp_path, "--json", "--key", key_id, *arguments).stdout.splitlines()
        return [json.loads(line)["day"] for line in lines]

    assert days("--since", LONG_AGO.isoformat()) == [LONG_AGO.isoformat(), TODAY.isoformat()]
    assert days("--until", LONG_AGO.isoformat()) == [LONG_AGO.isoformat()]
    after = (LONG_AGO + timedelta(days=1)).isoformat()
    assert days("--since", after, "--until", after) == []


def test_where_nothing_was_used_nothing_is_made(tmp_path: Path) -> None:
    nothing = shown(tmp_path / "data")
    assert nothing.stdout == ""
    assert "Nothing was used" in nothing.stderr
    assert shown(tmp_path / "data", "--json").stdout == ""
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--since", "2026-02-01", "--until", "2026-01-01")])
def test_what_are_no_days_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, ["usage", "--data-dir", str(tmp_path), *arguments])
    assert result.exit_code == 2
