"""RIFF/WAVE files of plain samples: integers, floats and G.711. Other codecs in WAV are left to the codec library."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiwar.audio.codecs import corrupt_audio, mixed, to_float
from hiwar.audio.containers import AudioPart
from hiwar.audio.g711 import decode_alaw, decode_mulaw
from hiwar.audio.pcm import Samples

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_PLAIN_FORMAT_BYTES, _EXTENSIBLE_FORMAT_BYTES = 16, 40
_FORMAT_BYTES_MAX = 1024
_CHANNELS_MAX = 64
# Who writes to a pipe does not know the size: 0, or one near the largest that is signed or unsigned.
_STREAMED_FROM = 0x7FFF_0000
_BLOCK_FRAMES = 8192

_Convert = Callable[[bytes], Samples]


@dataclass(frozen=True, slots=True)
class WavLayout:
    """Where the samples of a file lie and how they are read; `convert` is None for what is no plain sample format."""

    sample_rate: int
    channels: int
    frame_bytes: int
    convert: _Convert | None
    data_start: int
    data_bytes: int | None
    """None: up to the end of the file."""


def read_layout(file: AudioPart) -> WavLayout:
    """The layout of a file that begins with RIFF or RF64. Raises HiwarError corrupt_audio, for a truncated one too."""
    form: bytes | None = None
    long_data_bytes = 0
    at = 12
    while True:
        header = file.read_at(at, 8)
        if len(header) < 8:
            raise corrupt_audio()
        kind, size = struct.unpack("<4sI", header)
        if kind == b"data":
            break
        if kind == b"fmt ":
            form = file.read(min(size, _FORMAT_BYTES_MAX))
        elif kind == b"ds64":
            long_data_bytes = int.from_bytes(file.read(16)[8:], "little")
        at += 8 + size + size % 2
    if form is None or len(form) < _PLAIN_FORMAT_BYTES:
        raise corrupt_audio()
    size = long_data_bytes if long_data_bytes and size == 0xFFFFFFFF else size
    is_streamed = not long_data_bytes and (size == 0 or size >= _STREAMED_FROM)
    if not is_streamed and at + 8 + size > file.size:
        raise corrupt_audio()
    return _layout(form, at + 8, None if is_streamed else size)


def _layout(form: bytes, data_start: int, data_bytes: int | None) -> WavLayout:
    tag, channels, sample_rate, _, frame_bytes, _ = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= _EXTENSIBLE_FORMAT_BYTES:
        tag = int.from_bytes(form[24:26], "little")
    if not 1 <= channels <= _CHANNELS_MAX or not frame_bytes:
        raise corrupt_audio()
    sample_bytes, rest = divmod(frame_bytes, channels)
    convert = None if rest else _CONVERSIONS.get((tag, sample_bytes))
    return WavLayout(sample_rate, channels, frame_bytes, convert, data_start, data_bytes)


def wav_blocks(file: AudioPart, layout: WavLayout) -> Iterator[Samples]:
    """The samples of a plain format at the file's own rate, channels mixed. Part of a sample at the end is dropped."""
    if layout.convert is None:
        raise ValueError("not a plain sample format")
    file.seek(layout.data_start)
    left = layout.data_bytes
    while left is None or left > 0:
        wanted = _BLOCK_FRAMES * layout.frame_bytes
        block = file.read(wanted if left is None else min(wanted, left))
        if not block:
            return
        if left is not None:
            left -= len(block)
        whole = block[: len(block) // layout.frame_bytes * layout.frame_bytes]
        yield mixed(layout.convert(whole).reshape(-1, layout.channels))


def _of_type(dtype: str, data: bytes) -> Samples:
    return to_float(np.frombuffer(data, dtype=dtype))


def _of_24_bits(data: bytes) -> Samples:
    padded: NDArray[Any] = np.zeros((len(data) // 3, 4), np.uint8)
    padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return to_float(padded.view("<i4").ravel())


_CONVERSIONS: dict[tuple[int, int], _Convert] = {
    (_PCM, 1): partial(_of_type, "u1"),
    (_PCM, 2): partial(_of_type, "<i2"),
    (_PCM, 3): _of_24_bits,
    (_PCM, 4): partial(_of_type, "<i4"),
    (_FLOAT, 4): partial(_of_type, "<f4"),
    (_FLOAT, 8): partial(_of_type, "<f8"),
    (_ALAW, 1): decode_alaw,
    (_MULAW, 1): decode_mulaw,
}
