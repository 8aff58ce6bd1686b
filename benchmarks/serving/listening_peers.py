"""Other servers measured like ours: the same recordings, weights, pacing and machine, one stream at a time.

What each of them says over its socket becomes captions here; what is made of those is the same code as for ours.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from captions import Shown
from listener import run
from live_captions import Captions, Pacing
from measured_captions import Measured, measured
from peer_environments import REALTIMESTT, WHISPER_LIVE, Environment, running
from recognition_figures import Group, grouped
from recordings import Recording, Wire
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from whole_files import WholeFile

from hiwar.engines.contracts import Samples
from hiwar.vocabulary import MODEL_SAMPLE_RATE

_WIRE = Wire()
_SILENCE_S_MAX = 10.0
"""Behind each recording, or until the peer has said its last."""

_CONNECT_S_MAX = 60.0
"""The first connection loads the model."""


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """`groups` as for our own configurations, and `ours` of the same recordings when one stream was measured."""

    version: str
    groups: list[Group]
    ours: list[Group]
    each: list[Measured]


Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Peer:
    """How to talk to it. `greet` begins a stream, `read` adds what a message shows.

    `settled` says whether nothing more is to come for audio whose speech ended at so many seconds.
    """

    environment: Environment
    greet: Callable[[ClientConnection, str], Any]
    read: Callable[[list[Shown], Message, float], None]
    settled: Callable[[Sequence[Shown], float], bool]


async def _greet_whisper_live(socket: ClientConnection, language: str) -> None:
    hello = {"uid": "benchmark", "language": language, "task": "transcribe", "model": "base", "use_vad": True}
    await socket.send(json.dumps({**hello, "audio_format": "int16", "send_last_n_segments": 100}))
    while "SERVER_READY" not in str(await socket.recv()):
        pass


def _read_whisper_live(shown: list[Shown], message: Message, at_s: float) -> None:
    if "segments" in message:
        segments = [(one["text"].strip(), one["completed"]) for one in message["segments"]]
        stable = " ".join(text for text, completed in segments if completed)
        shown.append(Shown(at_s, 0, " ".join(text for text, _ in segments), stable, final=False))


def _settled_whisper_live(shown: Sequence[Shown], end_s: float) -> bool:
    """It declares a segment complete after ten repeats; three are enough to know its text."""
    late = [one.text for one in shown if one.at_s > end_s]
    return len(late) > 2 and len(set(late[-3:])) == 1


async def _greet_realtimestt(socket: ClientConnection, language: str) -> None:
    await socket.send(language)


def _read_realtimestt(shown: list[Shown], message: Message, at_s: float) -> None:
    text, final = str(message["text"]).strip(), bool(message["final"])
    if text:
        segment = 0 if not shown else shown[-1].segment + shown[-1].final
        shown.append(Shown(at_s, segment, text, text if final else "", final))


def _settled_realtimestt(shown: Sequence[Shown], end_s: float) -> bool:
    return bool(shown) and shown[-1].final and shown[-1].at_s > end_s


PEERS = {
    "whisper-live": Peer(WHISPER_LIVE, _greet_whisper_live, _read_whisper_live, _settled_whisper_live),
    "realtimestt": Peer(REALTIMESTT, _greet_realtimestt, _read_realtimestt, _settled_realtimestt),
}


def measure_peer(name: str, files: Sequence[WholeFile], seconds_max: float, ours: Sequence[Measured]) -> PeerFigures:
    """Every recording with speech once, as far as the time allows; the first one twice, since that warms it up."""
    peer = PEERS[name]
    spoken = [file for file in files if file.speech and file.recording.language is not None]
    with running(peer.environment) as address:
        heard = run(_stream_all(peer, address, spoken, seconds_max))
    found = [measured(file, captions, _WIRE) for file, captions in heard]
    names = {one.name for one in found}
    same = [one for one in ours if one.name in names]
    return PeerFigures(peer.environment.packages[0], grouped(found), grouped(same), found)


async def _stream_all(
    peer: Peer, address: str, files: Sequence[WholeFile], seconds_max: float
) -> list[tuple[WholeFile, Captions]]:
    for file in files[:1]:
        await _stream(peer, address, file)
    ends_s = asyncio.get_running_loop().time() + seconds_max
    return [(file, await _stream(peer, address, file)) for file in files if asyncio.get_running_loop().time() < ends_s]


async def _stream(peer: Peer, address: str, file: WholeFile) -> Captions:
    pacing = Pacing(_WIRE.frames(_with_silence(file.recording)), _WIRE)
    shown: list[Shown] = []
    async with connect(address, open_timeout=_CONNECT_S_MAX, max_size=None) as socket:
        async with asyncio.timeout(_CONNECT_S_MAX):
            await peer.greet(socket, file.recording.language or "en")
        reading = asyncio.create_task(_read(peer, socket, pacing, shown))
        async for frame in pacing:
            if pacing.now_s() > file.recording.seconds and peer.settled(shown, file.speech[-1].end_s):
                break
            await socket.send(frame)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
            await reading
    return Captions(with_final(shown), pacing.late_s)


async def _read(peer: Peer, socket: ClientConnection, pacing: Pacing, shown: list[Shown]) -> None:
    async for frame in socket:
        peer.read(shown, json.loads(frame), pacing.now_s())


def _with_silence(recording: Recording) -> Samples:
    return np.pad(recording.samples, (0, round(_SILENCE_S_MAX * MODEL_SAMPLE_RATE)))


def with_final(shown: list[Shown]) -> list[Shown]:
    """A peer that says no final in time: its final is the first time that it showed the text it ended with."""
    if not shown or any(one.final for one in shown):
        return shown
    text = shown[-1].text
    count = next(number for number in range(len(shown), 0, -1) if number == 1 or shown[number - 2].text != text)
    return [*shown[: count - 1], replace(shown[count - 1], final=True, stable=text)]
