"""Every package that is pinned stands on the page of licences."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_pinned_package_has_its_licence() -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    named = set(re.findall(r"[a-z0-9-]+", (ROOT / "docs/reference/licences.md").read_text()))
    assert len(pinned) > 50
    assert pinned - named == set()
