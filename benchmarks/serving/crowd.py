"""Clients at once, in real time, all on one event loop: listeners who let one text after the other be spoken and play
it, speakers who are transcribed as they talk. What they meet is left to `experience`.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from experience import Experience, Figure, Kind
from listener import Heard, Listener, Wanted, connected
from live_captions import Pacing
from playback import play
from recordings import Wire
from spoken_texts import text_of

from hiwar.client import AsyncClient
from hiwar.errors import HiwarError
from hiwar.protocol.messages import Final, Partial, Ready, ServiceLevel
from hiwar.vocabulary import Language

CHARACTERS = 40
"""Of a listener's text: two to three seconds of speech."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech and the silence behind it, as the frames that are sent."""

    language: Language
    frames: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What clients say and ask for."""

    wanted: Wanted
    utterances: Sequence[Utterance]
    wire: Wire = Wire()  # noqa: RUF009 - frozen

    def spoken(self, number: int) -> tuple[Language, Iterator[bytes]]:
        """Speech without end: the utterances of one language in turn, for each speaker from another one on."""
        language = self.utterances[number % len(self.utterances)].language
        own = [one for one in self.utterances if one.language == language]
        turns = itertools.islice(itertools.cycle(own), number % len(own), None)
        return language, itertools.chain.from_iterable(one.frames for one in turns)


class Crowd:
    """Clients of one server. They stay until the crowd is over."""

    def __init__(self, load: Load, tasks: asyncio.TaskGroup) -> None:
        self.clients: list[Experience] = []
        self._load = load
        self._tasks = tasks
        self._joined: list[asyncio.Task[None]] = []
        self._numbers = itertools.count()

    def join(self, client: AsyncClient, kind: Kind, *, knocks: bool = False) -> Experience:
        """One more client, from now on; one that `knocks` tries again until it is let in, as it is told to."""
        met = Experience(kind)
        self.clients.append(met)
        self._joined.append(self._tasks.create_task(self._live(client, met, knocks)))
        return met

    def disperse(self) -> None:
        """All leave."""
        for task in self._joined:
            task.cancel()

    async def _live(self, client: AsyncClient, met: Experience, knocks: bool) -> None:
        number = next(self._numbers)
        live = _listen if met.kind == "tts" else _talk
        while met.failure is None:
            asked_s = time.perf_counter()
            try:
                await live(client, self._load, number, met, knocks)
                return
            except TimeoutError:
                met.failure = "no answer"
            except HiwarError as error:
                if met.let_in_s is not None or not error.retryable:
                    met.failure = str(error.code)
                else:
                    wait_s = met.refused(error, asked_s)
                    if not knocks:
                        return
                    await asyncio.sleep(wait_s)
        met.decided.set()


@contextlib.asynccontextmanager
async def crowd(load: Load) -> AsyncIterator[Crowd]:
    """An empty one, whose clients leave with the context."""
    async with asyncio.TaskGroup() as tasks:
        gathered = Crowd(load, tasks)
        try:
            yield gathered
        finally:
            gathered.disperse()


async def _listen(client: AsyncClient, load: Load, number: int, met: Experience, knocks: bool) -> None:
    """One request after the other, each when the one before has been played; one that is refused is sent again."""
    async with connected(client, load.wanted) as listener:
        first_s: float | None = None
        for turn in itertools.count():
            asked_s = time.perf_counter()
            first_s = first_s or asked_s
            try:
                heard = await _hear(listener, load.wanted, 1000 * number + turn, met)
            except HiwarError as error:
                # Without a time to wait it is no refusal, but the failure of what was begun.
                if error.retry_after_ms is None or not (knocks or met.let_in_s):
                    raise
                await asyncio.sleep(met.refused(error, asked_s))
                continue
            met.add(Figure.UNTIL_HEARD, (heard.chunks[0][0] - first_s) * 1000)
            first_s = None
            played_s = heard.chunks[0][0] + load.wanted.seconds(heard.size)
            await asyncio.sleep(max(0.0, played_s - time.perf_counter()))


async def _hear(listener: Listener, wanted: Wanted, seed: int, met: Experience) -> Heard:
    voice, language = wanted.voices[seed % len(wanted.voices)]
    heard = await listener.hear(text_of(language, CHARACTERS, seed), voice)
    met.welcome()
    if heard.reduced:
        met.less()
    met.add(Figure.FIRST_AUDIO, heard.ttfc_ms)
    played = play((arrived_s, wanted.seconds(size)) for arrived_s, size in heard.chunks)
    met.add(Figure.STALL, played.longest_stall_ms)
    return heard


async def _talk(client: AsyncClient, load: Load, number: int, met: Experience, _knocks: bool) -> None:
    """One stream of speech."""
    language, frames = load.spoken(number)
    pacing = Pacing(frames, load.wire)
    events = client.transcribe(pacing, sample_rate=load.wire.rate, encoding=load.wire.encoding, language=language)
    async with contextlib.aclosing(events):
        async for event in events:
            met.late_ms = pacing.late_s * 1000
            match event:
                case Ready():
                    met.welcome()
                case ServiceLevel():
                    met.less()
                case Partial():
                    met.add(Figure.AGE, event.audio_to_emit_ms)
                    met.add(Figure.SEEN, pacing.now_s() * 1000 - event.end_ms)
                case Final():
                    met.add(Figure.FINAL, pacing.now_s() * 1000 - event.end_ms)
