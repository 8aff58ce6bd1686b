"""`hiwar keys`: make, list, rotate and revoke API keys in the data folder of this machine's server."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec

from hiwar.cli.durations import DURATION
from hiwar.cli.options import config_option, data_dir_option, json_option
from hiwar.cli.tables import print_table
from hiwar.server.settings import load_settings
from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, KeyRecord, KeyStore, Service

_LIMIT = click.IntRange(min=0)
_SERVICE_CHOICES: dict[str, tuple[Service, ...]] = {"tts": ("tts",), "asr": ("asr",), "both": SERVICES}


@click.group("keys")
def command() -> None:
    """Make, list, rotate and revoke API keys.

    A running server knows of each change within a second. What a revoked key has open is closed.

    \b
    Example:
      hiwar keys create --name reception
      hiwar keys list
      hiwar keys rotate 4fQz01ab
      hiwar keys revoke 4fQz01ab
    """


@command.command()
@click.option("--name", required=True, help="Who or what the key is for.")
@click.option(
    "--service",
    type=click.Choice(list(_SERVICE_CHOICES)),
    default="both",
    show_default=True,
    help="What it may use: speaking (tts), listening (asr), or both.",
)
@click.option(
    "--voice", "voices", multiple=True, help="A voice it may use; give it once for each. Default: all voices."
)
@click.option(
    "--rpm",
    type=_LIMIT,
    default=DEFAULT_LIMITS.requests_per_minute,
    show_default=True,
    help="Requests a minute.",
)
@click.option(
    "--tpm",
    type=_LIMIT,
    default=DEFAULT_LIMITS.tokens_per_minute,
    show_default=True,
    help="Tokens a minute.",
)
@click.option(
    "--tpd",
    type=_LIMIT,
    default=DEFAULT_LIMITS.tokens_per_day,
    show_default=True,
    help="Tokens a day.",
)
@click.option(
    "--concurrent",
    type=_LIMIT,
    default=DEFAULT_LIMITS.concurrent_streams,
    show_default=True,
    help="Streams at a time.",
)
@click.option("--expires", type=DURATION, help="When it ends by itself: 12h, 90d. Default: never.")
@config_option
@data_dir_option
def create(
    name: str,
    service: str,
    voices: tuple[str, ...],
    rpm: int,
    tpm: int,
    tpd: int,
    concurrent: int,
    expires: timedelta | None,
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Make a key and print it, this once, alone on the last line of standard output.

    A limit of 0 means no limit. One token is one character of text to speak, or 100 ms of audio to hear.

    \b
    Example:
      hiwar keys create --name "خدمة العملاء" --service tts --voice Yara --rpm 600 --expires 90d
      KEY=$(hiwar keys create --name test | tail -n 1)
    """
    limits = KeyLimits(rpm or None, tpm or None, tpd or None, concurrent or None)
    expires_at = None if expires is None else datetime.now(UTC) + expires
    record, key = _store(config, data_dir).create(name, _SERVICE_CHOICES[service], voices or None, limits, expires_at)
    click.echo(f"Key {record.principal.key_id} for {name}. Keep it safe: it is not shown again.", err=True)
    click.echo(key)


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
    records = _store(config, data_dir).list()
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(records)).decode() + "\n")
    elif records:
        columns = ("id", "name", "services", "voices", "rpm", "tpm", "tpd", "streams", "made", "state")
        print_table(columns, map(_row, records))
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
    key = _store(config, data_dir).rotate(key_id, overlap)
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
    if not _store(config, data_dir).revoke(key_id):
        raise _unknown(key_id)
    click.echo(f"Key {key_id} is revoked.", err=True)


def _unknown(key_id: str) -> click.ClickException:
    return click.ClickException(f"There is no key {key_id!r} in use; see: hiwar keys list")


def _store(config: Path | None, data_dir: Path | None) -> KeyStore:
    return KeyStore(load_settings({"data_dir": data_dir}, config).settings.keys_file)


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
        f"{record.created_at:%Y-%m-%d}",
        _state(record),
    )


def _state(record: KeyRecord) -> str:
    if record.revoked_at is not None:
        return f"revoked {record.revoked_at:%Y-%m-%d}"
    if record.expires_at is None:
        return "in use"
    return f"{'in use until' if record.is_good(datetime.now(UTC)) else 'expired'} {record.expires_at:%Y-%m-%d}"
