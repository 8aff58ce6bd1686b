"""What `make check` says of the pinned packages: known vulnerabilities, services that do not answer, licences."""

import json
import runpy
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
AUDIT = runpy.run_path(str(SCRIPTS / "audit.py"))
LICENCES = runpy.run_path(str(SCRIPTS / "licences.py"))

CLEAN = {"name": "click", "version": "8.1", "vulns": []}
SKIPPED = {"name": "av", "skip_reason": "not found"}
HIT = {"name": "idna", "version": "3.0", "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"]}]}


def report(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.mark.parametrize(
    ("reports", "fails", "said"),
    [
        ([report(CLEAN, SKIPPED)], False, "1 packages checked, 1 not known"),
        ([report(CLEAN, HIT)], True, "idna 3.0: PYSEC-2024-60, mended in 3.7"),
        ([report(SKIPPED), report(HIT)], True, "PYSEC-2024-60"),
        ([None, report(CLEAN)], False, "1 packages checked"),
        ([report(SKIPPED), None], False, "NOTHING WAS CHECKED"),
        (["", "Traceback"], False, "NOTHING WAS CHECKED"),
    ],
)
def test_a_known_vulnerability_fails_and_no_answer_is_said(reports: list[str | None], fails: bool, said: str) -> None:
    verdict = AUDIT["verdict"](reports)
    assert verdict.fails is fails
    assert any(said in line for line in verdict.lines)


@pytest.mark.parametrize(
    ("name", "licence", "allowed"),
    [
        ("a", "MIT", True),
        ("a", "Apache-2.0 OR GPL-3.0-only", True),
        ("a", "(MIT AND GPL-3.0-only)", False),
        ("a", "GPL-2.0-or-later", False),
        ("a", "LGPL-2.1-or-later", False),
        ("soxr", "LGPL-2.1-or-later", True),
        ("a", "", False),
    ],
)
def test_a_licence_is_on_the_list_or_refused(name: str, licence: str, allowed: bool) -> None:
    assert LICENCES["is_allowed"](name, licence) is allowed


def test_every_package_that_is_installed_is_under_a_licence_on_the_list() -> None:
    licences = LICENCES["installed"]()
    assert len(licences) > 50
    assert {name: licence for name, licence in licences.items() if not LICENCES["is_allowed"](name, licence)} == {}
