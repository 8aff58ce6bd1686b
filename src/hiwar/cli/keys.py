"""`hiwar keys`: make, change, list, rotate and revoke API keys, in the data folder or in a database."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from hiwar.cli.durations import DURATION, EXPIRY, Expiry
from hiwar.cli.key_options import SERVICE_CHOICES, key_options, limits_of
from hiwar.cli.key_table import print_keys
from hiwar.cli.options import config_option, data_dir_option, json_option
from hiwar.cli.stored_keys import ask_keys
from hiwar.server.settings import load_settings
from hiwar.serving.key_store import KeyStore
from hiwar.serving.keys import DEFAULT_LIMITS, KeyRecord

_Answer = TypeVar("_Answer")


@click.group("keys")
def command() -> None:
    """Make, change, list, rotate and revoke API keys.

    A running server knows of each change within a second. What a revoked key has open is closed.

    \b
    Example:
      hiwar keys create --name reception
      hiwar keys list
      hiwar keys change 4fQz01ab --rpm 600
      hiwar keys rotate 4fQz01ab
      hiwar keys revoke 4fQz01ab
    """


@command.command()
@click.option("--name", required=True, help="Who or what the key is for.")
@key_options(new=True)
@click.option(
    "--voice", "voices", multiple=True, help="A voice it may use; give it once for each. Default: all voices."
)
@click.option(
    "--expires", type=EXPIRY, default="never", show_default=True, help="When it ends by itself: 12h, 90d, or a date."
)
@config_option
@data_dir_option
def create(
    name: str,
    service: str,
    weight: float,
    voices: tuple[str, ...],
    expires: Expiry,
    config: Path | None,
    data_dir: Path | None,
    **limits: int,
) -> None:
    """Make a key and print it, this once, alone on the last line of standard output.

    A limit of 0 means no limit. One token is one character of text to speak, or 100 ms of audio to hear.

    \b
    Example:
      hiwar keys create --name "خدمة العملاء" --service tts --voice Yara --rpm 600 --expires 90d
      KEY=$(hiwar keys create --name test | tail -n 1)
    """
    services, allowed = SERVICE_CHOICES[service], limits_of(limits, DEFAULT_LIMITS)
    record, key = _asked(
        config, data_dir, lambda keys: keys.create(name, services, voices or None, allowed, expires.at, weight)
    )
    click.echo(f"Key {record.principal.key_id} for {name}. Keep it safe: it is not shown again.", err=True)
    click.echo(key)


@command.command()
@click.argument("key_id")
@click.option("--name", help="Who or what the key is for.")
@key_options(new=False)
@click.option("--voice", "voices", multiple=True, help="A voice it may use, instead of those before; once for each.")
@click.option("--all-voices", is_flag=True, help="Let it use every voice.")
@click.option("--expires", type=EXPIRY, help="When it ends by itself: 12h, 90d, a date, or never.")
@config_option
@data_dir_option
def change(
    key_id: str,
    name: str | None,
    service: str | None,
    weight: float | None,
    voices: tuple[str, ...],
    all_voices: bool,
    expires: Expiry | None,
    config: Path | None,
    data_dir: Path | None,
    **limits: int | None,
) -> None:
    """Change what a key is called and what it may use; what is not named stays.

    Whoever signs in from now on has it so, by a token too. What is open goes on as it began, but ends with the key.
    A limit of 0 means no limit.

    \b
    Example:
      hiwar keys change 4fQz01ab --rpm 600 --weight 2
      hiwar keys change 4fQz01ab --voice Yara --voice Nouf --expires 2027-01-31
    """
    if voices and all_voices:
        raise click.UsageError("--voice and --all-voices contradict each other; give one of them.")
    if not (voices or all_voices) and {name, service, weight, expires, *limits.values()} == {None}:
        raise click.UsageError("Say what to change, for example: --rpm 600")

    def changed(record: KeyRecord) -> KeyRecord:
        before = record.principal
        principal = replace(
            before,
            name=before.name if name is None else name,
            services=before.services if service is None else SERVICE_CHOICES[service],
            voices=None if all_voices else voices or before.voices,
            limits=limits_of(limits, before.limits),
            weight=before.weight if weight is None else weight,
        )
        return replace(record, principal=principal, expires_at=record.expires_at if expires is None else expires.at)

    record = _asked(config, data_dir, lambda keys: keys.change(key_id, changed))
    if record is None:
        raise _unknown(key_id)
    print_keys([record])


@command.command("list")
@json_option
@config_option
@data_dir_option
def list_keys(as_json: bool, config: Path | None, data_dir: Path | None) -> None:
    """List all keys, without their secrets.

    \b
    Example:
      hiwar keys list
    """
    records = _asked(config, data_dir, lambda keys: keys.list())
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(records)).decode() + "\n")
    elif records:
        print_keys(records)
    else:
        click.echo("There are no keys yet; make one with: hiwar keys create --name NAME", err=True)


@command.command()
@click.argument("key_id")
@click.option(
    "--overlap",
    type=DURATION,
    default="24h",
    show_default=True,
    help="How long the old one stays good: 0s, 7d.",
)
@config_option
@data_dir_option
def rotate(key_id: str, overlap: timedelta, config: Path | None, data_dir: Path | None) -> None:
    """Give a key a new secret and print the new key, this once, alone on the last line of standard output.

    The old one stays good for a while, so that clients can change over one after another.

    \b
    Example:
      hiwar keys rotate 4fQz01ab --overlap 7d
    """
    key = _asked(config, data_dir, lambda keys: keys.rotate(key_id, overlap))
    if key is None:
        raise _unknown(key_id)
    click.echo(f"Key {key_id} has a new secret. Keep it safe: it is not shown again.", err=True)
    click.echo(key)


@command.command()
@click.argument("key_id")
@config_option
@data_dir_option
def revoke(key_id: str, config: Path | None, data_dir: Path | None) -> None:
    """Refuse a key from now on, and close what it has open. KEY_ID is the first column of `hiwar keys list`.

    \b
    Example:
      hiwar keys revoke 4fQz01ab
    """
    if not _asked(config, data_dir, lambda keys: keys.revoke(key_id)):
        raise _unknown(key_id)
    click.echo(f"Key {key_id} is revoked.", err=True)


def _unknown(key_id: str) -> click.ClickException:
    return click.ClickException(f"There is no key {key_id!r} in use; see: hiwar keys list")


def _asked(config: Path | None, data_dir: Path | None, question: Callable[[KeyStore], Awaitable[_Answer]]) -> _Answer:
    return ask_keys(load_settings({"data_dir": data_dir}, config).settings, question)
