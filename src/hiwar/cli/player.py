"""Playing PCM through a program that the machine has, fed as the audio arrives."""

import asyncio
import contextlib
import shutil
from dataclasses import dataclass

from hiwar.client import Speech
from hiwar.errors import ErrorCode, HiwarError

_PROGRAMS = {
    "paplay": "--raw --format=s16le --channels=1 --rate={rate}",
    "aplay": "-q -t raw -f S16_LE -c 1 -r {rate} -",
    "ffplay": "-loglevel error -nodisp -autoexit -f s16le -ch_layout mono -ar {rate} -i -",
    "play": "-q -t raw -e signed -b 16 -c 1 -r {rate} -",
}


@dataclass(frozen=True, slots=True)
class Player:
    """A program that plays 16-bit mono PCM from its standard input."""

    program: str
    arguments: str

    async def play(self, speech: Speech) -> None:
        """Play the speech as it comes; returns when the last of it was heard. Raises HiwarError when it cannot be."""
        process: asyncio.subprocess.Process | None = None
        try:
            async for chunk in speech:
                if process is None and speech.started is not None:
                    process = await self._start(speech.started.sample_rate)
                if process is not None and process.stdin is not None:
                    process.stdin.write(chunk)
                    await process.stdin.drain()
        except OSError as error:  # from the program: what the connection raises is a HiwarError
            raise self._failed() from error
        finally:
            if process is not None and process.stdin is not None:
                process.stdin.close()
                with contextlib.suppress(OSError):  # told by the exit code; unheard, asyncio would print it
                    await process.stdin.wait_closed()
                await process.wait()
        if process is not None and process.returncode != 0:
            raise self._failed()

    async def _start(self, rate: int) -> asyncio.subprocess.Process:
        arguments = self.arguments.format(rate=rate).split()
        return await asyncio.create_subprocess_exec(self.program, *arguments, stdin=asyncio.subprocess.PIPE)

    def _failed(self) -> HiwarError:
        message = f"The player {self.program} failed; is there a sound device? To write a file instead: -o speech.wav"
        return HiwarError(ErrorCode.INTERNAL, message)


def find_player() -> Player | None:
    """The first player that is installed; None when the machine has none."""
    found = (Player(name, arguments) for name, arguments in _PROGRAMS.items() if shutil.which(name))
    return next(found, None)
