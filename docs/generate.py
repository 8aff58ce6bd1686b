"""Writes the reference pages that repeat what the code says: errors, states, settings, metrics and the three APIs.

`make docs` runs it; a test fails when a page in the repository differs from what this would write.
"""

import dataclasses
import sys
from pathlib import Path
from typing import get_type_hints

from hiwar.errors import STATUS
from hiwar.protocol import transitions
from hiwar.server.settings import Settings
from hiwar.serving.metrics import Metrics

sys.path.insert(0, str(Path(__file__).parent))

import api_pages
import grpc_page

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


def metrics_page() -> str:
    """Every metric of the server's own."""
    lines = [
        "# Metrics\n",
        "`GET /metrics` tells these, and what the client library knows of the process (`process_*`). A histogram has",
        "samples that end in `_bucket` (with the label `le`), `_sum` and `_count`. No label names a key, a text or a",
        "request; `voice` and `engine` are those of the catalogue, `reason` of `hiwar_errors_total` is one of the",
        "[codes](errors.md).\n",
        "| metric | type | labels | |",
        "|---|---|---|---|",
    ]
    for metric in Metrics().described:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.documentation} |")
    return _NOTICE + "\n".join(lines) + "\n"


PAGES = {
    "errors.md": errors_page,
    "states.md": states_page,
    "protocol.md": lambda: _NOTICE + api_pages.protocol_page(),
    "rest.md": lambda: _NOTICE + api_pages.rest_page(),
    "grpc.md": lambda: _NOTICE + grpc_page.grpc_page(),
    "asyncapi.json": api_pages.asyncapi_json,
    "openapi.json": api_pages.openapi_json,
    "settings.md": settings_page,
    "metrics.md": metrics_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
