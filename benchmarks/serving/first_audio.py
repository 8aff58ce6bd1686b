"""Time to the first audio chunk, through the public SDK: short, medium and long texts, Arabic and English.

The clock starts when the request is sent on an open connection, and stops when the first audio has arrived.
Loopback; the client shares the machine with the server.
"""

import argparse
import asyncio
import time
from statistics import median

from measured_server import MeasuredServer, measured_server, setting

from hiwar.client import AsyncClient

ENGLISH = "Thank you for calling, how may I help? "
ARABIC = "شكرا لاتصالكم بنا، كيف يمكنني مساعدتكم؟ "
TEXTS = {
    f"{voice} {name}": ((sentence * times).strip(), voice)
    for voice, sentence in (("Yara_en", ENGLISH), ("Yara", ARABIC))
    for name, times in (("short", 1), ("medium", 4), ("long", 15))
}
RUNS_MAX = 200


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: python benchmarks/serving/first_audio.py --runs 20",
    )
    parser.add_argument("--url", help="a running server, such as ws://127.0.0.1:8080; without it one is started")
    parser.add_argument("--api-key", help="the key for --url")
    parser.add_argument("--runs", type=int, default=20, help=f"for each text, at most {RUNS_MAX}")
    parser.add_argument("--threads", type=int, default=1, help="engine threads of a server that is started here")
    return parser.parse_args()


async def first_audio_ms(client: AsyncClient, text: str, voice: str) -> tuple[float, float, float]:
    """Milliseconds to the first audio and to the last, and of audio."""
    async with client.speak(text, voice=voice) as speech:
        began_s = time.perf_counter()
        first_s: float | None = None
        async for _ in speech:
            first_s = first_s or time.perf_counter()
        ended_s = time.perf_counter()
    assert first_s is not None
    assert speech.complete is not None
    return (first_s - began_s) * 1000, (ended_s - began_s) * 1000, speech.complete.audio_ms


async def measure(server: MeasuredServer, runs: int) -> None:
    client = AsyncClient(server.url, server.key)
    print(f"{'text':18}{'characters':>11}{'p50 ms':>9}{'p95 ms':>9}{'RTF':>8}")
    for name, (text, voice) in TEXTS.items():
        await first_audio_ms(client, text, voice)
        results = [await first_audio_ms(client, text, voice) for _ in range(runs)]
        firsts = sorted(first for first, _, _ in results)
        p95 = firsts[min(len(firsts) - 1, round(0.95 * len(firsts)))]
        real_time_factor = median(whole / audio for _, whole, audio in results)
        print(f"{name:18}{len(text):11}{median(firsts):9.1f}{p95:9.1f}{real_time_factor:8.3f}")


def main() -> None:
    chosen = options()
    runs = max(1, min(chosen.runs, RUNS_MAX))
    with measured_server(chosen.url, chosen.api_key, chosen.threads) as server:
        print(f"{setting(server)}; {runs} runs, one at a time\n")
        asyncio.run(measure(server, runs))


if __name__ == "__main__":
    main()
