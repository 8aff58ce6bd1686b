"""How the server logs: a line an event, text or JSON, on standard error. Never texts, audio, keys or query strings."""

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Literal

from hiwar.serving.observation import REQUEST_ID

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_SEPARATORS = frozenset(' ="')
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
        extra = " ".join(f"{name}={_shown(value)}" for name, value in _extra(record).items())
        return f"{line} {extra}" if extra else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    """What the line tells beside its message, and of which stream it is where it does not say so itself."""
    extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if "request_id" not in extra and (request_id := REQUEST_ID.get()) is not None:
        extra["request_id"] = request_id
    return extra


def _shown(value: object) -> object:
    """A value that can neither be taken for several nor for the next line."""
    shown = str(value)
    return shown if shown.isprintable() and not _SEPARATORS & set(shown) else json.dumps(shown)


_LEVELS = {
    # Below warnings they log what they carry, whoever may open all loggers: frames, and addresses with a query where a
    # key may stand.
    **dict.fromkeys(("websockets", "asyncio", "grpc", "multipart", "urllib3", "redis"), logging.WARNING),
    # It warns of each form that it cannot read, with bytes of it.
    "python_multipart": logging.ERROR,
    # At info level uvicorn logs each WebSocket's address with its query, and at that of warnings a line for each
    # request that is none: strangers could fill the log.
    "uvicorn": logging.ERROR,
}
"""From which on libraries are heard."""


def _without_quotes(record: logging.LogRecord) -> bool:
    """Keep what the event loop says of a fault to a sentence: its own has the exception's, and what was handed over."""
    if record.exc_info:
        record.msg, record.args = "a task or callback of the event loop failed", ()
    return True


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
    for name, heard_from in _LEVELS.items():
        logging.getLogger(name).setLevel(heard_from)
    logging.getLogger("asyncio").addFilter(_without_quotes)
