"""The audio of one stream that was received and not taken by its recogniser yet, with the ends asked for in between."""

from collections import deque
from dataclasses import dataclass, field

from hiwar.protocol.effects import EndStream, EndUtterance

Entry = bytes | EndUtterance | EndStream


@dataclass(frozen=True, slots=True)
class _Heard:
    """Audio of one frame, or what is left of it."""

    audio: bytes | memoryview
    received_s: float


@dataclass(slots=True)
class Inbox:
    """What the client sent and the recogniser has not taken yet, in order."""

    entries: deque[_Heard | EndUtterance | EndStream] = field(default_factory=deque)
    audio_bytes: int = 0
    finished: bool = False
    began_s: float = 0.0
    """When the first audio had arrived."""
    taken_received_s: float = 0.0
    """When the last audio that was taken had arrived."""

    def hear(self, audio: bytes, received_s: float) -> None:
        """Keep audio; what waited for room until the stream was finished from elsewhere is dropped."""
        if not self.finished:
            self.began_s = self.began_s or received_s
            self.entries.append(_Heard(audio, received_s))
            self.audio_bytes += len(audio)

    def end(self, entry: EndUtterance | EndStream) -> None:
        """Keep an end; one more behind the same end says nothing new, and a flood of them takes no room."""
        if not self.entries or self.entries[-1] != entry:
            self.entries.append(entry)
        self.finished = self.finished or isinstance(entry, EndStream)

    def take(self, audio_bytes_max: int) -> list[Entry]:
        """The next entries, up to so much audio; a longer frame is cut, and its rest stays."""
        taken: list[Entry] = []
        room = audio_bytes_max
        while self.entries and room:
            entry = self.entries.popleft()
            if not isinstance(entry, _Heard):
                taken.append(entry)
                continue
            if len(entry.audio) > room:
                self.entries.appendleft(_Heard(memoryview(entry.audio)[room:], entry.received_s))
            audio = bytes(entry.audio[:room])
            taken.append(audio)
            room -= len(audio)
            self.audio_bytes -= len(audio)
            self.taken_received_s = entry.received_s
        return taken
