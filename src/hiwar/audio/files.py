"""Audio files of any usual container to 16 kHz mono, by what they hold and not by their name.

Blocking, for a thread. Plain WAV needs nothing; other formats need PyAV, whose FFmpeg sees one file of one container
that was chosen here, and may open nothing else.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO

from hiwar.audio.codecs import corrupt_audio, decoding_errors, have_codecs, mono
from hiwar.audio.containers import AudioPart, Container, check_complete, container_of, tagless
from hiwar.audio.flac_stream import FLAC_CHECKS, FlacDecoder
from hiwar.audio.ogg_opus import OggOpusDecoder
from hiwar.audio.pcm import Samples, to_linear16
from hiwar.audio.resample import Resampler
from hiwar.audio.wav_files import WavLayout, read_layout, wav_blocks
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import MODEL_SAMPLE_RATE

_HEAD_BYTES = 12
_READ_BYTES = 1 << 14
_OGG_HEAD_BYTES = 512
_RATE_MIN, _RATE_MAX = 4000, 384_000
_FRAME_SAMPLES_MAX = 1 << 20
_BYTES_PER_S = 2 * MODEL_SAMPLE_RATE
# Video and pictures in a file are never decoded, nor looked at.
_CODECS = (
    "aac,aac_latm,alac,ac3,eac3,flac,mp1float,mp2float,mp3float,mp3,mp2,mp1,opus,libopus,vorbis,libvorbis,speex,libspeex,"
    "adpcm_ima_wav,adpcm_ms,gsm_ms,libgsm_ms,g722,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_u8,"
    "pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw"
)

_OwnSamples = Iterator[tuple[int, Samples]]
"""Mono samples as they are decoded, each with its rate in Hz."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole file's audio: 16-bit little-endian mono PCM at 16 kHz."""

    pcm: bytes = field(repr=False)

    @property
    def duration_s(self) -> float:
        """Its length."""
        return len(self.pcm) / _BYTES_PER_S


def read_recording(file: BinaryIO, max_s: float, wanted: Callable[[], bool] = lambda: True) -> Recording | None:
    """The audio of a file that can be sought in; None as soon as it is no longer `wanted`, asked at each block.

    Raises HiwarError file_too_large past `max_s`, of which no more is decoded, and what `recording_blocks` raises.
    """
    pcm = bytearray()
    with closing(recording_blocks(file)) as blocks:
        for block in blocks:
            if not wanted():
                return None
            pcm += to_linear16(block)
            if len(pcm) > max_s * _BYTES_PER_S:
                message = f"The audio is longer than {max_s:g} s; send it in parts, or as a stream."
                raise HiwarError(ErrorCode.FILE_TOO_LARGE, message)
    return Recording(bytes(pcm))


def recording_blocks(file: BinaryIO) -> Generator[Samples, None, None]:
    """The audio of a file that can be sought in, at 16 kHz mono, a few seconds at most at a time.

    Raises HiwarError unsupported_format for what is no audio, or none that can be read here, corrupt_audio for what is
    damaged or cut short, and file_too_large for what has too many parts, before the first block or after the last.
    """
    rate: int | None = None
    resampler = Resampler(MODEL_SAMPLE_RATE, MODEL_SAMPLE_RATE)
    for own_rate, samples in _own_samples(file):
        if own_rate != rate:
            if not _RATE_MIN <= own_rate <= _RATE_MAX:
                raise _unsupported("Audio at this sample rate cannot be read; convert it to 16000 Hz.")
            yield resampler.flush()
            rate, resampler = own_rate, Resampler(own_rate, MODEL_SAMPLE_RATE)
        yield resampler.process(samples)
    yield resampler.flush()


def _own_samples(whole: BinaryIO) -> _OwnSamples:
    file = tagless(whole)
    container = container_of(file.read(_HEAD_BYTES))
    if container is None:
        raise _unsupported("This is no audio file that can be read; send WAV, FLAC, MP3, OGG, WebM, M4A or AAC.")
    if container is Container.WAV:
        layout = read_layout(file)
        return _from_wav(file, layout) if layout.convert else _by_library(file, container)
    _require_codecs()
    if container is Container.FLAC:
        return _by_stream(file, FlacDecoder())
    if container is Container.OGG and b"OpusHead" in file.read_at(0, _OGG_HEAD_BYTES):
        return _by_stream(file, OggOpusDecoder())
    check_complete(container, file)
    return _by_library(file, container)


def _from_wav(file: AudioPart, layout: WavLayout) -> _OwnSamples:
    for block in wav_blocks(file, layout):
        yield layout.sample_rate, block


def _by_stream(file: AudioPart, decoder: FlacDecoder | OggOpusDecoder) -> _OwnSamples:
    file.seek(0)
    while chunk := file.read(_READ_BYTES):
        for samples in decoder.decode(chunk):
            yield decoder.sample_rate, samples
    if not decoder.is_complete:
        raise corrupt_audio()


def _by_library(file: AudioPart, container: Container) -> _OwnSamples:
    _require_codecs()
    import av

    file.seek(0)
    options = {"codec_whitelist": _CODECS, "protocol_whitelist": "none"}
    with (
        decoding_errors(),
        av.open(file, "r", format=container.value, options=options, metadata_errors="ignore") as media,
    ):
        if not media.streams.audio:
            raise _unsupported("This file has no audio track; send one that has.")
        stream = media.streams.audio[0]
        # None for a codec that the library does not know, whatever its types say.
        codec: av.AudioCodecContext | None = stream.codec_context
        if codec is None or codec.name not in _CODECS.split(","):
            raise _unsupported("The audio in this file is in a codec that cannot be read; convert it to WAV or FLAC.")
        codec.thread_count = 1
        codec.options = {"max_samples": str(_FRAME_SAMPLES_MAX)} | (FLAC_CHECKS if codec.name == "flac" else {})
        for packet in media.demux(stream):
            for frame in packet.decode():
                assert isinstance(frame, av.AudioFrame)  # noqa: S101 - an audio stream gives nothing else
                yield frame.sample_rate, mono(frame)


def _require_codecs() -> None:
    if not have_codecs():
        raise _unsupported("Only WAV can be read here; convert it, or run: pip install 'hiwar[codecs]'")


def _unsupported(message: str) -> HiwarError:
    return HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message)
