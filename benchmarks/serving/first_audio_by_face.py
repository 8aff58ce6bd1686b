"""First audio over WebSocket and over gRPC, of the same texts in the same run, on connections that are kept.

    python benchmarks/serving/first_audio_by_face.py --runs 100

The requests take turns, so that all meet the same machine. Each is stopped when its first audio is there. `bare` is the
same gRPC call to a server that does nothing: no server on this library can be quicker.
"""

import argparse
import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import cast

import grpc.aio
import uvloop
from bare_grpc import bare_server
from listener import Wanted, listening
from measured_server import MeasuredServer, measured_server, setting
from spoken_texts import text_of
from spread import Spread, spread

import tts_pb2
import tts_pb2_grpc

_LENGTHS = (10, 40, 600)
_VOICES = (("Yara", "ar"), ("Yara_en", "en"))
_SAMPLE_RATE = 22050
_REST_S = 0.03
"""Between two requests, so that no step of the one before is under way."""
_WARM_UP_RUNS = 3

FirstAudio = Callable[[str, str], Awaitable[float]]
"""From a text and a voice to the ms until its first audio."""


@contextlib.asynccontextmanager
async def over_websocket(server: MeasuredServer) -> AsyncIterator[FirstAudio]:
    """One connection, as the SDK uses it."""
    async with listening(server, Wanted(_SAMPLE_RATE, _VOICES)) as listener:

        async def first_audio(text: str, voice: str) -> float:
            return (await listener.hear(text, voice, stop_after=1)).ttfc_ms

        yield first_audio


@contextlib.asynccontextmanager
async def over_grpc(target: str, key: str | None) -> AsyncIterator[FirstAudio]:
    """One channel, a call for each text: config, text, half-close."""
    metadata = (("x-api-key", key or ""),)
    async with grpc.aio.insecure_channel(target) as channel:
        # At run time there is one stub for both kinds of channel.
        stub = cast("tts_pb2_grpc.TextToSpeechAsyncStub", tts_pb2_grpc.TextToSpeechStub(channel))

        async def first_audio(text: str, voice: str) -> float:
            async def requests() -> AsyncIterator[tts_pb2.SynthesizeRequest]:
                config = tts_pb2.SynthesisConfig(voice=voice, sample_rate_hz=_SAMPLE_RATE)
                yield tts_pb2.SynthesizeRequest(config=config)
                yield tts_pb2.SynthesizeRequest(text=text)

            began_s = time.perf_counter()
            call = stub.Synthesize(requests(), metadata=metadata)
            async for response in call:
                if response.audio_content:
                    break
            took_ms = (time.perf_counter() - began_s) * 1000
            call.cancel()
            return took_ms

        yield first_audio


async def measure(server: MeasuredServer, runs: int) -> None:
    """Print one line for each voice and length."""
    assert server.grpc is not None, "this server does not say where its gRPC is"
    print("| voice | characters | WebSocket p50 | p95 | gRPC p50 | p95 | gRPC p50 more | bare p50 |")
    print("|---|---|---|---|---|---|---|---|")
    with bare_server() as bare_target:
        async with (
            over_websocket(server) as websocket,
            over_grpc(server.grpc, server.key) as rpc,
            over_grpc(bare_target, None) as bare,
        ):
            await _measure((websocket, rpc, bare), runs)


async def _measure(ways: Sequence[FirstAudio], runs: int) -> None:
    for voice, language in _VOICES:
        for characters in _LENGTHS:
            texts = [text_of(language, characters, seed) for seed in range(-_WARM_UP_RUNS, runs)]
            one, other, bare = await _in_turn(ways, texts, voice)
            more = (other.p50 / one.p50 - 1) * 100
            figures = (
                f"{one.p50:.1f} | {one.p95:.1f} | {other.p50:.1f} | {other.p95:.1f} | {more:+.0f} % | {bare.p50:.1f}"
            )
            print(f"| {voice} | {characters} | {figures} |", flush=True)


async def _in_turn(ways: Sequence[FirstAudio], texts: list[str], voice: str) -> list[Spread]:
    """All ways speak every text, and each goes first in its turn."""
    took: list[list[float]] = [[] for _ in ways]
    for number, text in enumerate(texts):
        for step in range(len(ways)):
            way = (number + step) % len(ways)
            took[way].append(await ways[way](text, voice))
            await asyncio.sleep(_REST_S)
    return [spread(one[_WARM_UP_RUNS:]) for one in took]


def main() -> None:
    """Start a server and measure it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1, help="engine threads of the server")
    chosen = parser.parse_args()
    with measured_server(None, None, chosen.threads) as server:
        print(setting(server))
        uvloop.run(measure(server, chosen.runs))


if __name__ == "__main__":
    main()
