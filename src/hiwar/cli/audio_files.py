"""Audio files as 16-bit mono PCM in small chunks. Plain WAV by the standard library, other files by `hiwar.audio`."""

import itertools
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import MODEL_SAMPLE_RATE, RECOGNITION_SAMPLE_RATES

CHUNK_FRAMES = 1024
"""2048 bytes of mono PCM: what the contract recommends."""


@dataclass(frozen=True, slots=True)
class PcmFile:
    """A file's audio: `sample_rate` in Hz, one the server takes, and its chunks of mono 16-bit PCM."""

    sample_rate: int
    chunks: Iterator[bytes] = field(repr=False)


def open_audio(path: Path) -> PcmFile:
    """Open a file for streaming. Raises HiwarError that says what can be read and what to install.

    A damaged file may show it only while its chunks are read.
    """
    try:
        return _plain_wav(path) or _by_content(path)
    except OSError as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, f"{path} cannot be read: {error.strerror}.") from error


def _plain_wav(path: Path) -> PcmFile | None:
    """None for anything else, and for what has no sizes or wrong ones."""
    try:
        file = wave.open(str(path), "rb")  # noqa: SIM115 - closed by the generator that reads it
    except (wave.Error, EOFError):
        return None
    rate = file.getframerate()
    is_plain = file.getnchannels() == 1 and file.getsampwidth() == 2 and rate in RECOGNITION_SAMPLE_RATES
    if not is_plain or not 0 < 2 * file.getnframes() < path.stat().st_size:
        file.close()
        return None
    return PcmFile(rate, _wav_chunks(file))


def _wav_chunks(file: wave.Wave_read) -> Iterator[bytes]:
    with file:
        while chunk := file.readframes(CHUNK_FRAMES):
            yield chunk


def _by_content(path: Path) -> PcmFile:
    try:
        from hiwar.audio.files import recording_blocks
        from hiwar.audio.pcm import to_linear16
    except ImportError as error:
        message = f"{path} is not 16-bit mono WAV; to read other files: pip install 'hiwar[codecs]'"
        raise HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message) from error

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            for block in recording_blocks(file):
                for start in range(0, block.size, CHUNK_FRAMES):
                    yield to_linear16(block[start : start + CHUNK_FRAMES])

    read = chunks()
    first = next(read, b"")  # what is no audio is said before a server is asked for
    return PcmFile(MODEL_SAMPLE_RATE, itertools.chain((first,), read))
