"""Looks up every pinned package in the advisory services of Python, by pip-audit: part of `make check`.

A known vulnerability fails the check. A service that cannot be reached does not, and is said in one line.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOCK = Path(__file__).parents[1] / "requirements.lock"
_SERVICES = ("pypi", "osv")
_CONNECT_S = 5
_TOTAL_S = 120


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to say, and whether the check fails."""

    lines: tuple[str, ...]
    fails: bool


def verdict(reports: Iterable[str | None]) -> Verdict:
    """What the services said in turn: pip-audit's JSON, or None for no answer. The first that knew anything counts."""
    for report in reports:
        dependencies = _dependencies(report)
        checked = [found for found in dependencies if "vulns" in found]
        if not checked:
            continue
        lines = tuple(_findings(checked))
        skipped = len(dependencies) - len(checked)
        return Verdict((*lines, f"audit: {len(checked)} packages checked, {skipped} not known there"), bool(lines))
    return Verdict(("audit: NOTHING WAS CHECKED, no advisory service answers from here",), fails=False)


def _dependencies(report: str | None) -> list[dict[str, Any]]:
    try:
        found = json.loads(report or "{}")
    except ValueError:
        return []
    return list(found.get("dependencies", []))


def _findings(checked: Iterable[dict[str, Any]]) -> Iterator[str]:
    for package in checked:
        for found in package["vulns"]:
            mended = ", ".join(found.get("fix_versions", [])) or "no version yet"
            yield f"audit: {package['name']} {package['version']}: {found['id']}, mended in {mended}"


def _reports() -> Iterator[str | None]:
    for service in _SERVICES:
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(_LOCK), "--disable-pip", "--format", "json"]
        options = ["--vulnerability-service", service, "--timeout", str(_CONNECT_S), "--progress-spinner", "off"]
        try:
            ran = subprocess.run(  # noqa: S603 - the arguments are ours
                [*command, *options], capture_output=True, text=True, check=False, timeout=_TOTAL_S
            )
        except subprocess.TimeoutExpired:
            yield None
        else:
            if "No module named" in ran.stderr:
                raise SystemExit("audit: pip-audit is not installed; set the environment up again")
            yield ran.stdout


if __name__ == "__main__":
    result = verdict(_reports())
    print(*result.lines, sep="\n")
    sys.exit(result.fails)
