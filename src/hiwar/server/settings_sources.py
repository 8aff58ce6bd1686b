"""Lays flags, environment, TOML file and defaults over each other into a dataclass of dataclasses.

Knows no setting by name: names, types and bounds are read from the dataclass.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

from hiwar.errors import ErrorCode, HiwarError

_PREFIX = "HIWAR_"

_Settings = TypeVar("_Settings")


@dataclass(frozen=True, slots=True)
class Provenance:
    """One setting by its dotted name, its value, and where that came from."""

    name: str
    value: object
    source: str


@dataclass(frozen=True, slots=True)
class _Given:
    value: object
    source: str


def read_sources(
    kind: type[_Settings],
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    config: Path | None,
    foreign_variables: frozenset[str] = frozenset(),
) -> tuple[_Settings, tuple[Provenance, ...]]:
    """Build a `kind`, and the provenance of every value in the order of its fields.

    `foreign_variables` have the prefix but belong to others. Raises HiwarError with what to correct.
    """
    types = dict(_leaf_types(kind))
    given: dict[str, _Given] = {}
    if config is not None:
        given |= _from_file(config, types)
    given |= _from_environment(environment, types, foreign_variables)
    given |= _from_flags(flags, types)
    settings = _build(kind, {name: _converted(name, types[name], found) for name, found in given.items()})
    provenance = tuple(
        Provenance(name, _shown(_value_at(settings, name)), given[name].source if name in given else "default")
        for name in types
    )
    return settings, provenance


def _shown(value: object) -> object:
    """A value as it may be printed: an address without the password in it."""
    return re.sub(r"(?<=://).*@|\?.*password.*", "***@", value) if isinstance(value, str) else value


def _leaf_types(kind: type, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if is_dataclass(hint) and isinstance(hint, type):
            yield from _leaf_types(hint, f"{above}{name}.")
        else:
            yield f"{above}{name}", hint


def _table_entry(hint: object) -> type | None:
    """For `dict[str, dataclass]`, a table whose keys the operator chooses: the dataclass."""
    entry = get_args(hint)[1] if get_origin(hint) is dict else None
    return entry if isinstance(entry, type) and is_dataclass(entry) else None


def _from_file(config: Path, types: Mapping[str, Any]) -> dict[str, _Given]:
    try:
        document = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(f"The settings file {config} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"The settings file {config} is not TOML: {error}.") from error
    source = f"file {config}"
    found: dict[str, _Given] = {}
    for name, value in _flattened(document, types):
        _require_known(name, types, source)
        found[name] = _Given(value, source)
        if (entry := _table_entry(types[name])) and isinstance(value, dict):
            known = [field.name for field in fields(entry)]
            for key, members in value.items():
                for member in members if isinstance(members, dict) else ():
                    _require_known(member, known, f"[{name}.{key}] of {source}")
    return found


def _flattened(table: Mapping[str, Any], types: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = above + key
        if isinstance(value, dict) and name not in types and any(known.startswith(f"{name}.") for known in types):
            yield from _flattened(value, types, f"{name}.")
        else:
            yield name, value


def _from_environment(
    environment: Mapping[str, str], types: Mapping[str, Any], foreign: frozenset[str]
) -> dict[str, _Given]:
    # A table has keys of the operator's own, which a variable's name cannot tell apart from sections.
    by_variable = {
        _PREFIX + name.upper().replace(".", "_"): name for name, hint in types.items() if not _table_entry(hint)
    }
    found: dict[str, _Given] = {}
    for variable, value in environment.items():
        if not variable.startswith(_PREFIX) or variable in foreign or not value:
            continue
        _require_known(variable, [*by_variable, *foreign], "the environment")
        name = by_variable[variable]
        listed = get_origin(types[name]) is tuple
        found[name] = _Given(
            [part.strip() for part in value.split(",")] if listed else value, f"environment {variable}"
        )
    return found


def _from_flags(flags: Mapping[str, object], types: Mapping[str, Any]) -> dict[str, _Given]:
    given = {name: _Given(value, "flag") for name, value in flags.items() if value is not None}
    for name in given:
        _require_known(name, types, "the flags")
    return given


def _require_known(name: str, known: Collection[str], where: str) -> None:
    if name in known:
        return
    sections = {full.rpartition(".")[0] for full in known} - {""}
    if name in sections:
        raise _wrong(f"{name} (in {where}) is a section; give its settings below [{name}].")
    # The common prefix would make every variable look like every other.
    candidates = {candidate.removeprefix(_PREFIX): candidate for candidate in (*known, *sections)}
    close = difflib.get_close_matches(name.removeprefix(_PREFIX), candidates, n=1)
    hint = f"did you mean {candidates[close[0]]}?" if close else f"known are: {', '.join(sorted(known))}."
    raise _wrong(f"There is no setting {name} (in {where}); {hint}")


def _converted(name: str, hint: object, given: _Given) -> object:
    try:
        return cast("object", msgspec.convert(given.value, cast("type", hint), strict=False, dec_hook=_path))
    except msgspec.ValidationError as error:
        if get_origin(hint) is Literal:
            choices = ", ".join(map(str, get_args(hint)))
            raise _wrong(f"The setting {name} ({given.source}) must be one of: {choices}.") from error
        raise _wrong(f"The setting {name} ({given.source}) does not fit: {error}.") from error


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value).expanduser()
    raise msgspec.ValidationError(f"Expected `{kind.__name__.lower()}`, got `{type(value).__name__}`")


def _build(kind: type[_Settings], values: Mapping[str, object], above: str = "") -> _Settings:
    members: dict[str, object] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if is_dataclass(hint) and isinstance(hint, type):
            members[name] = _build(hint, values, f"{above}{name}.")
        elif above + name in values:
            members[name] = values[above + name]
    return kind(**members)


def _value_at(settings: object, name: str) -> object:
    for part in name.split("."):
        settings = getattr(settings, part)
    return settings


def _wrong(message: str) -> HiwarError:
    return HiwarError(ErrorCode.INVALID_REQUEST, message)
