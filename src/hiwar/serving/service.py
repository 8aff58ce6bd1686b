"""The one façade that every transport calls: who may, whether there is room, and the two kinds of stream."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Iterator

from hiwar.audio.decoding import check_encoding
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.pipelines.explanation import explain
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.pipelines.settings import RecognitionSettings, SynthesisSettings
from hiwar.pipelines.synthesis import SynthesisPipeline
from hiwar.pipelines.writing import Writing
from hiwar.protocol import refusals
from hiwar.protocol.asr_session import AsrServerSession
from hiwar.protocol.effects import AsrEffect, TtsEffect
from hiwar.protocol.fields import text_of
from hiwar.protocol.tts_session import TtsServerSession, TtsSessionLimits
from hiwar.serving.admission import Admission, Kind
from hiwar.serving.asr_stream import AsrStream
from hiwar.serving.auth import Authenticator, for_client, require_service
from hiwar.serving.clock import Clock
from hiwar.serving.connection import Connection
from hiwar.serving.engines import Engines
from hiwar.serving.keys import Principal, Service
from hiwar.serving.limits import ServingLimits
from hiwar.serving.metering import Accounts, Meter
from hiwar.serving.observation import Observatory, StreamObservation
from hiwar.serving.readings import Readings
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.slots import Slot, Slots
from hiwar.serving.token_issuer import TokenIssuer
from hiwar.serving.tts_stream import TtsStream
from hiwar.serving.workers import Workers
from hiwar.text.explanation import SegmentReading
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import LanguageChoice, RecognitionConfig, SpeechRequest


class SpeechService:
    """The server behind the transports. Made empty; `begin` hands it the loaded engines, `drain` ends it."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        accounts: Accounts,
        admission: Admission,
        observatory: Observatory,
        limits: ServingLimits,
        synthesis: SynthesisSettings,
        recognition: RecognitionSettings,
        synthesis_workers: Workers,
        listening_workers: Workers,
        hearing_workers: Workers,
        clock: Clock,
    ) -> None:
        self.limits = limits
        self.observatory = observatory
        self.tokens = TokenIssuer(authenticator, accounts.quotas)
        self._authenticator = authenticator
        self._synthesis = synthesis
        self._recognition = recognition
        self._synthesis_workers = synthesis_workers
        self._listening_workers = listening_workers
        self._hearing_workers = hearing_workers
        self._clock = clock
        self._readings = Readings(synthesis_workers, clock)
        self._engines: Engines | None = None
        self._stopping = False
        self._streams: set[TtsStream | AsrStream] = set()
        self._slots = Slots(limits, accounts.leases)
        self._accounts = accounts
        self._admission = admission

    # -- life --------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether streams are taken: models are loaded and warm, and the server is not stopping."""
        return self._engines is not None and not self._stopping

    @property
    def stopping(self) -> bool:
        """Whether the server drains and takes nothing new."""
        return self._stopping

    @property
    def engines(self) -> Engines:
        """What is loaded. Raises EngineUnavailableError while models load."""
        if self._engines is None:
            raise EngineUnavailableError("The models are still loading; ask /readyz and try again in a few seconds.")
        return self._engines

    def begin(self, engines: Engines) -> None:
        """The models are loaded: take streams."""
        self._engines = engines

    async def drain(self) -> None:
        """Take no new streams, finish what is under way, and return when all are closed or the limit has passed."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.limits.drain_timeout_ms / 1000):
                await asyncio.gather(*(stream.drain() for stream in list(self._streams)), return_exceptions=True)
                await self._slots.empty.wait()

    @property
    def connections_unsigned(self) -> int:
        """Connections that have yet to sign in."""
        return self._slots.unsigned

    @property
    def audio_buffered_s(self) -> float:
        """Audio that was received and not listened to yet, of all streams."""
        return sum(stream.buffered_s for stream in self._streams if isinstance(stream, AsrStream))

    # -- who may, and whether there is room --------------------------------------------------------------------

    async def sign_in(self, credential: str, service: Service, seen: StreamObservation | None = None) -> Principal:
        """Who holds this credential; `seen` where a stream waits for it.

        Raises HiwarError unauthorized, forbidden for the service, or internal.
        """
        with contextlib.nullcontext() if seen is None else seen.stage("sign in"):
            principal = await for_client(self._authenticator.authenticate(credential))
            require_service(principal, service)
        return principal

    def require_operator(self, credential: str) -> None:
        """Raise HiwarError forbidden for a credential that is not the operator's."""
        self._authenticator.require_operator(credential)

    @contextlib.asynccontextmanager
    async def slot(self, principal: Principal | None, seen: StreamObservation) -> AsyncIterator[Slot]:
        """Room for one connection while the context is open: as a stream, or with None among those yet to sign in.

        Raises HiwarError server_busy, engine_unavailable or rate_limit_exceeded.
        """
        if self._stopping:
            raise refusals.going_away()
        _ = self.engines
        async with self._slots.room(principal, seen) as slot:
            yield slot

    async def end_revoked(self) -> None:
        """End the streams of keys that may not be used any more. To be called again and again."""
        key_ids = self._slots.key_ids()
        ended = key_ids - await self._authenticator.good(key_ids)
        await asyncio.gather(*(self._slots.end(key_id, refusals.key_revoked()) for key_id in ended))

    # -- streams -----------------------------------------------------------------------------------------------

    async def speak(self, connection: Connection, slot: Slot, limits: TtsSessionLimits | None = None) -> None:
        """Serve a synthesis connection to its end. A slot of nobody: it signs in by its first frame.

        `limits` are those of a transport that has its own.
        """
        now = self._clock()
        session = TtsServerSession(
            voices=tuple(self.engines.catalogue.voices),
            limits=limits or self.limits.tts_session(),
            new_request_id=new_request_id,
            now=now,
        )
        principal = slot.principal
        opening = () if principal is None else session.signed_in(now, allowed_voices=principal.voices)
        if self._stopping:  # it took its slot before, and `drain` has not seen it
            opening += session.drain(now)
        stream = TtsStream(
            session,
            connection,
            sign_in=functools.partial(self._tts_sign_in, slot),
            meter=self._meter(slot, "tts"),
            admission=self._admission,
            open_pipeline=self._synthesis_pipeline,
            workers=self._synthesis_workers,
            seen=slot.seen.speaking(lambda voice: self.engines.catalogue.voice(voice).engine),
            settings=self._synthesis,
            clock=self._clock,
            send_timeout_ms=self.limits.send_timeout_ms,
        )
        with self._registered(stream, slot):
            await stream.run(opening)

    async def explain(
        self, text: str, voice: str, language: LanguageChoice, principal: Principal
    ) -> tuple[SegmentReading, ...]:
        """How a text would be read; counted as if it were spoken. Raises HiwarError for what could not be, and when
        there is too much to do or the key has used its part.
        """
        if self._stopping:
            raise refusals.going_away()
        with self.engines.catalogue.lent(voice) as (named, engine):
            if principal.voices is not None and voice not in principal.voices:
                raise refusals.voice_forbidden()
            spoken = text_of(text, self.limits.text_chars_max)
            await self._accounts.quotas.request(principal)
            await self._accounts.quotas.spend(principal, len(spoken))
            segments = explain(spoken, voice=named, engine=engine, language=language)
            return await self._readings.read(segments)

    async def admit_recognition(self, config: RecognitionConfig, slot: Slot) -> None:
        """To be called before `transcribe`: takes a place for a slot that has signed in, and counts a request.

        Raises HiwarError for what nothing that is loaded or installed can serve, server_busy and rate_limit_exceeded.
        """
        check_encoding(config.encoding)
        recognizer = self.engines.recognizer(config.language)
        languages = recognizer.info.languages
        if config.language != "auto" and config.language not in languages:
            raise refusals.language_not_heard(languages)
        if config.word_timestamps and not recognizer.info.word_timestamps:
            raise HiwarError(ErrorCode.INVALID_REQUEST, "The recogniser has no word times; leave word_timestamps out.")
        Writing(config)
        if slot.principal is not None:
            await self._place(slot, config)

    async def _place(self, slot: Slot, config: RecognitionConfig) -> None:
        """A recognition stream takes its place among those that are served, and counts as a request."""
        kind = Kind("asr", config.language, shows_partials=config.interim_results)
        meter = self._meter(slot, "asr")
        with slot.seen.stage("admission"):
            slot.admitted = slot.held.enter_context(self._admission.admitted(kind, meter.share))
        await meter.request()

    async def transcribe(
        self, connection: Connection, config: RecognitionConfig, slot: Slot, *, is_recording: bool = False
    ) -> None:
        """Serve a recognition connection to its end. A slot of nobody: it signs in by its first frame."""
        now = self._clock()
        engines = self.engines
        seen = slot.seen.hearing(
            listens=engines.voice_activity.info.name, hears=engines.recognizer(config.language).info.name
        )
        session = AsrServerSession(config, limits=self.limits.asr_session(), now=now, is_recording=is_recording)
        opening = () if slot.principal is None else session.signed_in(now)
        if self._stopping:  # it took its slot before, and `drain` has not seen it
            opening += session.drain()
        stream = AsrStream(
            session,
            connection,
            sign_in=functools.partial(self._asr_sign_in, slot),
            slot=slot,
            meter=self._meter(slot, "asr"),
            admission=self._admission,
            seen=seen,
            open_pipeline=self._recognition_pipeline,
            listeners=self._listening_workers,
            hearers=self._hearing_workers,
            clock=self._clock,
            send_timeout_ms=self.limits.send_timeout_ms,
            audio_buffered_max_ms=self.limits.audio_buffered_max_ms,
        )
        with self._registered(stream, slot):
            await stream.run(opening)

    # -- inside ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _registered(self, stream: TtsStream | AsrStream, slot: Slot) -> Iterator[None]:
        self._streams.add(stream)
        slot.end = stream.end
        try:
            yield
        finally:
            slot.end = None
            self._streams.discard(stream)

    def _meter(self, slot: Slot, service: Service) -> Meter:
        return Meter(slot, service, self._accounts.quotas, self._accounts.usage)

    async def _tts_sign_in(self, slot: Slot, session: TtsServerSession, credential: str) -> tuple[TtsEffect, ...]:
        try:
            principal = await self.sign_in(credential, "tts", slot.seen)
            await self._slots.sign_in(slot, principal)
        except HiwarError as error:
            return session.refused(error)
        return session.signed_in(self._clock(), allowed_voices=principal.voices)

    async def _asr_sign_in(self, slot: Slot, session: AsrServerSession, credential: str) -> tuple[AsrEffect, ...]:
        try:
            await self._slots.sign_in(slot, await self.sign_in(credential, "asr", slot.seen))
            await self._place(slot, session.config)
        except HiwarError as error:
            return session.refused(error)
        return session.signed_in(self._clock())

    @contextlib.contextmanager
    def _synthesis_pipeline(self, request: SpeechRequest, feed: SegmentFeed) -> Iterator[SynthesisPipeline]:
        with self.engines.catalogue.lent(request.voice) as (voice, engine):
            if request.word_timestamps and not engine.info.word_timestamps:
                message = "This voice cannot give word timestamps; leave word_timestamps out."
                raise HiwarError(ErrorCode.INVALID_REQUEST, message)
            made = SynthesisPipeline(request, feed, voice=voice, engine=engine, clock=self._clock)
            with contextlib.closing(made) as pipeline:
                yield pipeline

    def _recognition_pipeline(self, config: RecognitionConfig) -> RecognitionPipeline:
        engines = self.engines
        recognizer = engines.recognizer(config.language)
        return RecognitionPipeline(config, recognizer, engines.voice_activity, self._recognition, engines.end_of_turn)
