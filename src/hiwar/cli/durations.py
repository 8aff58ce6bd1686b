"""Times on the command line: spans (90s, 30m, 12h, 90d), and moments to come (a span from now, a date, never)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FORM = re.compile(r"(\d{1,6})([smhd])")
_SPAN = "a number and s, m, h or d, as in 90d"


class Duration(click.ParamType[timedelta]):
    """A whole number and a unit."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The span; the command fails with what is wrong."""
        span = _span(value)
        if span is None:
            self.fail(f"{value!r} is no span of time; write {_SPAN}", param, ctx)
        return span


@dataclass(frozen=True, slots=True)
class Expiry:
    """When something ends; `at` None is never."""

    at: datetime | None


class ExpiryType(click.ParamType[Expiry]):
    """A moment to come: a span from now, a date or a time of ISO 8601 (in UTC unless it says otherwise), or never."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Expiry:
        """The moment; the command fails with what is wrong, also when it has passed."""
        if value == "never":
            return Expiry(None)
        now = datetime.now(UTC)
        span = _span(value)
        at = _moment(value) if span is None else now + span
        if at is None:
            self.fail(f"{value!r} is no time to end; write {_SPAN}, a date as in 2027-01-31, or never", param, ctx)
        if at <= now:
            self.fail(f"{value!r} is not to come; to end a key now: hiwar keys revoke KEY_ID", param, ctx)
        return Expiry(at)


def _span(value: object) -> timedelta | None:
    found = _FORM.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else timedelta(**{_UNITS[found[2]]: int(found[1])})


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment and (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


DURATION = Duration()
EXPIRY = ExpiryType()
