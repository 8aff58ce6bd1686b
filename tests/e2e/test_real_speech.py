"""The product as its users meet it: a server process with the embedded models, the reference sample, the commands."""

import asyncio
import json
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import jiwer
import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.asyncio.client import connect
from websockets.sync.client import connect as connect_sync

from hiwar.serving.auth import read_local_key
from hiwar.text.normalization import clean
from support.processes import Ended, Process, hiwar_command, serve_process
from support.serving import WAIT_S

pytestmark = pytest.mark.models

LOADING_S = 110.0
"""The first start joins and checks the recognition model."""

ENGLISH = (
    "Hello, how can I help you today?",
    "The weather is nice this morning, and the market opens at nine.",
    "Please tell me the number of your order.",
)
ARABIC = (
    "مرحبا بكم في مركز خدمة العملاء.",
    "الطقس جميل في هذا الصباح.",
    "شكرا لكم على هذا الاتصال.",
)
ENGLISH_WER_MAX = 0.25
ARABIC_CER_MAX = 0.60
"""Measured: 0.04 of the words, and 0.40 of the letters, are heard otherwise."""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Process]:
    with serve_process(data_dir, variables={}, wait_s=LOADING_S) as started:
        yield started
        assert started.stop().code == 0


def hiwar(data_dir: Path, *arguments: str) -> Ended:
    command, environment = hiwar_command(data_dir)
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, timeout=LOADING_S, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def letters(text: str) -> str:
    """Lower case, one alef, no marks: what may differ without being another word."""
    plain = clean(text).lower().translate(str.maketrans("أإآىة", "ااايه"))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def test_the_reference_sample(server: Process, data_dir: Path) -> None:
    """Sign in by the first frame, await nothing, speak three Arabic texts in turn on one connection."""

    async def sample() -> list[bytes]:
        spoken: list[bytes] = []
        async with connect(f"{server.url}/v1/tts/stream") as websocket:
            await websocket.send(json.dumps({"x-api-key": read_local_key(data_dir)}))
            for text in ARABIC:
                await websocket.send(json.dumps({"text": text, "voice": "Yara"}))
                chunks = []
                while True:
                    message = await asyncio.wait_for(websocket.recv(), WAIT_S)
                    if isinstance(message, bytes):
                        chunks.append(message)
                    elif json.loads(message)["type"] == "synthesis_complete":
                        break
                spoken.append(b"".join(chunks))
        return spoken

    for text, audio in zip(ARABIC, asyncio.run(sample()), strict=True):
        seconds = len(audio) / 2 / 22050
        assert 0.5 < seconds < len(text) / 4
        samples = np.frombuffer(audio, "<i2").astype(np.float64)
        assert np.sqrt((samples**2).mean()) > 300, "it can be heard"


def _round_trip(server: Process, data_dir: Path, file: Path, text: str, voice: str, *options: str) -> str:
    said = hiwar(data_dir, "say", text, "--voice", voice, "-o", str(file), "--url", server.url)
    assert said.code == 0, said.err
    written = hiwar(data_dir, "transcribe", str(file), *options, "--url", server.url)
    assert written.code == 0, written.err
    return written.out


def test_english_that_is_said_is_understood(server: Process, data_dir: Path, tmp_path: Path) -> None:
    heard = [_round_trip(server, data_dir, tmp_path / "said.wav", text, "Yara_en") for text in ENGLISH]
    assert jiwer.wer([letters(text) for text in ENGLISH], [letters(text) for text in heard]) <= ENGLISH_WER_MAX


def test_arabic_that_is_said_is_mostly_understood(server: Process, data_dir: Path, tmp_path: Path) -> None:
    heard = [_round_trip(server, data_dir, tmp_path / "said.wav", text, "Yara", "--language", "ar") for text in ARABIC]
    assert jiwer.cer([letters(text) for text in ARABIC], [letters(text) for text in heard]) <= ARABIC_CER_MAX


def test_how_a_text_is_read_is_shown_stage_by_stage(server: Process, data_dir: Path) -> None:
    text = "رصيدك 25.50 ريال حتى 22/11/2026، WhatsApp"
    shown = hiwar(data_dir, "say", text, "--explain", "--url", server.url)
    assert shown.code == 0, shown.err
    for part in (text, "money", "date", "word (en)", "وَخَمْسُون", "نُوفَمْبِر", "wˌʌtsˈæp"):
        assert part in shown.out
    refused = hiwar(data_dir, "say", " ", "--explain", "--url", server.url)
    assert (refused.code, refused.out) == (1, "")
    assert "something to speak" in refused.err


def test_live_transcription_shows_the_final_text(server: Process, data_dir: Path, tmp_path: Path) -> None:
    live = _round_trip(server, data_dir, tmp_path / "said.wav", ENGLISH[0], "Yara_en", "--live", "--language", "en")
    assert "help you today" in letters(live)


def _noises() -> dict[str, NDArray[np.int16]]:
    count, random = 16000 * 6, np.random.default_rng(5)
    white = random.normal(size=count)
    brown = np.cumsum(white)
    brown -= np.linspace(brown[0], brown[-1], count)
    hum = np.sin(2 * np.pi * 50 * np.arange(count) / 16000) + 0.3 * np.sin(2 * np.pi * 150 * np.arange(count) / 16000)
    clicks = np.where(random.random(count) > 0.9995, 8.0, 0.0)
    sounds = {"silence": np.zeros(count), "white": white, "brown": brown, "hum": hum, "clicks": clicks}
    return {
        name: (sound / max(np.abs(sound).max(), 1e-9) * 0.3 * 32767).astype("<i2") for name, sound in sounds.items()
    }


@pytest.mark.parametrize("name", sorted(_noises()))
def test_noise_and_silence_have_no_text(server: Process, data_dir: Path, name: str) -> None:
    audio = _noises()[name].tobytes()
    headers = {"X-API-Key": read_local_key(data_dir) or ""}
    with connect_sync(f"{server.url}/v1/asr/stream", additional_headers=headers, proxy=None) as client:
        for start in range(0, len(audio), 2048):
            client.send(audio[start : start + 2048])
        client.send('{"type": "finish"}')
        said = [json.loads(frame) for frame in client]
    assert [message for message in said if message["type"] in {"partial", "final"}] == []
    assert said[-1]["type"] == "done"


def test_the_voices_are_different_and_described(server: Process, data_dir: Path, tmp_path: Path) -> None:
    voices = json.loads(hiwar(data_dir, "voices", "--json", "--url", server.url).out)["voices"]
    assert [voice["name"] for voice in voices] == ["Yara", "Nouf", "Atheer", "Yara_en"]
    assert len({voice["engine_voice"] for voice in voices}) == len(voices)
    assert all(voice["engine"] != "tone" and voice["licence"] and voice["description"] for voice in voices)
    spoken = set()
    for voice in voices:
        file = tmp_path / f"{voice['name']}.wav"
        assert hiwar(data_dir, "say", "مرحبا", "--voice", voice["name"], "-o", str(file), "--url", server.url).code == 0
        with wave.open(str(file)) as audio:
            spoken.add(audio.readframes(audio.getnframes()))
    assert len(spoken) == len(voices)
