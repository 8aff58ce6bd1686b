"""Audio streamed in real time through the public SDK, and the captions that come back with the times they came at.

What is sent, how many at once, and what the captions mean is left to others.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from captions import Shown
from recordings import Wire

from hiwar.client import AsyncClient
from hiwar.errors import HiwarError
from hiwar.protocol.messages import ErrorEvent, Final, Partial
from hiwar.vocabulary import LanguageChoice

_ANSWER_S_MAX = 60.0
"""From the last frame to the end of the stream."""


@dataclass(slots=True)
class Captions:
    """Times are from the first sample. `late_s`: the most that a frame was sent late, which the client itself added."""

    shown: list[Shown] = field(default_factory=list)
    late_s: float = 0.0
    failure: str | None = None

    @property
    def text(self) -> str:
        """All finals."""
        return " ".join(one.text for one in self.shown if one.final and one.text)


class Pacing:
    """Frames handed out when the last sample of each would have been spoken. Iterated once."""

    def __init__(self, frames: Iterable[bytes], wire: Wire) -> None:
        self.late_s = 0.0
        self._frames = frames
        self._second_bytes = wire.encoding.bytes_per_s(wire.rate)
        self._began_s: float | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        self._began_s = loop.time()
        sent = 0
        for frame in self._frames:
            sent += len(frame)
            due_s = self._began_s + sent / self._second_bytes
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            self.late_s = max(self.late_s, loop.time() - due_s)
            yield frame

    def now_s(self) -> float:
        """Since the first sample; 0 before."""
        return 0.0 if self._began_s is None else asyncio.get_running_loop().time() - self._began_s


async def caption(
    client: AsyncClient, frames: Iterable[bytes], wire: Wire, language: LanguageChoice, seconds: float
) -> Captions:
    """Stream the frames, which sound `seconds` long, and keep what is shown.

    A refusal, or a server that does not end the stream, is told in `failure`.
    """
    captions, pacing = Captions(), Pacing(frames, wire)
    try:
        async with asyncio.timeout(seconds + _ANSWER_S_MAX):
            await _read(client, pacing, wire, language, captions)
    except TimeoutError:
        captions.failure = "no end"
    except HiwarError as error:
        captions.failure = str(error.code)
    captions.late_s = pacing.late_s
    return captions


async def _read(client: AsyncClient, pacing: Pacing, wire: Wire, language: LanguageChoice, captions: Captions) -> None:
    events = client.transcribe(pacing, sample_rate=wire.rate, encoding=wire.encoding, language=language)
    async with contextlib.aclosing(events):
        async for event in events:
            match event:
                case Partial() | Final():
                    captions.shown.append(_shown(event, pacing.now_s()))
                case ErrorEvent():
                    captions.failure = str(event.code)


def _shown(event: Partial | Final, at_s: float) -> Shown:
    final = isinstance(event, Final)
    return Shown(
        at_s=at_s,
        segment=event.segment,
        text=event.transcript,
        stable=event.transcript if isinstance(event, Final) else event.stable,
        final=final,
        start_s=event.start_ms / 1000,
        end_s=event.end_ms / 1000,
        waited_s=event.audio_to_emit_ms / 1000,
    )
