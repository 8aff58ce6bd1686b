"""Writes the reference pages that repeat what the code says: errors, session states, messages and settings.

`make docs` runs it; a test fails when a page in the repository differs from what this would write.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from hiwar.errors import STATUS
from hiwar.protocol import messages, transitions
from hiwar.server.settings import Settings

REFERENCE = Path(__file__).parent / "reference"
_NOTICE = "<!-- Written by docs/generate.py: change the code, then run `make docs`. -->\n\n"


def errors_page() -> str:
    """The table of codes."""
    lines = [
        "# Errors\n",
        "One table for all transports. An error that leaves the connection usable is an `error` message alone;",
        "one that ends it is followed by the close code. `retryable`: the same request may succeed later.\n",
        "| code | whose fault | retryable | HTTP | WebSocket close | gRPC |",
        "|---|---|---|---|---|---|",
    ]
    for code, row in STATUS.items():
        retry = "yes" if row.retryable else "no"
        lines.append(f"| `{code}` | {row.fault} | {retry} | {row.http} | {row.websocket_close} | {row.grpc} |")
    return _NOTICE + "\n".join(lines) + "\n"


def states_page() -> str:
    """The two state diagrams."""
    text = "# Session states\n\nThe sessions run on these tables (`hiwar/protocol/transitions.py`).\n"
    for title, table in (("Synthesis", transitions.TTS), ("Recognition", transitions.ASR)):
        text += f"\n## {title}\n\n```mermaid\n{transitions.mermaid(table)}\n```\n"
    return _NOTICE + text


def protocol_page() -> str:
    """Every text message with its fields."""
    text = "# Messages\n\nText frames are JSON objects; audio travels in binary frames.\n"
    groups = (
        ("From the client", messages.ClientMessage),
        ("From the server, synthesis", messages.TtsServerMessage),
        ("From the server, recognition", messages.AsrServerMessage),
    )
    for title, union in groups:
        text += f"\n## {title}\n"
        for kind in get_args(union):
            text += _message(kind)
    return _NOTICE + text


def _message(kind: type[msgspec.Struct]) -> str:
    tag = kind.__struct_config__.tag
    title = f'`"type": "{tag}"`' if tag else f"{kind.__name__} (no `type`)"
    text = f"\n### {title}\n\n{_paragraph(kind.__doc__)}\n"
    fields = msgspec.structs.fields(kind)
    if fields:
        text += "\n| field | type | default |\n|---|---|---|\n"
    for field in fields:
        default = "required" if field.required else f"`{field.default}`"
        text += f"| `{field.encode_name}` | {_type_name(field.type)} | {default} |\n"
    return text


def settings_page() -> str:
    """Every setting with its default."""
    text = """# Settings

Flags go before the environment, the environment before the file given with `--config` or named by `HIWAR_CONFIG`, the
file before the defaults.
`limits.streams_max` is `[limits] streams_max` in the file and `HIWAR_LIMITS_STREAMS_MAX` in the environment.
`hiwar serve --print-config` shows every value and where it comes from. An unknown name is an error: under an
orchestrator that puts addresses of services into the environment, keep names that begin with `HIWAR_` out of it.

| setting | default | |
|---|---|---|
"""
    return _NOTICE + text + "".join(_settings_rows(Settings, ""))


def _settings_rows(section: type, above: str) -> list[str]:
    rows: list[str] = []
    comments = _field_comments(section)
    hints = get_type_hints(section)
    for field in dataclasses.fields(section):
        name = f"{above}{field.name}"
        if dataclasses.is_dataclass(hints[field.name]):
            rows += _settings_rows(hints[field.name], f"{name}.")
            continue
        default = field.default if field.default is not dataclasses.MISSING else _DEFAULTS_OF_THE_MACHINE[name]
        shown = "" if default is None else str(default)
        rows.append(f"| `{name}` | {shown} | {comments.get(field.name, '')} |\n")
    return rows


_DEFAULTS_OF_THE_MACHINE = {
    "data_dir": "the platform's data folder",
    "models_dir": "the platform's cache folder, `models` in it",
    "engines.threads": "cores, at most 2",
    "voices": "the embedded voices",
}


def _field_comments(section: type) -> dict[str, str]:
    """The strings that stand under fields, by field name."""
    import ast
    import inspect

    body = ast.parse(inspect.getsource(section)).body[0]
    comments: dict[str, str] = {}
    name = None
    for statement in getattr(body, "body", []):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            comments[name] = _paragraph(str(statement.value.value)).replace("\n", " ")
            name = None
        else:
            name = None
    return comments


def _paragraph(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").strip().splitlines())


def _type_name(kind: Any) -> str:  # noqa: ANN401 - a type, or what typing makes of several
    options = [one for one in get_args(kind) if one is not type(None)]
    if options and all(isinstance(one, str) for one in options):
        return " or ".join(f'`"{one}"`' for one in options)
    if options and getattr(kind, "__origin__", None) is tuple:
        return f"list of {_type_name(options[0])}"
    if options:
        return " or ".join(dict.fromkeys(_type_name(one) for one in options))
    if hasattr(kind, "__members__"):
        return " or ".join(f'`"{one}"`' for one in kind) if len(kind) < 6 else "string, see [errors](errors.md)"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "object of " + ", ".join(f"`{field.encode_name}`" for field in msgspec.structs.fields(kind))
    return _JSON_NAMES.get(kind.__name__, str(kind.__name__))


_JSON_NAMES = {"str": "string", "int": "integer", "float": "number", "bool": "true or false"}

PAGES = {
    "errors.md": errors_page,
    "states.md": states_page,
    "protocol.md": protocol_page,
    "settings.md": settings_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
