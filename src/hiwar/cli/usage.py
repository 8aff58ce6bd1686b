"""`hiwar usage`: what keys have used, by day and service, as a table or for programs."""

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec

from hiwar.cli.options import config_option, data_dir_option
from hiwar.cli.stored_keys import ask_keys
from hiwar.cli.tables import print_table
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.usage import UsageRow, read_usage

_DAYS = 30
_DAY = click.DateTime(["%Y-%m-%d"])


class UsageRecord(msgspec.Struct, frozen=True):
    """One line of the export. `name` is empty for a key that is not in the store: a token of others, or `local`."""

    day: str
    key_id: str
    name: str
    service: str
    requests: int
    characters: int
    audio_seconds: float


@click.command("usage")
@click.option("--since", type=_DAY, metavar="DAY", help=f"The first day. Default: {_DAYS} days up to the last.")
@click.option("--until", type=_DAY, metavar="DAY", help="The last day. Default: today.")
@click.option("--key", "key_ids", metavar="KEY_ID", multiple=True, help="Of this key alone; give it once for each.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV with a heading, for spreadsheets.")
@click.option("--json", "form", flag_value="json", help="Print JSON, an object a line, for programs.")
@config_option
@data_dir_option
def command(
    since: datetime | None,
    until: datetime | None,
    key_ids: tuple[str, ...],
    form: str | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Show what keys have used: requests, characters spoken, and audio made or heard, by day (UTC) and service.

    A running server writes every five seconds. A key is the first column of `hiwar keys list`; `local` is the
    ready-made key of this machine, and `jwt:` goes before the holders of tokens that others sign.

    \b
    Example:
      hiwar usage
      hiwar usage --since 2026-11-01 --until 2026-11-30 --csv > november.csv
      hiwar usage --key 4fQz01ab --json
    """
    last = (until or datetime.now(UTC)).date()
    first = last - timedelta(days=_DAYS - 1) if since is None else since.date()
    if first > last:
        raise click.UsageError("--since is a later day than --until; exchange them.")
    settings = load_settings({"data_dir": data_dir}, config).settings
    rows = [row for row in read_usage(settings.usage_file, first, last) if not key_ids or row.key_id in key_ids]
    names = _names(settings) if rows else {}
    records = [_record(row, names) for row in rows]
    if form == "csv":
        _print_csv(records)
    elif form == "json":
        sys.stdout.write("".join(f"{msgspec.json.encode(record).decode()}\n" for record in records))
    elif records:
        print_table(("day", "key", "name", "service", "requests", "characters", "audio"), map(_cells, records))
    else:
        click.echo(f"Nothing was used from {first} to {last}.", err=True)


def _names(settings: Settings) -> dict[str, str]:
    records = ask_keys(settings, lambda keys: keys.list())
    return {record.principal.key_id: record.principal.name for record in records}


def _record(row: UsageRow, names: dict[str, str]) -> UsageRecord:
    return UsageRecord(
        row.day.isoformat(),
        row.key_id,
        names.get(row.key_id, ""),
        row.service,
        row.requests,
        row.characters,
        row.audio_ms / 1000,
    )


def _print_csv(records: Sequence[UsageRecord]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(UsageRecord.__struct_fields__)
    writer.writerows(map(msgspec.structs.astuple, records))


def _cells(record: UsageRecord) -> tuple[str, ...]:
    return (
        record.day,
        record.key_id,
        record.name,
        record.service,
        f"{record.requests:,}",
        f"{record.characters:,}",
        f"{record.audio_seconds:,.1f} s",
    )
