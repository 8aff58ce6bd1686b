"""Audio files as 16-bit mono PCM in small chunks. WAV by the standard library, other formats by soundfile."""

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
    """Open a file for streaming. Raises HiwarError that says what can be read and what to install."""
    return _plain_wav(path) or _by_soundfile(path)


def _plain_wav(path: Path) -> PcmFile | None:
    try:
        file = wave.open(str(path), "rb")  # noqa: SIM115 - closed by the generator that reads it
    except (wave.Error, EOFError):
        return None
    except OSError as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, f"{path} cannot be read: {error.strerror}.") from error
    rate = file.getframerate()
    if file.getnchannels() != 1 or file.getsampwidth() != 2 or rate not in RECOGNITION_SAMPLE_RATES:
        file.close()
        return None
    return PcmFile(rate, _wav_chunks(file))


def _wav_chunks(file: wave.Wave_read) -> Iterator[bytes]:
    with file:
        while chunk := file.readframes(CHUNK_FRAMES):
            yield chunk


def _by_soundfile(path: Path) -> PcmFile:
    try:
        import soundfile

        from hiwar.audio.pcm import to_linear16
        from hiwar.audio.resample import Resampler
    except ImportError as error:
        message = f"{path} is not 16-bit mono WAV; to read other files: pip install 'hiwar[files]'"
        raise HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message) from error
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        message = (
            f"{path} is no audio that can be read here; convert it first: ffmpeg -i FILE -ac 1 -ar 16000 audio.wav"
        )
        raise HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message) from error
    rate = file.samplerate if file.samplerate in RECOGNITION_SAMPLE_RATES else MODEL_SAMPLE_RATE
    resampler = Resampler(file.samplerate, rate)

    def chunks() -> Iterator[bytes]:
        with file:
            for block in file.blocks(CHUNK_FRAMES, dtype="float32", always_2d=True):
                yield to_linear16(resampler.process(block.mean(axis=1)))
            yield to_linear16(resampler.flush())

    return PcmFile(rate, chunks())
