"""Cancel in mid-stream: how soon it is acknowledged, and how soon the next request speaks beside one from rest."""

import asyncio
import random
import urllib.error
from collections.abc import Mapping
from dataclasses import dataclass

from listener import Heard, Wanted, listening
from measured_server import MeasuredServer, fetched
from prometheus_client.parser import text_string_to_metric_families
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
    before = await asyncio.to_thread(_counted, server)
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
        server_p99=percentile_ms(before, await asyncio.to_thread(_counted, server), 0.99),
    )


def percentile_ms(before: Mapping[float, float], after: Mapping[float, float], part: float) -> float | None:
    """Of what a histogram (cumulative counts by upper bound in s) gained; evenly spread within a bucket."""
    gained = [(bound_s, count - before.get(bound_s, 0.0)) for bound_s, count in sorted(after.items())]
    if not gained or not gained[-1][1]:
        return None
    rank = part * gained[-1][1]
    low_s = below = 0.0
    for bound_s, count in gained[:-1]:
        if count >= rank:
            return round((low_s + (bound_s - low_s) * (rank - below) / (count - below)) * 1000, 3)
        low_s, below = bound_s, count
    return low_s * 1000  # above the last bound: all that the histogram can tell


def _acknowledged_ms(heard: Heard) -> float:
    assert heard.cancelled_s is not None
    assert heard.cancel_sent_s is not None
    return (heard.cancelled_s - heard.cancel_sent_s) * 1000


def _counted(server: MeasuredServer) -> dict[float, float]:
    """The server's histogram, all labels together; empty when it exports none."""
    try:
        text = fetched(server, "/metrics").decode()
    except urllib.error.HTTPError:
        return {}
    counts: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{_HISTOGRAM}_bucket":
                bound_s = float(sample.labels["le"])
                counts[bound_s] = counts.get(bound_s, 0.0) + sample.value
    return counts
