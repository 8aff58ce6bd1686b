"""`hiwar keys`: make, list and revoke API keys in the data folder of this machine's server."""

import sys
from pathlib import Path

import click
import msgspec

from hiwar.cli.options import config_option, data_dir_option, json_option
from hiwar.cli.tables import print_table
from hiwar.server.settings import load_settings
from hiwar.serving.keys import DEFAULT_LIMITS, SERVICES, KeyLimits, KeyRecord, KeyStore, Service

_LIMIT = click.IntRange(min=0)
_NOT_ENFORCED = "Kept with the key, not enforced yet."
_SERVICE_CHOICES: dict[str, tuple[Service, ...]] = {"tts": ("tts",), "asr": ("asr",), "both": SERVICES}


@click.group("keys")
def command() -> None:
    """Make, list and revoke API keys.

    A running server knows of a new or revoked key at once; connections that are open stay open.

    \b
    Example:
      hiwar keys create --name reception
      hiwar keys list
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
    help=f"Requests a minute. {_NOT_ENFORCED}",
)
@click.option(
    "--tpm",
    type=_LIMIT,
    default=DEFAULT_LIMITS.tokens_per_minute,
    show_default=True,
    help=f"Tokens a minute. {_NOT_ENFORCED}",
)
@click.option(
    "--tpd",
    type=_LIMIT,
    default=DEFAULT_LIMITS.tokens_per_day,
    show_default=True,
    help=f"Tokens a day. {_NOT_ENFORCED}",
)
@click.option(
    "--concurrent",
    type=_LIMIT,
    default=DEFAULT_LIMITS.concurrent_streams,
    show_default=True,
    help=f"Streams at a time. {_NOT_ENFORCED}",
)
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
    config: Path | None,
    data_dir: Path | None,
) -> None:
    """Make a key and print it, this once, alone on the last line of standard output.

    A limit of 0 means no limit. Limits are stored with the key; this version does not enforce them yet.
    One token is one character of text to speak, or 100 ms of audio to hear.

    \b
    Example:
      hiwar keys create --name "خدمة العملاء" --service tts --voice Yara --rpm 600
      KEY=$(hiwar keys create --name test | tail -n 1)
    """
    limits = KeyLimits(rpm or None, tpm or None, tpd or None, concurrent or None)
    record, key = _store(config, data_dir).create(name, _SERVICE_CHOICES[service], voices or None, limits)
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
@config_option
@data_dir_option
def revoke(key_id: str, config: Path | None, data_dir: Path | None) -> None:
    """Refuse a key for new connections. KEY_ID is the first column of `hiwar keys list`.

    \b
    Example:
      hiwar keys revoke 4fQz01ab
    """
    if not _store(config, data_dir).revoke(key_id):
        raise click.ClickException(f"There is no key {key_id!r} in use; see: hiwar keys list")
    click.echo(f"Key {key_id} is revoked.", err=True)


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
        "in use" if record.revoked_at is None else f"revoked {record.revoked_at:%Y-%m-%d}",
    )
