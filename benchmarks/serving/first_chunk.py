"""Time to the first chunk (TTFC) by length of text, on an open connection, with its stages and what it sounds like.

Each request is stopped as soon as its first audio is there, and its acknowledgement is waited for.
"""

import asyncio
from dataclasses import dataclass

from listener import Heard, Listener, Wanted, listening
from measured_server import MeasuredServer
from playback import level_dbfs
from spoken_texts import text_of
from spread import Spread, middle, spread

LENGTHS = (10, 40, 150, 600, 10_000)
_AUDIBLE_DBFS = -45.0
_REST_S = 0.03
"""Between two requests, so that no step of the one before is under way."""

_WARM_UP_RUNS = 3


@dataclass(frozen=True, slots=True)
class FirstChunk:
    """TTFC of one voice at one length, in ms; `stages` are medians of what the server says.

    `transport` is the client's TTFC without the server's: sockets, event loops and the client's code.
    """

    voice: str
    language: str
    characters: int
    ttfc: Spread
    transport: Spread
    stages: dict[str, float]
    chunk_audio_ms: float
    quietest_dbfs: float
    inaudible: int


@dataclass(frozen=True, slots=True)
class FirstChunks:
    """All lengths and voices; `ping` is a round trip that asks for nothing, in ms: what the way alone costs."""

    ping: Spread
    rows: list[FirstChunk]


async def measure_first_chunks(server: MeasuredServer, wanted: Wanted, runs: int) -> FirstChunks:
    """One request at a time, each text another one."""
    async with listening(server, wanted) as listener:
        rows = [
            _row((voice, language), characters, wanted, await _heard(listener, voice, language, characters, runs))
            for voice, language in wanted.voices
            for characters in LENGTHS
        ]
        return FirstChunks(spread([await listener.ping_ms() for _ in range(max(10, runs))]), rows)


async def _heard(listener: Listener, voice: str, language: str, characters: int, runs: int) -> list[Heard]:
    heard: list[Heard] = []
    for seed in range(-_WARM_UP_RUNS, runs):
        heard.append(await listener.hear(text_of(language, characters, seed), voice, stop_after=1))
        await asyncio.sleep(_REST_S)
    return heard[_WARM_UP_RUNS:]


def _row(voice: tuple[str, str], characters: int, wanted: Wanted, heard: list[Heard]) -> FirstChunk:
    answers = [(one, one.complete) for one in heard if one.complete is not None]
    levels = [level_dbfs(one.first, wanted.sample_rate) for one in heard]
    return FirstChunk(
        voice=voice[0],
        language=voice[1],
        characters=characters,
        ttfc=spread(one.ttfc_ms for one in heard),
        transport=spread(one.ttfc_ms - (said.ttfc_ms or 0.0) for one, said in answers),
        stages={
            "server": round(middle(said.ttfc_ms or 0.0 for _, said in answers), 3),
            "queue": round(middle(said.queue_ms for _, said in answers), 3),
            "text": round(middle(said.first_text_ms for _, said in answers), 3),
            "model": round(middle(said.first_model_ms for _, said in answers), 3),
            "encode": round(middle(said.first_encode_ms for _, said in answers), 3),
        },
        chunk_audio_ms=round(middle(wanted.seconds(len(one.first)) * 1000 for one in heard), 1),
        quietest_dbfs=round(min(levels), 1),
        inaudible=sum(level < _AUDIBLE_DBFS for level in levels),
    )
