"""The licence of every package that is installed from the lock, by its own metadata: part of `make check`.

Fails on one that is not on the list; what is in wheels beside their own code stands in docs/reference/licences.md.
"""

import importlib.metadata
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_LOCK = Path(__file__).parents[1] / "requirements.lock"
_ALLOWED = frozenset(
    {"0BSD", "APACHE-2.0", "BSD-2-CLAUSE", "BSD-3-CLAUSE", "CC0-1.0", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "ZLIB"}
)
_OF_PACKAGES: Mapping[str, frozenset[str]] = {"soxr": frozenset({"LGPL-2.1-OR-LATER"})}
"""Allowed for one package alone: a shared library in a package of its own, as licences.md says."""
_SPELLINGS: Mapping[str, str] = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache license 2.0": "Apache-2.0",
    "apache licensed, as found in the license file": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}


def licence_of(metadata: Mapping[str, str | list[str]]) -> str:
    """An SPDX expression: the package's own, or made of its classifiers, or else of its words; "" when it says none."""
    if expression := metadata.get("license_expression"):
        return str(expression)
    classifiers = [str(entry).rpartition(" :: ")[2] for entry in metadata.get("classifier", [])]
    known = [_SPELLINGS[name.lower()] for name in classifiers if name.lower() in _SPELLINGS]
    if known:
        return " AND ".join(known)
    words = str(metadata.get("license", "")).strip().partition("\n")[0]
    return _SPELLINGS.get(words.lower(), words)


def is_allowed(name: str, licence: str) -> bool:
    """Whether every licence that applies may be used; of a choice, one is enough."""
    allowed = _ALLOWED | _OF_PACKAGES.get(name, frozenset())
    parts = re.split(r"\s+AND\s+", licence.replace("(", "").replace(")", ""), flags=re.IGNORECASE)
    return all(allowed & set(re.split(r"\s+OR\s+", part.strip().upper())) for part in parts)


def installed() -> dict[str, str]:
    """The licence of each pinned package that is installed here."""
    pinned = set(re.findall(r"^([a-z0-9-]+)==", _LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = re.sub(r"[-_.]+", "-", distribution.name).lower()
        if name in pinned:
            found[name] = licence_of(distribution.metadata.json)
    return found


def main() -> int:
    """Print who is under which licence, and what is wrong. The exit status."""
    licences = installed()
    by_licence: dict[str, list[str]] = defaultdict(list)
    for name, licence in sorted(licences.items()):
        by_licence[licence or "none named"].append(name)
    for licence, names in sorted(by_licence.items()):
        print(f"licences: {licence}: {', '.join(names)}")
    refused = sorted(name for name, licence in licences.items() if not is_allowed(name, licence))
    for name in refused:
        print(f"licences: {name} is under {licences[name] or 'no licence that it names'}, which is not on the list")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
