import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hiwar.errors import HiwarError
from hiwar.serving.usage import UsageLog, UsageRow, read_usage

LONG_AGO, FAR_AHEAD = date(2000, 1, 1), date(2100, 1, 1)


def rows(path: Path) -> list[UsageRow]:
    return list(read_usage(path, LONG_AGO, FAR_AHEAD))


def test_what_was_used_is_added_up_by_day_key_and_service(tmp_path: Path) -> None:
    path = tmp_path / "data" / "usage.db"
    usage = UsageLog(path)
    usage.add("a", "tts", requests=1, characters=10, audio_ms=500)
    usage.add("a", "tts", requests=1, characters=5, audio_ms=250)
    usage.flush()
    usage.add("a", "tts", characters=1)
    usage.add("b", "asr", requests=1, audio_ms=9000)
    usage.close()
    today = datetime.now(UTC).date()
    assert rows(path) == [UsageRow(today, "a", "tts", 2, 16, 750), UsageRow(today, "b", "asr", 1, 0, 9000)]
    assert list(read_usage(path, LONG_AGO, today - timedelta(days=1))) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_lost_while_the_file_cannot_be_written_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "usage.db"
    path.mkdir()
    usage = UsageLog(path)
    with caplog.at_level(logging.INFO, "hiwar.usage"):
        for _ in range(3):
            usage.add("a", "asr", audio_ms=1)
            usage.flush()
        path.rmdir()
        usage.add("a", "asr", audio_ms=2)
        usage.flush()
    usage.close()
    assert [row.audio_ms for row in rows(path)] == [5]
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("ERROR", None), ("WARNING", None)]
    assert "kept in memory meanwhile" in caplog.messages[0]
    assert caplog.messages[1] == "usage is written again"


def test_threads_may_count_together(tmp_path: Path) -> None:
    usage = UsageLog(tmp_path / "usage.db")

    def count() -> None:
        for _ in range(500):
            usage.add("a", "tts", characters=1)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(count)
        usage.flush()
    usage.close()
    assert [row.characters for row in rows(tmp_path / "usage.db")] == [4000]


def test_a_file_that_is_none_of_ours_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "usage.db").write_bytes(b"this is no database, it is a text " * 100)
    with pytest.raises(HiwarError, match="cannot be read"):
        rows(tmp_path / "usage.db")
