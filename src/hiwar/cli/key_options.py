"""What `hiwar keys create` and `hiwar keys change` are told of a key: its services, limits and weight."""

import math
from collections.abc import Callable, Mapping

import click

from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, Service

SERVICE_CHOICES: Mapping[str, tuple[Service, ...]] = {"tts": ("tts",), "asr": ("asr",), "both": SERVICES}

_LIMITS = {
    "requests_per_minute": ("--rpm", "Requests a minute."),
    "tokens_per_minute": ("--tpm", "Tokens a minute."),
    "tokens_per_day": ("--tpd", "Tokens a day."),
    "concurrent_streams": ("--concurrent", "Streams at a time."),
}
_AMOUNT = click.IntRange(min=0)

Command = Callable[..., None]


_WEIGHT = click.FloatRange(0.1, 100.0)


def _number(_context: click.Context, _option: click.Parameter, weight: float | None) -> float | None:
    if weight is not None and math.isnan(weight):  # it lies in every range
        raise click.BadParameter("NaN is no number.")
    return weight


def key_options(*, new: bool) -> Callable[[Command], Command]:
    """The options of a new key with its defaults, or of one that has them: what is not given is None then."""

    def with_options(command: Command) -> Command:
        for field, (option, meaning) in reversed(_LIMITS.items()):
            default = getattr(DEFAULT_LIMITS, field) if new else None
            command = click.option(option, field, type=_AMOUNT, default=default, show_default=new, help=meaning)(
                command
            )
        command = click.option(
            "--weight",
            type=_WEIGHT,
            callback=_number,
            default=1.0 if new else None,
            show_default=new,
            help="How many times the compute of others it has when there is not enough for all.",
        )(command)
        return click.option(
            "--service",
            type=click.Choice(list(SERVICE_CHOICES)),
            default="both" if new else None,
            show_default=new,
            help="What it may use: speaking (tts), listening (asr), or both.",
        )(command)

    return with_options


def limits_of(given: Mapping[str, int | None], before: KeyLimits) -> KeyLimits:
    """The limits with those that were given; 0 is none."""
    amounts = {field: getattr(before, field) if given[field] is None else given[field] or None for field in _LIMITS}
    return KeyLimits(**amounts)
