"""Live captions with the embedded models over the WebSocket: words while somebody speaks, and their promises kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from hiwar.serving.auth import read_local_key
from support.processes import serve_process
from support.serving import WAIT_S

pytestmark = pytest.mark.models

LOADING_S = 110.0
RATE = 16000
FRAME_BYTES = 2048
SECOND = bytes(2 * RATE)

SENTENCE = "The train to the coast leaves early today, so please bring a warm coat and some bread."
KNOWN = {"train", "coast", "leaves", "early", "today", "please", "bring", "warm", "coat", "bread"}
ARABIC = "مرحبا بكم في مركز خدمة العملاء، كيف يمكنني مساعدتك اليوم؟"


@dataclass(frozen=True)
class Listening:
    """A server, and what its own voices said: 16 kHz linear16."""

    url: str
    key: str
    english: bytes
    arabic: bytes

    def connect(self, path: str) -> ClientConnection:
        return connect(self.url + path, additional_headers={"X-API-Key": self.key}, max_size=None, proxy=None)


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    with serve_process(data_dir, variables={}, wait_s=LOADING_S) as server:
        key = read_local_key(data_dir) or ""
        silent = Listening(server.url, key, b"", b"")
        yield Listening(server.url, key, _say(silent, SENTENCE, "Yara_en"), _say(silent, ARABIC, "Yara"))
        assert server.stop().code == 0


def _say(server: Listening, text: str, voice: str) -> bytes:
    audio = bytearray()
    with server.connect("/v1/tts/stream") as socket:
        socket.send(json.dumps({"text": text, "voice": voice, "sample_rate": RATE}))
        while True:
            frame = socket.recv(WAIT_S)
            if isinstance(frame, bytes):
                audio += frame
            elif json.loads(frame)["type"] == "synthesis_complete":
                return bytes(audio)


def _send(socket: ClientConnection, audio: bytes) -> None:
    for start in range(0, len(audio), FRAME_BYTES):
        socket.send(audio[start : start + FRAME_BYTES])


def _until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """The messages up to the first of a type."""
    messages: list[dict[str, Any]] = []
    while not messages or messages[-1]["type"] != kind:
        messages.append(json.loads(socket.recv(WAIT_S)))
    return messages


def _finished(socket: ClientConnection) -> list[dict[str, Any]]:
    socket.send('{"type": "finish"}')
    return _until(socket, "done")


def _of(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


def _words(text: str) -> set[str]:
    return {"".join(filter(str.isalnum, word)).lower() for word in text.split()}


@pytest.mark.parametrize("query", ["language=en", "language=auto", "language=en&digits=words"])
def test_words_come_while_somebody_speaks_and_stable_ones_stay(listening: Listening, query: str) -> None:
    parts = 4
    size = len(listening.english) // parts // 2 * 2
    with listening.connect(f"/v1/asr/stream?{query}&word_timestamps=true") as socket:
        messages: list[dict[str, Any]] = []
        for part in range(parts - 1):  # the rest of the sentence is sent only when what was sent so far is on show
            _send(socket, listening.english[part * size : (part + 1) * size])
            messages += _until(socket, "partial")
        partial = messages[-1]
        _send(socket, listening.english[(parts - 1) * size :] + SECOND)
        messages += _finished(socket)
    assert _words(partial["transcript"]) & KNOWN
    assert partial["end_ms"] <= (parts - 1) * size / (2 * RATE / 1000)
    (final,) = _of(messages, "final")
    assert len(_words(final["transcript"]) & KNOWN) >= len(KNOWN) - 2
    assert final["language"] == "en"
    stable: list[str] = []
    ends_ms = 0
    for shown in [*_of(messages, "partial"), final]:
        words = shown["transcript"].split()
        assert words[: len(stable)] == stable
        assert ends_ms <= shown["end_ms"]
        assert 0 <= shown["confidence"] <= 1
        stable, ends_ms = shown.get("stable", "").split(), shown["end_ms"]
        assert words[: len(stable)] == stable
    times = [time for word in final["words"] for time in (word["start_ms"], word["end_ms"])]
    assert [word["word"] for word in final["words"]] == final["transcript"].split()
    assert times[0] >= final["start_ms"]
    assert times[-1] <= final["end_ms"]
    assert times[::2] == sorted(times[::2])


def test_a_switch_of_language_is_followed(listening: Listening) -> None:
    with listening.connect("/v1/asr/stream") as socket:
        _send(socket, listening.english + SECOND + listening.arabic + SECOND + listening.english + SECOND)
        finals = _of(_finished(socket), "final")
    english, arabic, again = (
        "".join(final["transcript"] for final in finals if final["segment"] in segments)
        for segments in _runs([final["language"] for final in finals])
    )
    assert english.isascii()
    assert again.isascii()
    assert any("\u0600" <= letter <= "\u06ff" for letter in arabic)
    assert not any("a" <= letter.lower() <= "z" for letter in arabic)


def _runs(languages: list[str]) -> list[set[int]]:
    """The segments of the English, the Arabic and the English part: in this order, and nothing else."""
    first = languages.index("ar")
    last = len(languages) - languages[::-1].index("ar")
    assert languages == ["en"] * first + ["ar"] * (last - first) + ["en"] * (len(languages) - last)
    return [set(range(first)), set(range(first, last)), set(range(last, len(languages)))]


def test_nothing_is_said_on_noise(listening: Listening) -> None:
    random, count = np.random.default_rng(11), 4 * RATE
    seconds = np.arange(count) / RATE
    pulses = seconds % 0.5 < 0.25
    sounds = {
        "white": random.normal(size=count),
        "dial": np.sin(2 * np.pi * 350 * seconds) + np.sin(2 * np.pi * 440 * seconds),
        "busy": np.sin(2 * np.pi * 425 * seconds) * pulses,
        "keys": (np.sin(2 * np.pi * 770 * seconds) + np.sin(2 * np.pi * 1336 * seconds)) * pulses,
        "offset": np.full(count, 0.5),
    }
    said: dict[str, list[Any]] = {}
    for name, sound in sounds.items():
        with listening.connect("/v1/asr/stream") as socket:
            _send(socket, (sound / np.abs(sound).max() * 0.3 * 32767).astype("<i2").tobytes())
            messages = _finished(socket)
        said[name] = [*_of(messages, "partial"), *_of(messages, "final")]
    assert said == {name: [] for name in sounds}


def test_finish_in_the_middle_of_a_sentence_and_at_once(listening: Listening) -> None:
    half = listening.english[: len(listening.english) // 4 * 2]
    with listening.connect("/v1/asr/stream?language=en") as socket:
        _send(socket, half)
        messages = _finished(socket)
        assert [message["type"] for message in messages if message["type"] != "partial"] == [
            "ready",
            "speech_started",
            "final",
            "speech_ended",
            "done",
        ]
        assert _words(_of(messages, "final")[0]["transcript"]) & KNOWN
    with listening.connect("/v1/asr/stream") as socket:
        assert [message["type"] for message in _finished(socket)] == ["ready", "done"]
