"""The SDK's client against a whole server: speaking, cancelling, transcribing, and every way in which that fails."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hiwar.client import AsyncClient, ConnectionFailedError, Speech
from hiwar.errors import ErrorCode, HiwarError
from hiwar.protocol.messages import Done, ErrorEvent, Final, Partial, Ready
from hiwar.vocabulary import AudioEncoding, SpeechFormat
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import heard, spoken

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    async def bounded() -> Result:
        async with asyncio.timeout(WAIT_S):
            return await coroutine

    return asyncio.run(bounded())


async def pieces(audio: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(audio), 2048):
        yield audio[start : start + 2048]


@pytest.mark.parametrize(
    ("audio_format", "rate"), [(SpeechFormat.PCM, 22050), (SpeechFormat.WAV, 16000), (SpeechFormat.MULAW, 8000)]
)
def test_speak(server: LiveServer, audio_format: SpeechFormat, rate: int) -> None:
    speech = AsyncClient(server.url, server.key).speak("مرحبا hello", audio_format=audio_format, sample_rate=rate)

    async def collect() -> bytes:
        return b"".join([chunk async for chunk in speech])

    assert heard(run(collect()), sample_rate=rate, audio_format=audio_format) == "مرحبا hello"
    assert speech.started is not None
    assert (speech.started.format, speech.started.sample_rate) == (audio_format, rate)
    assert speech.complete is not None
    assert (speech.complete.status, speech.complete.characters, speech.complete.words) == ("ok", 11, 2)


@pytest.mark.parametrize("cut", [1, 3, 7, 100])
def test_pieces_are_spoken_as_one_text(server: LiveServer, cut: int) -> None:
    text = "مرحبا بك, hello. Twenty-five 🙂"

    async def cut_anywhere() -> AsyncIterator[str]:
        for start in range(0, len(text), cut):
            yield text[start : start + cut]
            await asyncio.sleep(0)

    async def collect(text: str | AsyncIterator[str]) -> tuple[str, Speech]:
        speech = AsyncClient(server.url, server.key).speak(text, sample_rate=16000, word_timestamps=True)
        audio = b"".join([chunk async for chunk in speech])
        return heard(audio, sample_rate=16000, audio_format="pcm"), speech

    in_pieces, speech = run(collect(cut_anywhere()))
    at_once, whole = run(collect(text))
    assert in_pieces.split() == at_once.split()
    assert [word.word for word in speech.words] == [word.word for word in whole.words]
    assert len(speech.words) >= 4
    assert speech.complete is not None
    assert whole.complete is not None
    assert speech.complete.words == whole.complete.words


def test_words_come_before_the_audio_that_they_begin_in(server: LiveServer) -> None:
    async def collect() -> None:
        speech = AsyncClient(server.url, server.key).speak("one two three", sample_rate=8000, word_timestamps=True)
        sent_ms = 0.0
        async for audio in speech:
            begins = [word for word in speech.words if word.start_ms < sent_ms]
            sent_ms += len(audio) / 2 / 8
            assert begins == speech.words[: len(begins)]
            assert all(word.start_ms <= sent_ms for word in speech.words)
        assert [word.word for word in speech.words] == ["one", "two", "three"]
        ends = [time for word in speech.words for time in (word.start_ms, word.end_ms)]
        assert ends == sorted(ends)
        assert ends[-1] <= sent_ms + 1

    run(collect())


def test_a_flush_speaks_what_was_given_although_no_sentence_is_over(server: LiveServer) -> None:
    async def collect() -> tuple[bytes, Speech]:
        flushed = asyncio.Event()

        async def pieces() -> AsyncIterator[str]:
            yield "one mo"
            await speech.flush()
            await flushed.wait()
            yield " two"

        speech = AsyncClient(server.url, server.key).speak(pieces(), sample_rate=16000)
        audio = b""
        async for chunk in speech:
            audio += chunk
            if len(audio) / 2 / 16 >= len(b"one mo") * 2 * 40:
                flushed.set()
        return audio, speech

    audio, speech = run(collect())
    assert heard(audio, sample_rate=16000, audio_format="pcm").split() == ["one", "mo", "two"]
    assert speech.flushed is not None
    assert (speech.flushed.characters, speech.flushed.words) == (6, 2)


def test_cancel_while_more_text_may_come(server: LiveServer) -> None:
    async def cancel() -> None:
        stopped = asyncio.Event()

        async def endless() -> AsyncIterator[str]:
            try:
                yield "abcdefghi. " * 100
                await asyncio.Event().wait()
            finally:
                stopped.set()

        async with AsyncClient(server.url, server.key).speak(endless(), sample_rate=48000) as speech:
            async for _ in speech:
                await speech.cancel()
                await stopped.wait()
            assert speech.complete is not None
            assert speech.complete.status == "cancelled"
            assert speech.complete.audio_ms > 0

    run(cancel())
    server.until(lambda: not server.running.service._streams)


def test_a_text_source_that_fails_frees_the_server(server: LiveServer) -> None:
    async def broken() -> AsyncIterator[str]:
        yield "one two three. "
        raise OSError("the model is gone")

    with pytest.raises(OSError, match="the model is gone"):
        run(_speak(AsyncClient(server.url, server.key), broken()))
    server.until(lambda: not server.running.service._streams)


def test_more_text_than_a_request_takes_is_spoken_to_there(server: LiveServer) -> None:
    async def too_long() -> AsyncIterator[str]:
        yield "one. "
        yield "a" * 10_000

    audio = bytearray()

    async def collect() -> None:
        async for chunk in AsyncClient(server.url, server.key).speak(too_long(), sample_rate=16000):
            audio.extend(chunk)

    with pytest.raises(HiwarError) as refused:
        run(collect())
    assert refused.value.code is ErrorCode.TEXT_TOO_LONG
    assert heard(bytes(audio), sample_rate=16000, audio_format="pcm").strip() == "one."


def test_cancel_in_the_middle(server: LiveServer) -> None:
    async def cancel() -> None:
        async with AsyncClient(server.url, server.key).speak("abcdefghi " * 1000, sample_rate=48000) as speech:
            async for _ in speech:
                await speech.cancel()
            assert speech.complete is not None
            assert speech.complete.status == "cancelled"
            assert 0 < speech.complete.audio_ms < 900_000

    run(cancel())
    server.until(lambda: not server.running.service._streams)


def test_leaving_the_iteration_frees_the_server(server: LiveServer) -> None:
    async def leave() -> None:
        async with AsyncClient(server.url, server.key).speak("abcdefghi " * 1000, sample_rate=48000) as speech:
            async for _ in speech:
                break

    run(leave())
    server.until(lambda: not server.running.service._streams)


@pytest.mark.parametrize(
    ("rate", "encoding"), [(8000, AudioEncoding.MULAW), (16000, AudioEncoding.LINEAR16), (48000, AudioEncoding.ALAW)]
)
def test_transcribe(server: LiveServer, rate: int, encoding: AudioEncoding) -> None:
    audio = spoken("مرحبا hello", sample_rate=rate, encoding=encoding)

    async def collect() -> list[Any]:
        client = AsyncClient(server.url, server.key)
        found = client.transcribe(pieces(audio), sample_rate=rate, encoding=encoding, word_timestamps=True)
        return [event async for event in found]

    events = run(collect())
    assert isinstance(events[0], Ready)
    assert isinstance(events[-1], Done)
    (final,) = [event for event in events if isinstance(event, Final)]
    assert final.transcript == "مرحبا hello"
    assert final.words is not None
    assert [word.word for word in final.words] == ["مرحبا", "hello"]
    for partial in (event for event in events if isinstance(event, Partial)):
        assert partial.transcript.startswith(partial.stable)
        assert final.transcript.startswith(partial.stable)


def test_a_source_that_fails_ends_the_transcription_with_its_error(server: LiveServer) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(640)
        raise OSError("the microphone is gone")

    async def collect() -> None:
        async for _ in AsyncClient(server.url, server.key).transcribe(broken()):
            pass

    with pytest.raises(OSError, match="microphone"):
        run(collect())
    server.until(lambda: not server.running.service._streams)


async def _speak(client: AsyncClient, text: str | AsyncIterator[str] = "hello", **options: Any) -> None:
    async for _ in client.speak(text, **options):
        pass


async def _transcribe(client: AsyncClient, **options: Any) -> None:
    async for _ in client.transcribe(pieces(bytes(6400)), **options):
        pass


def test_refusals_carry_the_server_s_code_and_sentence(server: LiveServer) -> None:
    good, bad = AsyncClient(server.url, server.key), AsyncClient(server.url, "wrong")
    cases: list[tuple[Coroutine[Any, Any, None], ErrorCode]] = [
        (_speak(bad), ErrorCode.UNAUTHORIZED),
        (_transcribe(bad), ErrorCode.UNAUTHORIZED),
        (_speak(good, voice="Nobody"), ErrorCode.INVALID_VOICE),
        (_speak(good, text="a" * 10_001), ErrorCode.TEXT_TOO_LONG),
        (_speak(good, text=" "), ErrorCode.INVALID_REQUEST),
        (_speak(good, sample_rate=11025), ErrorCode.INVALID_FORMAT),
        (_transcribe(good, sample_rate=11025), ErrorCode.INVALID_REQUEST),
        (_transcribe(good, language="fr"), ErrorCode.UNSUPPORTED_LANGUAGE),
    ]
    for attempt, code in cases:
        with pytest.raises(HiwarError) as refused:
            run(attempt)
        assert refused.value.code is code
        assert len(refused.value.message) > 20


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "ws://127.0.0.1:1/"])
def test_nobody_there(url: str) -> None:
    for attempt in (_speak(AsyncClient(url, "key")), _transcribe(AsyncClient(url, "key"))):
        with pytest.raises(ConnectionFailedError, match="hiwar serve"):
            run(attempt)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "nonsense", "ftp://127.0.0.1"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(HiwarError, match="ws://"):
        run(_speak(AsyncClient(url, "key")))


def test_a_recognition_that_a_stopping_server_cuts_short_is_no_success(tmp_path: Path) -> None:
    events: list[Any] = []

    async def endless() -> AsyncIterator[bytes]:
        yield spoken("hello", sample_rate=16000, encoding="linear16")
        await asyncio.Event().wait()

    async def recognise(server: LiveServer) -> None:
        async for event in AsyncClient(server.url, server.key).transcribe(endless()):
            events.append(event)
            if isinstance(event, Partial):
                server.stop()

    with live_server(tmp_path) as server, pytest.raises(HiwarError) as refused:
        run(recognise(server))
    assert refused.value.code is ErrorCode.SERVER_BUSY
    assert isinstance(events[-1], ErrorEvent)
    assert [event.transcript for event in events if isinstance(event, Final)] == ["hello"]


def test_a_server_that_goes_away_in_mid_stream(tmp_path: Path) -> None:
    """It stops after a short drain, while this client still wants audio: that is an error, not an early end."""

    async def speak(server: LiveServer, stop: asyncio.Event) -> None:
        async for _ in AsyncClient(server.url, server.key).speak("abcdefghi " * 1000, sample_rate=48000):
            stop.set()
            await asyncio.sleep(0)

    async def both(server: LiveServer) -> None:
        stop = asyncio.Event()
        speaking = asyncio.create_task(speak(server, stop))
        await stop.wait()
        await asyncio.to_thread(server.stop)
        await speaking

    with live_server(tmp_path, {"limits.drain_timeout_ms": 1}) as server, pytest.raises(ConnectionFailedError):
        run(both(server))
