"""Cancel in mid-stream: how soon it is acknowledged, and how soon the next request speaks beside one from rest."""

import asyncio
import random
from dataclasses import dataclass

from histograms import counted, percentile_ms
from listener import Heard, Wanted, listening
from measured_server import MeasuredServer
from spoken_texts import text_of
from spread import Spread, spread

_LONG_CHARACTERS = 2000
_SHORT_CHARACTERS = 40
_CHUNKS_MAX = 6
_REST_S = 0.05
_HISTOGRAM = "hiwar_tts_cancel_to_idle_seconds"


@dataclass(frozen=True, slots=True)
class Stopping:
    """In ms. `server_p99` is from the server's own histogram over this run, None when it exports none.

    `ttfc_after` is of a short request sent at the acknowledgement, `ttfc_from_rest` of the same text a while later.
    """

    acknowledged: Spread
    ttfc_after: Spread
    ttfc_from_rest: Spread
    late_chunks: int
    server_p99: float | None


async def measure_stopping(server: MeasuredServer, wanted: Wanted, runs: int) -> Stopping:
    """Each request is stopped after one to six chunks."""
    voice, language = wanted.voice
    chance = random.Random(0)  # noqa: S311 - repeatable on purpose
    stopped: list[Heard] = []
    after: list[Heard] = []
    from_rest: list[Heard] = []
    before = await asyncio.to_thread(counted, server, _HISTOGRAM)
    async with listening(server, wanted) as listener:
        for seed in range(-1, runs):
            long, short = text_of(language, _LONG_CHARACTERS, seed), text_of(language, _SHORT_CHARACTERS, seed)
            stopped.append(await listener.hear(long, voice, stop_after=chance.randint(1, _CHUNKS_MAX)))
            after.append(await listener.hear(short, voice))
            await asyncio.sleep(_REST_S)
            from_rest.append(await listener.hear(short, voice))
            await asyncio.sleep(_REST_S)
        late_chunks = listener.late_chunks
    return Stopping(
        acknowledged=spread(_acknowledged_ms(one) for one in stopped[1:]),
        ttfc_after=spread(one.ttfc_ms for one in after[1:]),
        ttfc_from_rest=spread(one.ttfc_ms for one in from_rest[1:]),
        late_chunks=late_chunks,
        server_p99=percentile_ms(before, await asyncio.to_thread(counted, server, _HISTOGRAM), 0.99),
    )


def _acknowledged_ms(heard: Heard) -> float:
    assert heard.cancelled_s is not None
    assert heard.cancel_sent_s is not None
    return (heard.cancelled_s - heard.cancel_sent_s) * 1000
