"""Spans of time on the command line: 90s, 30m, 12h, 90d."""

import re
from datetime import timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_FORM = re.compile(r"(\d{1,6})([smhd])")


class Duration(click.ParamType[timedelta]):
    """A whole number and a unit."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The span; the command fails with what is wrong."""
        found = _FORM.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self.fail(f"{value!r} is no span of time; write a number and s, m, h or d, as in 90d", param, ctx)
        return timedelta(**{_UNITS[found[2]]: int(found[1])})


DURATION = Duration()
