"""Where the objects meet: settings to engines, service and routes. Running it is left to `lifecycle`."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from hiwar.audio.compression import preload_codecs
from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.server.settings import Settings, TokenSettings
from hiwar.server.voice_loading import default_bindings, load_catalogue, load_voice_engine
from hiwar.serving import clock
from hiwar.serving.admission import Admission
from hiwar.serving.auth import Authenticator, local_key, operator_key, signing_key
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.cores import Cores
from hiwar.serving.engines import Engines
from hiwar.serving.key_store import open_key_store
from hiwar.serving.leases import Leases
from hiwar.serving.metering import Accounts
from hiwar.serving.metrics import Metrics, State
from hiwar.serving.observation import Observatory
from hiwar.serving.own_tokens import TokenSigner, signing_secret
from hiwar.serving.quotas import Quotas
from hiwar.serving.rebinding import Rebinding
from hiwar.serving.service import SpeechService
from hiwar.serving.shared_counter import SharedCounter
from hiwar.serving.token_keys import OneKey, RemoteKeys, TokenKeys, key_of_file
from hiwar.serving.tokens import TokenVerifier, Trust
from hiwar.serving.tracing import Tracer
from hiwar.serving.usage import UsageLog
from hiwar.serving.workers import Workers
from hiwar.transports.rest.bindings import binding_routes
from hiwar.transports.rest.catalogue import catalogue_routes
from hiwar.transports.rest.errors import error_response, status_response
from hiwar.transports.rest.headers import ResponseHeaders
from hiwar.transports.rest.health import health_routes
from hiwar.transports.rest.metrics import metrics_routes
from hiwar.transports.rest.origins import OriginCheck, OriginPolicy
from hiwar.transports.rest.speech import speech_routes
from hiwar.transports.rest.text import text_routes
from hiwar.transports.rest.tokens import token_routes
from hiwar.transports.rest.transcriptions import transcription_routes
from hiwar.transports.specs.routes import spec_routes
from hiwar.transports.websocket.asr import asr_routes
from hiwar.transports.websocket.tts import tts_routes

log = logging.getLogger("hiwar.server")

# Engine threads yield to the event loop, which does little and must do it at once.
_SPEAKING_NICENESS = 5
_AHEAD_NICENESS = 15
_AHEAD_S = 0.5
"""With more than this left to play, speech is made ahead of its playback, with what others leave of the machine."""
_LISTENING_NICENESS = 5
_HEARING_NICENESS = 10
_READING_NICENESS = 15
_LOADING_NICENESS = 19
_LOADS_WAITING_MAX = 1


@dataclass(frozen=True, slots=True)
class EngineThreads:
    """The threads that run models. Three may fill the machine, and none is queued behind the steps of another.

    Those that speak and those that listen for the beginning and end of speech get the processor before those that
    decode it: their steps are ten times shorter. The ones that read uploads and load voices take what they leave.
    """

    speaking: Workers
    listening: Workers
    hearing: Workers
    reading: Workers
    loading: Workers

    def close(self) -> None:
        """End them after the steps that run now."""
        for workers in (self.speaking, self.listening, self.hearing, self.reading, self.loading):
            workers.close()


async def make_authenticator(settings: Settings) -> Authenticator:
    """The keys of the data folder or of a database, on loopback the ready-made one, and tokens if their key is named.

    Raises HiwarError when others could connect and nothing could sign in, unless the settings say that this is meant.
    """
    tokens, signer = _token_verifier(settings.tokens), _token_signer(settings)
    ready_made = local_key(settings.data_dir) if settings.on_loopback else None
    operators = operator_key(settings.data_dir)
    store = await open_key_store(settings.keys, settings.keys_file)
    now = datetime.now(UTC)
    if ready_made is None and tokens is None and not any(record.is_good(now) for record in await store.list()):
        if not settings.without_any_key:
            await store.close()
            message = (
                f"No API key exists that is good, and {settings.host} can be reached by others; "
                "first run: hiwar keys create --name me, or add --without-any-key to refuse everyone until then"
            )
            raise HiwarError(ErrorCode.UNAUTHORIZED, message)
        log.warning("no API key exists that is good: everyone is refused until one is made by: hiwar keys create")
    return Authenticator(store, ready_made, operators, tokens, signer)


def _token_signer(settings: Settings) -> TokenSigner:
    named = settings.tokens.signing_key
    return TokenSigner(signing_key(settings.data_dir) if named is None else signing_secret(named))


def _token_verifier(trusted: TokenSettings) -> TokenVerifier | None:
    if trusted.key_file is None and trusted.jwks is None:
        return None
    keys: TokenKeys = OneKey(key_of_file(trusted.key_file)) if trusted.key_file else RemoteKeys(trusted.jwks or "")
    return TokenVerifier(Trust(keys, trusted.issuer, trusted.audience))


def make_accounts(settings: Settings) -> Accounts:
    """Where it is counted what keys use."""
    shared = None if settings.counters is None else SharedCounter(settings.counters)
    return Accounts(Quotas(shared), Leases(shared), UsageLog(settings.usage_file), shared)


def start_threads(settings: Settings) -> EngineThreads:
    """As many of each as the settings say."""
    threads, waiting_max = settings.engines.threads, settings.limits.steps_waiting_max
    cores = Cores(_cores(threads))
    make = partial(Workers, threads=threads, waiting_max=waiting_max, cores=cores)
    return EngineThreads(
        speaking=make(name="speak", niceness=_SPEAKING_NICENESS, ahead_niceness=_AHEAD_NICENESS, due_ahead_s=_AHEAD_S),
        listening=make(name="listen", niceness=_LISTENING_NICENESS),
        hearing=make(name="hear", niceness=_HEARING_NICENESS),
        reading=Workers(name="read", threads=1, niceness=_READING_NICENESS, waiting_max=waiting_max),
        loading=Workers(name="load", threads=1, niceness=_LOADING_NICENESS, waiting_max=_LOADS_WAITING_MAX),
    )


def make_observatory(settings: Settings) -> Observatory:
    """What sees all streams. Raises HiwarError for traces that nothing which is installed can send."""
    metrics = Metrics()
    tracer: Tracer | None = None
    if settings.tracing is not None:
        try:
            from hiwar.server.traces import OpenTelemetryTracer
        except ImportError as error:
            raise EngineUnavailableError("Traces need more parts: pip install 'hiwar[tracing]'") from error
        tracer = OpenTelemetryTracer(
            settings.tracing, lambda became, spans: metrics.trace_spans.labels(became).inc(spans)
        )
    return Observatory(metrics, clock.monotonic, tracer)


def make_service(
    settings: Settings,
    authenticator: Authenticator,
    accounts: Accounts,
    threads: EngineThreads,
    observatory: Observatory,
) -> SpeechService:
    """The service without its engines, which load while it already answers."""
    admission = Admission(settings.admission, _cores(settings.engines.threads), clock.monotonic)
    service = SpeechService(
        authenticator=authenticator,
        accounts=accounts,
        admission=admission,
        observatory=observatory,
        limits=settings.limits,
        synthesis=settings.synthesis,
        recognition=settings.recognition,
        synthesis_workers=threads.speaking,
        listening_workers=threads.listening,
        hearing_workers=threads.hearing,
        clock=clock.monotonic,
    )
    observatory.metrics.follow(lambda: _state(service, accounts, admission, threads))
    return service


def _state(service: SpeechService, accounts: Accounts, admission: Admission, threads: EngineThreads) -> State:
    shared = accounts.shared
    return State(
        steps_waiting={
            "speak": threads.speaking.waiting,
            "listen": threads.listening.waiting,
            "hear": threads.hearing.waiting,
            "read": threads.reading.waiting,
        },
        connections_unsigned=service.connections_unsigned,
        ready=service.ready,
        counters="memory" if shared is None else "shared",
        counters_up=shared is None or not shared.lost,
        audio_buffered_s=service.audio_buffered_s,
        load=admission.load,
        reduced=admission.reduced,
        admissions={str(service): count for service, count in admission.taken.items()},
        admission_refusals=dict(admission.refused),
    )


def _cores(threads: int) -> int:
    """How many engine threads compute at the same time."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(threads, allowed)


def load_engines(settings: Settings, report: Callable[[str], None]) -> Engines:
    """Load and warm what the settings name. Blocks for seconds. Raises EngineUnavailableError with what to do."""
    preload_codecs()
    chosen = settings.engines
    context = EngineContext(settings.models_dir, concurrent_calls=chosen.threads, report=report)
    recognizing = replace(context, model=chosen.recognition_model, beam=chosen.recognition_beam)
    return Engines(
        recognition=registry.load_recognition(chosen.recognition, recognizing),
        voice_activity=registry.load_voice_activity(chosen.voice_activity, context),
        catalogue=load_catalogue(settings, report),
        english=registry.load_recognition(chosen.recognition_english, context) if chosen.recognition_english else None,
        end_of_turn=registry.load_end_of_turn(chosen.end_of_turn, context) if chosen.end_of_turn else None,
    )


def make_rebinding(settings: Settings, service: SpeechService, workers: Workers) -> Rebinding:
    """What changes voices while the server runs."""
    return Rebinding(
        lambda: service.engines.catalogue,
        defaults=default_bindings(settings),
        engines=registry.names(registry.SYNTHESIS),
        load=partial(load_voice_engine, settings, lambda _line: None),
        file=BindingFile(settings.bindings_file),
        workers=workers,
    )


def make_app(
    service: SpeechService, rebinding: Rebinding, reading: Workers, progress: Callable[[], str], origins: OriginPolicy
) -> ASGIApp:
    """The routes. `reading` decodes uploads; `progress` says in a few words what is being loaded."""
    routes = [
        *tts_routes(service),
        *asr_routes(service),
        *health_routes(service, progress),
        *catalogue_routes(service),
        *binding_routes(service, rebinding),
        *metrics_routes(service),
        *text_routes(service),
        *token_routes(service),
        *speech_routes(service),
        *transcription_routes(service, reading),
        *spec_routes(),
        WebSocketRoute("/{path:path}", _no_stream),
    ]
    handlers: Mapping[int | type[Exception], Callable[[Request, Exception], Response]] = {
        HTTPException: _http_error,
        Exception: _fault,
    }
    return ResponseHeaders(OriginCheck(Starlette(routes=routes, exception_handlers=dict(handlers)), origins))


async def _no_stream(_socket: WebSocket) -> None:
    """A WebSocket to any other path: Starlette itself would say 403."""
    raise HTTPException(404)


def _fault(_request: Request, _error: Exception) -> Response:
    """A fault of ours; Starlette raises it again behind this answer, and uvicorn logs it."""
    return error_response(HiwarError(ErrorCode.INTERNAL, "The server failed on this request; it was logged."))


def _http_error(_request: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the body that the contract fixes."""
    if not isinstance(error, HTTPException):  # Starlette's handler type is wider than what it hands over
        raise error
    return status_response(error.status_code, error.detail, error.headers)
