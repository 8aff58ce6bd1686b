"""Keys as a table, without their secrets."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from hiwar.cli.tables import print_table
from hiwar.serving.keys import KeyRecord

_COLUMNS = ("id", "name", "services", "voices", "rpm", "tpm", "tpd", "streams", "weight", "made", "state")


def print_keys(records: Iterable[KeyRecord]) -> None:
    """Print one row for each key."""
    print_table(_COLUMNS, map(_row, records))


def _row(record: KeyRecord) -> tuple[str, ...]:
    principal, limits = record.principal, record.principal.limits
    amounts = (
        limits.requests_per_minute,
        limits.tokens_per_minute,
        limits.tokens_per_day,
        limits.concurrent_streams,
    )
    return (
        principal.key_id,
        principal.name,
        "+".join(principal.services),
        "all" if principal.voices is None else ", ".join(principal.voices),
        *("unlimited" if amount is None else f"{amount:,}" for amount in amounts),
        f"{principal.weight:g}",
        f"{record.created_at:%Y-%m-%d}",
        _state(record),
    )


def _state(record: KeyRecord) -> str:
    if record.revoked_at is not None:
        return f"revoked {record.revoked_at:%Y-%m-%d}"
    if record.expires_at is None:
        return "in use"
    now = datetime.now(UTC)
    state = "in use until" if record.is_good(now) else "expired"
    day_only = abs(record.expires_at - now) > timedelta(days=2)
    return f"{state} {record.expires_at:{'%Y-%m-%d' if day_only else '%Y-%m-%d %H:%M:%S UTC'}}"
