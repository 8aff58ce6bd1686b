"""How the server logs: a line an event, text or JSON, on standard error. Never texts, audio, keys or query strings."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Literal

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _StacksOnly(logging.Formatter):
    """Says where an exception came from and of which type, not its message: that may quote what a client sent."""

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - logging's name
        return "\n".join(_places(ei[1]))


def _places(error: BaseException | None) -> Iterator[str]:
    """Each exception of a chain, and of the groups in it: its stack and its type."""
    while error is not None:
        where = "".join(traceback.format_tb(error.__traceback__))
        yield f"{where}{type(error).__module__}.{type(error).__qualname__}"
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield "together with"
                yield from _places(inner)
        error = error.__cause__ or error.__context__
        if error is not None:
            yield "caused by"


class _JsonFormatter(_StacksOnly):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class _TextFormatter(_StacksOnly):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        return f"{line} {extra}" if extra else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def set_up(level: Literal["debug", "info", "warning", "error"], form: Literal["text", "json"]) -> None:
    """Send hiwar's own log to standard error; of the libraries, warnings and errors alone."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter() if form == "json" else _TextFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("hiwar").setLevel(level.upper())
    # gRPC's core has a log of its own, with a line for each handshake that fails; it looks at this when it starts.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    # At info level uvicorn logs each WebSocket's address with its query, where an API key may stand.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
