"""What happens to a stream, told once by those who do it, for metrics, traces and the log alike.

What is particular to either service is left to `speech_observation` and `hearing_observation`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Literal

from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.effects import GOING_AWAY, NORMAL_CLOSURE, Close
from hiwar.serving.clock import Clock
from hiwar.serving.connection import PeerGoneError
from hiwar.serving.hearing_observation import HearingObservation
from hiwar.serving.keys import Principal, Service
from hiwar.serving.metrics import Metrics
from hiwar.serving.outcomes import Outcome, outcome_of
from hiwar.serving.speech_observation import SpeechObservation
from hiwar.serving.stream_log import StreamLog
from hiwar.serving.tracing import Span, Tracer

Transport = Literal["websocket", "grpc", "rest"]

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the stream that the current task belongs to, for log lines that know of none."""


class Observatory:
    """Where all streams of a server are observed."""

    def __init__(self, metrics: Metrics, clock: Clock, tracer: Tracer | None = None) -> None:
        self.metrics = metrics
        self.clock = clock
        self.tracer = tracer
        self.log = StreamLog(clock)

    async def close(self) -> None:
        """Send what waits to be sent. No stream is open."""
        if self.tracer is not None:
            await self.tracer.close()

    @contextlib.contextmanager
    def stream(
        self, service: Service, transport: Transport, request_id: str, headers: Mapping[str, str]
    ) -> Iterator["StreamObservation"]:
        """One stream while the context is open, from before it signs in to its end, and how it ended.

        `headers`, by names in lower case, may say what trace it is a part of.
        """
        seen = StreamObservation(self, service, transport, request_id, headers)
        before = REQUEST_ID.set(request_id)
        try:
            yield seen
        except HiwarError as error:
            seen.broken(error.code)
            raise
        except (PeerGoneError, asyncio.CancelledError):
            seen.left()
            raise
        except Exception:
            seen.failed()
            raise
        finally:
            REQUEST_ID.reset(before)
            seen.end()


class StreamObservation:
    """One stream, or what wanted to be one."""

    def __init__(
        self,
        observatory: Observatory,
        service: Service,
        transport: Transport,
        request_id: str,
        headers: Mapping[str, str],
    ) -> None:
        self.observatory = observatory
        self.transport: Transport = transport
        self.totals: dict[str, int] = {}
        """What it amounted to, for the log and the trace."""
        self.span: Span | None = None
        self._service: Service = service
        self._request_id = request_id
        self._key_id: str | None = None
        self._began_s = observatory.clock()
        self._told: set[ErrorCode] = set()
        self._reason: ErrorCode | None = None
        self._outcome: Outcome = "ok"
        if observatory.tracer is not None:
            attributes = {"hiwar.transport": transport, "hiwar.request_id": request_id}
            self.span = observatory.tracer.begin(f"{service} stream", self._began_s, headers, attributes)

    def stage(self, name: str) -> AbstractContextManager[None]:
        """One of the things that a stream waits for, such as signing in, while the context is open."""
        return contextlib.nullcontext() if self.span is None else self._traced(self.span, name)

    def signed_in(self, principal: Principal) -> None:
        """It has signed in and has a place among the streams."""
        self._key_id = principal.key_id
        self.observatory.metrics.streams.open.labels(self._service, self.transport).inc()

    def error(self, code: ErrorCode) -> None:
        """The client is told of an error, which need not end the stream."""
        self._told.add(code)
        self.observatory.metrics.streams.errors.labels(self._service, self.transport, code).inc()
        if self.span is not None:
            self.span.event("error", self.observatory.clock(), {"hiwar.reason": code})

    def closing(self, effect: Close) -> None:
        """The server closes it."""
        if effect.code not in (NORMAL_CLOSURE, GOING_AWAY):
            self.broken(ErrorCode(effect.reason))

    def broken(self, code: ErrorCode) -> None:
        """It ends with an error."""
        if code not in self._told:
            self.error(code)
        self._reason = code
        self._outcome = outcome_of(code)

    def failed(self) -> None:
        """It ends with what is no error of ours, unless that was said before."""
        if self._reason is None:
            self.broken(ErrorCode.INTERNAL)

    def left(self) -> None:
        """Its client left before it had all that it asked for."""
        if self._reason is None:
            self._outcome = "cancelled"

    def speaking(self, engine_of: Callable[[str], str]) -> SpeechObservation:
        """It is a synthesis connection; `engine_of` tells what speaks for a voice."""
        return SpeechObservation(self, engine_of)

    def hearing(self, *, listens: str, hears: str) -> HearingObservation:
        """It is a recognition stream of these two engines."""
        return HearingObservation(self, listens=listens, hears=hears)

    def end(self) -> None:
        """It is over."""
        now, metrics = self.observatory.clock(), self.observatory.metrics
        if self._key_id is not None:
            metrics.streams.open.labels(self._service, self.transport).dec()
        metrics.streams.ended.labels(self._service, self.transport, self._outcome).inc()
        reason = {} if self._reason is None else {"reason": str(self._reason)}
        if self.span is not None:
            known: dict[str, str | int] = {"outcome": self._outcome, **reason, **self.totals}
            self.span.set({f"hiwar.{name}": value for name, value in known.items()})
            self.span.end(now, failed=self._outcome == "failed")
        self.observatory.log.stream_ended(
            {
                "service": self._service,
                "transport": self.transport,
                "request_id": self._request_id,
                **({} if self._key_id is None else {"key_id": self._key_id}),
                "outcome": self._outcome,
                **reason,
                "duration_ms": round((now - self._began_s) * 1000),
                **self.totals,
            }
        )

    @contextlib.contextmanager
    def _traced(self, span: Span, name: str) -> Iterator[None]:
        clock = self.observatory.clock
        part = span.child(name, clock(), {})
        failed = True
        try:
            yield
            failed = False
        finally:
            part.end(clock(), failed=failed)
