"""The stock `openai` client, by its base URL alone: speech, transcription, both as a stream, and its exceptions."""

import asyncio
import io
import re
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import openai
import pytest

from hiwar.serving.auth import read_local_key
from support.processes import serve_process
from support.serving import WAIT_S, LiveServer, live_server
from support.tones import heard, spoken

SAID = ("hello world", "good bye")
LOADING_S = 110.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture
def client(server: LiveServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=_base_url(server), api_key=server.key, max_retries=0, timeout=WAIT_S) as made:
        yield made


def _base_url(server: LiveServer) -> str:
    return server.running.url("http") + "/v1"


@pytest.fixture(scope="module")
def recording() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16000)
        for text in SAID:
            writer.writeframes(spoken(text, sample_rate=16000, encoding="linear16", silence_ms=1_500))
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["pcm", "wav"])
def test_speech(client: openai.OpenAI, encoding: Literal["pcm", "wav"]) -> None:
    speech = client.audio.speech.create(
        model="tts-1", voice="Yara", input="hello نعم", response_format=encoding, instructions="Warmly."
    )
    assert heard(speech.content, sample_rate=22050, audio_format=encoding) == "hello نعم"


def test_speech_is_mp3_unless_said_otherwise(client: openai.OpenAI, tmp_path: Path) -> None:
    speech = client.audio.speech.create(model="tts-1", voice="Yara_en", input="hello")
    assert speech.response.headers["content-type"] == "audio/mpeg"
    speech.write_to_file(tmp_path / "hello.mp3")
    said = client.audio.transcriptions.create(model="whisper-1", file=tmp_path / "hello.mp3")
    assert said.text == "hello"


@pytest.mark.parametrize("encoding", ["mp3", "opus", "aac", "flac", "wav"])
def test_speech_in_every_format_is_heard_again(
    client: openai.OpenAI, encoding: Literal["mp3", "opus", "aac", "flac", "wav"]
) -> None:
    text = "please hold the line"
    speech = client.audio.speech.create(model="tts-1", voice="Yara", input=text, response_format=encoding)
    said = client.audio.transcriptions.create(model="whisper-1", file=("speech", speech.content))
    assert said.text == text


def test_speech_as_a_stream(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="Yara", input="hello world", response_format="pcm"
    ) as speech:
        pieces = list(speech.iter_bytes())
    assert len(pieces) > 1
    assert heard(b"".join(pieces), sample_rate=22050, audio_format="pcm") == "hello world"


def test_transcription_as_json_and_text(client: openai.OpenAI, recording: bytes) -> None:
    create = client.audio.transcriptions.create
    assert create(model="whisper-1", file=recording).text == " ".join(SAID)
    assert create(model="whisper-1", file=recording, response_format="text").strip() == " ".join(SAID)


def test_transcription_as_subtitles(client: openai.OpenAI, recording: bytes) -> None:
    create = client.audio.transcriptions.create
    srt = create(model="whisper-1", file=recording, response_format="srt")
    assert re.match(r"1\n00:00:00,\d{3} --> 00:00:01,\d{3}\nhello world\n\n2\n", srt)
    vtt = create(model="whisper-1", file=recording, response_format="vtt")
    assert re.match(r"WEBVTT\n\n00:00:00\.\d{3} --> 00:00:01\.\d{3}\nhello world\n\n", vtt)


def test_transcription_with_times(client: openai.OpenAI, recording: bytes) -> None:
    found = client.audio.transcriptions.create(
        model="whisper-1",
        file=recording,
        language="en",
        prompt="Greetings.",
        temperature=0.2,
        response_format="verbose_json",
        timestamp_granularities=["segment", "word"],
    )
    assert (found.text, found.language, found.duration) == (" ".join(SAID), "en", len(recording[44:]) / 32_000)
    assert found.segments is not None
    assert found.words is not None
    assert [segment.text for segment in found.segments] == list(SAID)
    assert [word.word for word in found.words] == " ".join(SAID).split()
    assert all(word.start < word.end <= found.duration for word in found.words)


def test_transcription_as_a_stream(client: openai.OpenAI, recording: bytes) -> None:
    events = list(client.audio.transcriptions.create(model="whisper-1", file=recording, stream=True))
    deltas = [event.delta for event in events if event.type == "transcript.text.delta"]
    assert "".join(deltas) == " ".join(SAID)
    assert events[-1].type == "transcript.text.done"
    assert events[-1].text == " ".join(SAID)


@pytest.mark.parametrize(
    ("ask", "expected", "reason"),
    [
        (lambda audio: audio.speech.create(model="x", voice="alloy", input="hi"), openai.BadRequestError, "voice"),
        (lambda audio: audio.speech.create(model="x", voice="Yara", input=""), openai.BadRequestError, "request"),
        (
            lambda audio: audio.speech.create(model="x", voice="Yara", input="hi", extra_body={"speed": "fast"}),
            openai.UnprocessableEntityError,
            "validation",
        ),
        (
            lambda audio: audio.transcriptions.create(model="x", file=b"no audio at all"),
            openai.APIStatusError,
            "unsupported_format",
        ),
        (
            lambda audio: audio.transcriptions.create(model="x", file=b"", language="xx"),
            openai.BadRequestError,
            "unsupported_language",
        ),
    ],
)
def test_refusals_are_its_exceptions(
    client: openai.OpenAI, ask: Callable[[Any], object], expected: type[openai.APIStatusError], reason: str
) -> None:
    with pytest.raises(expected) as caught:
        ask(client.audio)
    assert reason in caught.value.response.text
    assert caught.value.request_id == caught.value.response.headers["x-request-id"]


def test_a_bad_key_is_an_authentication_error(server: LiveServer) -> None:
    with (
        openai.OpenAI(base_url=_base_url(server), api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.audio.speech.create(model="tts-1", voice="Yara", input="hi")


def test_the_asynchronous_client(server: LiveServer, recording: bytes) -> None:
    async def scenario() -> None:
        async with openai.AsyncOpenAI(base_url=_base_url(server), api_key=server.key, max_retries=0) as client:
            async with client.audio.speech.with_streaming_response.create(
                model="tts-1", voice="Yara", input="hello world", response_format="pcm"
            ) as speech:
                pcm = b"".join([piece async for piece in speech.iter_bytes()])
            assert heard(pcm, sample_rate=22050, audio_format="pcm") == "hello world"
            said = await client.audio.transcriptions.create(model="whisper-1", file=recording)
            assert said.text == " ".join(SAID)
            events = await client.audio.transcriptions.create(model="whisper-1", file=recording, stream=True)
            assert [event.type async for event in events][-1] == "transcript.text.done"

    asyncio.run(scenario())


@pytest.mark.models
def test_what_the_embedded_voice_says_is_heard_again(tmp_path: Path) -> None:
    text = "The weather is nice this morning, and the market is open."
    with serve_process(tmp_path, variables={}, wait_s=LOADING_S) as process:
        base_url = process.url.replace("ws", "http", 1) + "/v1"
        key = read_local_key(tmp_path)
        with openai.OpenAI(base_url=base_url, api_key=key, max_retries=0, timeout=LOADING_S) as client:
            speech = client.audio.speech.create(model="tts-1", voice="Yara_en", input=text)
            said = client.audio.transcriptions.create(
                model="whisper-1", file=("speech.mp3", speech.content), language="en"
            )
    words = set(re.findall("[a-z]+", said.text.lower()))
    assert {"weather", "nice", "morning", "market", "open"} <= words
