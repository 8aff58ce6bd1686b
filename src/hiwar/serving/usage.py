"""What keys have used, by day and service: counted in memory, written now and then to a SQLite file by one thread.

Limits are `quotas`'; this is for bills and reports, and is never asked on the way of a stream.
"""

import logging
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.keys import Service

log = logging.getLogger("hiwar.usage")

_WRITTEN_S = 5.0
_ROWS_MAX = 10_000
"""Keys and services of a day whose counts wait for a file that cannot be written; beyond them nothing is counted."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS usage (
    day TEXT NOT NULL,
    key_id TEXT NOT NULL,
    service TEXT NOT NULL,
    requests INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    audio_ms INTEGER NOT NULL,
    PRIMARY KEY (day, key_id, service)
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    requests = requests + excluded.requests,
    characters = characters + excluded.characters,
    audio_ms = audio_ms + excluded.audio_ms
"""


@dataclass(slots=True)
class Amount:
    """What was used: requests, characters spoken, and audio spoken or heard."""

    requests: int = 0
    characters: int = 0
    audio_ms: int = 0


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one key used of one service on one day, in UTC."""

    day: date
    key_id: str
    service: Service
    requests: int
    characters: int
    audio_ms: int


_Row = tuple[str, str, Service]


class UsageLog:
    """Counts, and writes every few seconds. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counts: defaultdict[_Row, Amount] = defaultdict(Amount)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._write_on, name="usage", daemon=True)
        self._thread.start()

    def add(self, key_id: str, service: Service, *, requests: int = 0, characters: int = 0, audio_ms: int = 0) -> None:
        """Something was used now."""
        row = (datetime.now(UTC).date().isoformat(), key_id, service)
        with self._lock:
            if row not in self._counts and len(self._counts) >= _ROWS_MAX:
                return
            amount = self._counts[row]
            amount.requests += requests
            amount.characters += characters
            amount.audio_ms += audio_ms

    def flush(self) -> None:
        """Write what was counted. What cannot be written is kept, and the log says so."""
        with self._lock:
            counts, self._counts = self._counts, defaultdict(Amount)
        if not counts:
            return
        try:
            with closing(_connected(self._path)) as connection, connection:
                rows = [(*row, one.requests, one.characters, one.audio_ms) for row, one in counts.items()]
                connection.executemany(_ADD, rows)
        except Exception as error:  # noqa: BLE001 - what counts goes on, whatever fails
            self._put_back(counts)
            self._tell(error)
        else:
            self._tell(None)

    def close(self) -> None:
        """Write the rest and end the thread. No call follows."""
        self._stop.set()
        self._thread.join()
        self.flush()

    def _put_back(self, counts: dict[_Row, Amount]) -> None:
        with self._lock:
            for row, amount in counts.items():
                kept = self._counts[row]
                kept.requests += amount.requests
                kept.characters += amount.characters
                kept.audio_ms += amount.audio_ms

    def _tell(self, error: Exception | None) -> None:
        """One line when the file begins to fail, and one when it is written again."""
        if error is not None and not self._failing:
            log.error("usage cannot be written and is kept in memory meanwhile: %s", error)
        elif error is None and self._failing:
            log.warning("usage is written again")
        self._failing = error is not None

    def _write_on(self) -> None:
        while not self._stop.wait(_WRITTEN_S):
            self.flush()


def read_usage(path: Path, since: date, until: date) -> Iterator[UsageRow]:
    """What was written of the days from `since` to `until`, both included. Raises HiwarError."""
    if not path.exists():
        return
    try:
        with closing(_connected(path)) as connection:
            rows = connection.execute(
                "SELECT * FROM usage WHERE day BETWEEN ? AND ? ORDER BY day, key_id, service",
                (since.isoformat(), until.isoformat()),
            ).fetchall()
    except (OSError, sqlite3.Error) as error:
        message = f"The usage file {path} cannot be read; check its rights, or name another data folder."
        raise HiwarError(ErrorCode.INTERNAL, message) from error
    for day, key_id, service, requests, characters, audio_ms in rows:
        yield UsageRow(date.fromisoformat(day), key_id, service, requests, characters, audio_ms)


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=5.0)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(_SCHEMA)
    return connection
