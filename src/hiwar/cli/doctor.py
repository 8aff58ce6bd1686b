"""`hiwar doctor`: shows what the checks found, what to do, and every setting with its source."""

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import msgspec

from hiwar.cli.doctor_checks import Finding, check_folders, check_models, check_packages, check_port
from hiwar.cli.doctor_speed import measure_speed
from hiwar.cli.options import config_option, data_dir_option, json_option, models_dir_option
from hiwar.server.settings import LoadedSettings, Settings, load_settings

_COLOURS = {"ok": "green", "note": "yellow", "missing": "red"}


@click.command("doctor")
@json_option
@config_option
@data_dir_option
@models_dir_option
def command(as_json: bool, config: Path | None, data_dir: Path | None, models_dir: Path | None) -> None:
    """Check what is installed, which models are here, how fast they run, and say what to do.

    Ends with exit code 1 when `hiwar serve` lacks something that it needs.

    \b
    Example:
      hiwar doctor
      hiwar doctor --json > report.json
    """
    loaded = load_settings({"data_dir": data_dir, "models_dir": models_dir}, config)
    found = _look(loaded.settings)
    if as_json:
        findings = list(found)
        _print_json(loaded, findings)
    else:
        findings = list(_printed(found))
        _print_settings(loaded)
    missing = [finding for finding in findings if finding.state == "missing"]
    if missing and not as_json:
        click.echo(f"\nhiwar serve cannot work yet: {len(missing)} missing, see above.")
    sys.exit(1 if missing else 0)


def _look(settings: Settings) -> Iterator[Finding]:
    return chain(
        check_packages(settings),
        check_models(settings),
        check_folders(settings),
        check_port(settings),
        measure_speed(settings, lambda line: click.echo(line, err=True)),
    )


def _printed(findings: Iterator[Finding]) -> Iterator[Finding]:
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            click.echo(f"\n{area}")
        state = click.style(f"{finding.state:8}", fg=_COLOURS[finding.state])
        click.echo(f"  {state}{finding.name}: {finding.detail}")
        if finding.remedy and finding.state != "ok":
            click.echo(f"          {finding.remedy}")
        yield finding


def _print_settings(loaded: LoadedSettings) -> None:
    changed = [each for each in loaded.provenance if each.source != "default"]
    click.echo("\nsettings")
    for each in changed:
        click.echo(f"  {each.name} = {each.value} ({each.source})")
    click.echo(f"  {len(loaded.provenance) - len(changed)} at their defaults (hiwar doctor --json shows all)")


def _print_json(loaded: LoadedSettings, findings: list[Finding]) -> None:
    document = {"ready": all(finding.state != "missing" for finding in findings), "findings": findings}
    document["settings"] = loaded.provenance
    click.echo(msgspec.json.format(msgspec.json.encode(document, enc_hook=str)).decode())
