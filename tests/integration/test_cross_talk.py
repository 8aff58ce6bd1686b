"""Streams that speak at once on one server: each hears its own words, letter by letter, and no other's."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.serving import WAIT_S, LiveServer, live_server
from support.tones import spoken

ROUNDS = 3
SAID = (
    ("amber birch", "cedar"),
    ("delta", "ember fjord"),
    ("grove heron", "island"),
    ("قمر شمس", "نجم"),
    ("بحر", "جبل سهل"),
    ("juniper", "مطر kelp"),
)
FORMATS = ((8000, "mulaw"), (16000, "linear16"), (48000, "linear16"), (8000, "alaw"), (22050, "linear16"))
FRAMES_BYTES = (700, 2048, 100_000)
PAUSE_MS = 700


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


def _results(server: LiveServer, number: int) -> list[dict[str, Any]]:
    """What a stream of its own is told; each has another rate, encoding and size of frames."""
    rate, encoding = FORMATS[number % len(FORMATS)]
    step = FRAMES_BYTES[number % len(FRAMES_BYTES)]
    texts = SAID[number % len(SAID)]
    audio = b"".join(spoken(text, sample_rate=rate, encoding=encoding, silence_ms=PAUSE_MS) for text in texts)
    path = f"/v1/asr/stream?sample_rate={rate}&encoding={encoding}&word_timestamps=true&request_id=stream-{number}"
    with server.connect(path) as socket:
        for start in range(0, len(audio), step):
            socket.send(audio[start : start + step])
        socket.send('{"type": "finish"}')
        messages: list[dict[str, Any]] = []
        while not messages or messages[-1]["type"] != "done":
            messages.append(json.loads(socket.recv(WAIT_S)))
    return messages


def _at_once(server: LiveServer, numbers: range) -> list[list[dict[str, Any]]]:
    with ThreadPoolExecutor(len(numbers)) as threads:
        return list(threads.map(lambda number: _results(server, number), numbers))


def test_every_stream_hears_its_own_words_exactly(server: LiveServer) -> None:
    for first in range(ROUNDS):  # from round to round a stream has other words, another format and other neighbours
        numbers = range(first, first + len(SAID))
        for number, messages in zip(numbers, _at_once(server, numbers), strict=True):
            texts = SAID[number % len(SAID)]
            finals = [message for message in messages if message["type"] == "final"]
            assert [final["transcript"] for final in finals] == list(texts)
            assert [[word["word"] for word in final["words"]] for final in finals] == [text.split() for text in texts]
            for partial in (message for message in messages if message["type"] == "partial"):
                assert texts[partial["segment"]].startswith(partial["transcript"])
            assert {message["request_id"] for message in messages} == {f"stream-{number}"}


def test_a_stream_that_leaves_leaves_no_words_to_the_others(server: LiveServer) -> None:
    """What it had said is neither finished nor heard by the streams that come and stay."""
    audio = spoken("zebra", sample_rate=16000, encoding="linear16")
    for cut in range(1, 4):
        with server.connect("/v1/asr/stream") as leaving:
            leaving.send(audio[: len(audio) * cut // 4 // 2 * 2])
        for number, messages in enumerate(_at_once(server, range(2))):
            finals = [message["transcript"] for message in messages if message["type"] == "final"]
            assert finals == list(SAID[number])
