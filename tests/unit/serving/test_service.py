import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hiwar.audio.pcm import to_linear16
from hiwar.engines.contracts import EngineInfo
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.engines.tone.voice_activity import ToneVoiceActivity
from hiwar.errors import ErrorCode, HiwarError
from hiwar.pipelines.settings import RecognitionSettings, SynthesisSettings
from hiwar.serving.auth import Authenticator
from hiwar.serving.bindings import LoadedAs, bindings
from hiwar.serving.catalogue import VoiceCatalogue
from hiwar.serving.engines import Engines
from hiwar.serving.key_store import KeyStore
from hiwar.serving.keys import Principal
from hiwar.serving.limits import ServingLimits
from hiwar.serving.metrics import Metrics
from hiwar.serving.observation import Observatory
from hiwar.serving.request_ids import new_request_id
from hiwar.serving.service import SpeechService
from hiwar.serving.slots import Slot
from hiwar.serving.sqlite_keys import SqliteKeys
from hiwar.serving.workers import Workers
from hiwar.text.explanation import TokenReading
from hiwar.vocabulary import AudioEncoding, Language, RecognitionConfig
from support.accounts import open_admission, own_accounts
from support.observing import seen
from support.serving import WAIT_S
from support.streams import HeldClock, QueueConnection, run

ANYONE = Principal("id", "anyone")


class ClosingEngine(ToneSynthesis):
    def __init__(self) -> None:
        super().__init__()
        self.closes = 0

    def close(self) -> None:
        self.closes += 1


def tone_engines(synthesis: ToneSynthesis | None = None) -> Engines:
    catalogue = VoiceCatalogue(bindings("tone", {}), {LoadedAs("tone"): synthesis or ToneSynthesis()})
    return Engines(ToneRecognition(), ToneVoiceActivity(), catalogue)


@asynccontextmanager
async def serving(
    tmp_path: Path, limits: ServingLimits | None = None, *, loaded: bool = True
) -> AsyncIterator[tuple[SpeechService, KeyStore]]:
    workers = Workers(name="engine", threads=1, niceness=5, waiting_max=8)
    store = KeyStore(SqliteKeys(tmp_path / "keys.db"))
    service = SpeechService(
        authenticator=Authenticator(store, None),
        accounts=own_accounts(),
        admission=open_admission(),
        observatory=Observatory(Metrics(), HeldClock()),
        limits=limits or ServingLimits(),
        synthesis=SynthesisSettings(),
        recognition=RecognitionSettings(),
        synthesis_workers=workers,
        listening_workers=workers,
        hearing_workers=workers,
        clock=HeldClock(),
    )
    if loaded:
        service.begin(tone_engines())
    try:
        yield service, store
    finally:
        await asyncio.to_thread(workers.close)
        await store.close()


async def speak(service: SpeechService, connection: QueueConnection, principal: Principal | None) -> None:
    """What a transport does."""
    async with service.slot(principal, seen()) as slot:
        await service.speak(connection, slot)


async def transcribe(service: SpeechService, connection: QueueConnection, principal: Principal | None) -> None:
    async with service.slot(principal, seen()) as slot:
        await service.transcribe(connection, RecognitionConfig("r"), slot)


class EnglishAlone(ToneRecognition):
    """Knows no Arabic; notices when it is closed."""

    closes = 0

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, languages=("en",))

    def close(self) -> None:
        self.closes += 1


def test_streams_that_ask_for_english_may_have_an_engine_of_their_own() -> None:
    english = EnglishAlone()
    engines = replace(tone_engines(), english=english)
    assert engines.recognizer("en") is english
    assert engines.recognizer("ar") is engines.recognizer("auto") is engines.recognition
    engines.close()
    assert english.closes == 1


def test_a_language_that_nothing_here_hears_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path, loaded=False) as (service, _):
            service.begin(replace(tone_engines(), recognition=EnglishAlone()))
            await service.admit_recognition(RecognitionConfig("r", language="auto"), Slot(seen()))
            await service.admit_recognition(RecognitionConfig("r", language="en"), Slot(seen()))
            with pytest.raises(HiwarError) as caught:
                await service.admit_recognition(RecognitionConfig("r", language="ar"), Slot(seen()))
            assert caught.value.code is ErrorCode.UNSUPPORTED_LANGUAGE
            assert "en" in caught.value.message

    run(scenario())


def test_an_encoding_whose_codec_is_not_installed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, _):
            await service.admit_recognition(RecognitionConfig("r", encoding=AudioEncoding.OGG_OPUS), Slot(seen()))
            monkeypatch.setitem(sys.modules, "av", None)
            await service.admit_recognition(RecognitionConfig("r", encoding=AudioEncoding.MULAW), Slot(seen()))
            with pytest.raises(HiwarError) as caught:
                await service.admit_recognition(RecognitionConfig("r", encoding=AudioEncoding.OGG_OPUS), Slot(seen()))
            assert caught.value.code is ErrorCode.UNSUPPORTED_FORMAT

    run(scenario())


def test_request_ids_are_eight_characters_and_differ() -> None:
    made_up = {new_request_id() for _ in range(100)}
    assert len(made_up) == 100
    assert all(len(name) == 8 and name.isalnum() and name.isascii() for name in made_up)


def test_nothing_is_taken_while_models_load(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path, loaded=False) as (service, _):
            assert not service.ready
            with pytest.raises(HiwarError) as caught:
                async with service.slot(ANYONE, seen()):
                    pass
            assert caught.value.code is ErrorCode.ENGINE_UNAVAILABLE
            service.begin(tone_engines())
            assert service.ready
            async with service.slot(ANYONE, seen()):
                pass

    run(scenario())


def test_there_is_room_for_so_many_streams(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path, ServingLimits(streams_max=2)) as (service, _), service.slot(ANYONE, seen()):
            for _ in range(3):
                async with service.slot(ANYONE, seen()):
                    with pytest.raises(HiwarError) as caught:
                        async with service.slot(ANYONE, seen()):
                            pass
                assert caught.value.code is ErrorCode.SERVER_BUSY

    run(scenario())


def test_connections_yet_to_sign_in_take_no_streams_place_and_have_a_limit_of_their_own(tmp_path: Path) -> None:
    async def scenario() -> None:
        limits = ServingLimits(streams_max=1, connections_unsigned_max=2)
        async with serving(tmp_path, limits) as (service, _):
            async with service.slot(None, seen()), service.slot(None, seen()):
                with pytest.raises(HiwarError) as caught:
                    async with service.slot(None, seen()):
                        pass
                assert caught.value.code is ErrorCode.SERVER_BUSY
                async with service.slot(ANYONE, seen()):
                    pass
            async with service.slot(ANYONE, seen()), service.slot(None, seen()):
                pass

    run(scenario())


def test_signing_in_by_the_first_frame_takes_a_streams_place_and_gives_up_the_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        limits = ServingLimits(streams_max=1, connections_unsigned_max=1)
        async with serving(tmp_path, limits) as (service, store):
            _, key = await store.create("one")
            first, mouth, ear = QueueConnection(), QueueConnection(), QueueConnection()
            first.say({"x-api-key": key})
            stream = asyncio.create_task(transcribe(service, first, None))
            await first.until_sent("ready")
            for connection, serve in ((mouth, speak), (ear, transcribe)):
                connection.say({"x-api-key": key})
                await serve(service, connection, None)
                assert [message["code"] for message in connection.of_type("error")] == ["server_busy"]
                assert connection.closed == (4503, "server_busy")
            first.say(None)
            await stream
            async with service.slot(ANYONE, seen()):
                pass

    run(scenario())


def test_a_drain_waits_for_those_who_never_signed_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, _), AsyncExitStack() as slots:
            await slots.enter_async_context(service.slot(None, seen()))
            draining = asyncio.create_task(service.drain())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not draining.done()
            await slots.aclose()
            await draining

    run(scenario())


def test_who_may_sign_in_for_what(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, store):
            record, key = await store.create("one", services=("tts",))
            assert await service.sign_in(key, "tts") == record.principal
            for credential, wanted, code in (
                (key, "asr", ErrorCode.FORBIDDEN),
                ("nonsense", "tts", ErrorCode.UNAUTHORIZED),
                ("", "tts", ErrorCode.UNAUTHORIZED),
            ):
                with pytest.raises(HiwarError) as caught:
                    await service.sign_in(credential, "asr" if wanted == "asr" else "tts")
                assert caught.value.code is code

    run(scenario())


def test_the_first_frame_signs_in_and_binds_the_keys_voices(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, store):
            _, key = await store.create("one", voices=("Nouf",))
            connection = QueueConnection()
            connection.say({"x-api-key": key})
            connection.say({"text": "Hi."})
            connection.say({"text": "Hi.", "voice": "Nouf"})
            stream = asyncio.create_task(speak(service, connection, None))
            await connection.until_sent("synthesis_complete", 2)
            assert [m["code"] for m in connection.of_type("error")] == ["forbidden"]
            assert [m["status"] for m in connection.of_type("synthesis_complete")] == ["failed", "ok"]
            connection.say(None)
            await stream

    run(scenario())


@pytest.mark.parametrize(("services", "close"), [(("asr",), 4403), ((), 4403), (None, 4401)])
def test_a_first_frame_with_a_key_that_may_not(tmp_path: Path, services: tuple[str, ...] | None, close: int) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, store):
            _, key = await store.create("one", services=("asr",) if services else ())
            connection = QueueConnection()
            connection.say({"x-api-key": key if services is not None else "nonsense"})
            await speak(service, connection, None)
            assert connection.closed is not None
            assert connection.closed[0] == close

    run(scenario())


@pytest.mark.parametrize("by_frame", [False, True])
def test_what_is_spoken_is_heard(tmp_path: Path, by_frame: bool) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, store):
            _, key = await store.create("one")
            mouth, ear = QueueConnection(), QueueConnection()
            mouth.say({"text": "Hello, world.", "sample_rate": 16000})
            speaking = asyncio.create_task(speak(service, mouth, ANYONE))
            await mouth.until_sent("synthesis_complete")
            mouth.say(None)
            await speaking
            if by_frame:
                ear.say({"x-api-key": key})
            silence = to_linear16(np.zeros(16000, dtype=np.float32))
            for frame in (silence, *(frame for frame in mouth.sent if isinstance(frame, bytes)), silence):
                ear.say(frame)
            ear.say({"type": "finish"})
            await transcribe(service, ear, None if by_frame else ANYONE)
            assert " ".join(m["transcript"] for m in ear.of_type("final")).split() == ["Hello,", "world."]
            assert ear.closed == (1000, "done")

    run(scenario())


def test_a_recognition_key_that_may_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, store):
            _, key = await store.create("one", services=("tts",))
            connection = QueueConnection()
            connection.say({"token": key})
            await transcribe(service, connection, None)
            assert connection.closed == (4403, "forbidden")

    run(scenario())


def test_drain_closes_every_stream_and_takes_no_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, _):
            mouth, ear, stranger = QueueConnection(), QueueConnection(), QueueConnection()
            streams = [
                asyncio.create_task(speak(service, mouth, ANYONE)),
                asyncio.create_task(transcribe(service, ear, ANYONE)),
                asyncio.create_task(speak(service, stranger, None)),
            ]
            await ear.until_sent("ready")
            await service.drain()
            assert not service.ready
            await asyncio.gather(*streams)
            assert mouth.closed == ear.closed == (1001, "server is stopping")
            assert stranger.closed == (4503, "server_busy")
            with pytest.raises(HiwarError) as caught:
                async with service.slot(ANYONE, seen()):
                    pass
            assert caught.value.code is ErrorCode.SERVER_BUSY

    run(scenario())


@pytest.mark.parametrize("principal", [None, ANYONE])
def test_a_stream_that_took_its_slot_before_the_drain_and_began_after_it_is_drained_too(
    tmp_path: Path, principal: Principal | None
) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, _), AsyncExitStack() as slots:
            slot = await slots.enter_async_context(service.slot(principal, seen()))
            draining = asyncio.create_task(service.drain())
            await asyncio.sleep(0)
            assert not draining.done()
            mouth, ear = QueueConnection(), QueueConnection()
            await service.speak(mouth, slot)
            await service.transcribe(ear, RecognitionConfig("r"), slot)
            for connection in (mouth, ear):
                assert connection.closed is not None
                assert connection.closed[0] == (4503 if principal is None else 1001)
            await slots.aclose()
            await draining

    run(scenario())


def test_drain_gives_up_on_a_stream_after_its_limit(tmp_path: Path) -> None:
    async def scenario() -> None:
        limits = replace(ServingLimits(), drain_timeout_ms=1)
        async with serving(tmp_path, limits) as (service, _):
            connection = QueueConnection()
            stream = asyncio.create_task(transcribe(service, connection, ANYONE))
            await connection.until_sent("ready")
            connection.taking.clear()
            await service.drain()
            stream.cancel()
            await asyncio.wait([stream])

    run(scenario())


def test_closing_the_engines_closes_each() -> None:
    engine = ClosingEngine()
    tone_engines(engine).close()
    assert engine.closes == 1


class ReadingEngine(ToneSynthesis):
    """Its readings wait at a gate; `waiting` is how many steps were in the queue when each was let in."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.waiting: list[int] = []
        self.workers: Workers | None = None

    def explain(self, text: str, *, voice: str, language: Language) -> tuple[TokenReading, ...]:
        assert self.gate.wait(WAIT_S)
        if self.workers is not None:
            self.waiting.append(self.workers.waiting)
        return super().explain(text, voice=voice, language=language)


def test_many_readings_take_turns_and_leave_the_queue_to_audio(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path, loaded=False) as (service, _):
            engine = ReadingEngine()
            engine.workers = service._synthesis_workers
            service.begin(tone_engines(engine))
            asked = [asyncio.create_task(service.explain("One. Two.", "Yara", "en", ANYONE)) for _ in range(16)]
            await asyncio.sleep(0)
            with pytest.raises(HiwarError) as refused:
                await service.explain("One.", "Yara", "en", ANYONE)
            assert refused.value.code is ErrorCode.SERVER_BUSY
            asked.pop().cancel()
            engine.gate.set()
            assert [len(segments) for segments in await asyncio.gather(*asked)] == [2] * 15
            assert set(engine.waiting) == {0}
            assert await service.explain("One.", "Yara", "en", ANYONE)

    run(scenario())


def test_a_stopping_server_reads_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(tmp_path) as (service, _):
            await service.drain()
            with pytest.raises(HiwarError) as refused:
                await service.explain("One.", "Yara", "en", ANYONE)
            assert refused.value.code is ErrorCode.SERVER_BUSY

    run(scenario())
