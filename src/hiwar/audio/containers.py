"""Containers of uploaded files: which one it is, by its first bytes, and whether it is all there, by its own sizes.

The codec library reads on over what is missing, so truncation is looked for here. Decoding is left to `files`.
"""

import io
from collections.abc import Callable
from enum import Enum
from typing import BinaryIO, assert_never

from hiwar.audio.codecs import corrupt_audio
from hiwar.audio.ogg_pages import CAPTURE_PATTERN, OggPackets, OggPages
from hiwar.errors import ErrorCode, HiwarError

_READ_BYTES = 1 << 16
_STREAMS_MAX = 256
_LOOKS_MAX = 1 << 20
"""Parts of a file that are looked at, one by one: 7 hours of MP3 have so many frames."""
_ID3_HEADER_BYTES = 10
_FRAME_HEADER_BYTES = 7
"""Of ADTS; those of MPEG have four."""


class Container(Enum):
    """A container, by the name of the codec library's demuxer."""

    WAV = "wav"
    FLAC = "flac"
    OGG = "ogg"
    MATROSKA = "matroska"
    MP4 = "mov"
    MP3 = "mp3"
    ADTS = "aac"


_BOXES_THAT_COME_FIRST = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")


def container_of(head: bytes) -> Container | None:
    """What a file is that begins with these 12 bytes, tags left out; None for what is none of them."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return Container.WAV
    if head[4:8] in _BOXES_THAT_COME_FIRST:
        return Container.MP4
    for magic, container in (
        (b"fLaC", Container.FLAC),
        (CAPTURE_PATTERN, Container.OGG),
        (b"\x1a\x45\xdf\xa3", Container.MATROSKA),
    ):
        if head.startswith(magic):
            return container
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Container.ADTS
    return Container.MP3 if head[1] & 0xE0 == 0xE0 and _mpeg_frame_bytes(head) else None


class AudioPart(io.RawIOBase):
    """The bytes of a file from `start` to `end`, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._start = file, start
        self.size = max(0, end - start)
        """In bytes."""
        self._at = self._looks = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        left = max(0, self.size - self._at)
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    def read_at(self, place: int, size: int) -> bytes:
        """Up to `size` bytes from there. Raises HiwarError file_too_large past the limit of such looks."""
        self._looks += 1
        if self._looks > _LOOKS_MAX:
            message = "The file has more parts than are looked at; send it in several, or as WAV."
            raise HiwarError(ErrorCode.FILE_TOO_LARGE, message)
        self.seek(place)
        return self.read(size)


def tagless(file: BinaryIO) -> AudioPart:
    """A file without the tags that players put around the audio: ID3v2, ID3v1 and APEv2."""
    start, end = 0, file.seek(0, io.SEEK_END)
    whole = AudioPart(file, start, end)
    while tag_bytes := _id3_bytes(whole.read_at(start, _ID3_HEADER_BYTES)):
        start += tag_bytes
    if whole.read_at(end - 128, 3) == b"TAG":
        end -= 128
    footer = whole.read_at(end - 32, 32)
    if footer.startswith(b"APETAGEX") and len(footer) == 32:
        end -= int.from_bytes(footer[12:16], "little") + (32 if footer[23] & 0x80 else 0)
    return AudioPart(file, start, end)


def _id3_bytes(header: bytes) -> int:
    """The length of the ID3v2 tag that begins so; 0 when none does."""
    if not header.startswith(b"ID3") or len(header) < _ID3_HEADER_BYTES:
        return 0
    size = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
    return _ID3_HEADER_BYTES + size + (10 if header[5] & 0x10 else 0)


def check_complete(container: Container, file: AudioPart) -> None:
    """Raise HiwarError corrupt_audio for a file that is cut short or out of step with its own sizes.

    One of too many parts is file_too_large. A recording that was streamed, and so has no sizes, is whole when its last
    packet is.
    """
    match container:
        case Container.MP4:
            _check_boxes(file)
        case Container.MATROSKA:
            _check_elements(file)
        case Container.OGG:
            _check_pages(file)
        case Container.MP3:
            _check_mpeg(file)
        case Container.ADTS:
            _check_frames(file, _adts_frame_bytes)
        case Container.WAV | Container.FLAC:
            return  # what reads them counts itself
        case _:
            assert_never(container)


def _check_boxes(file: AudioPart) -> None:
    """ISO 14496-12: a box is its size, its kind, and perhaps a longer size."""
    at, kinds = 0, set()
    while at < file.size:
        header = file.read_at(at, 16)
        if len(header) < 8:
            raise corrupt_audio()
        size = int.from_bytes(header[:4], "big")
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        elif size == 0:
            size = file.size - at
        if size < 8 or at + size > file.size:
            raise corrupt_audio()
        kinds.add(header[4:8])
        at += size
    if b"moov" not in kinds:
        raise corrupt_audio()


_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675


def _check_elements(file: AudioPart) -> None:
    """RFC 8794: an element is an id and a size of variable length. What streams leaves sizes of the outer ones open."""
    at = 0
    while at < file.size:
        header = file.read_at(at, 12)
        id_bytes = 9 - header[0].bit_length()
        if id_bytes > 4 or len(header) < id_bytes + 1:
            raise corrupt_audio()
        kind = int.from_bytes(header[:id_bytes], "big")
        size_bytes = 9 - header[id_bytes].bit_length()
        if size_bytes > 8 or len(header) < id_bytes + size_bytes:
            raise corrupt_audio()
        unknown = (1 << 7 * size_bytes) - 1
        size = int.from_bytes(header[id_bytes : id_bytes + size_bytes], "big") & unknown
        at += id_bytes + size_bytes
        is_outer = kind in {_SEGMENT, _CLUSTER}
        if size == unknown:
            if not is_outer:
                raise corrupt_audio()
        elif at + size > file.size:
            raise corrupt_audio()
        elif not is_outer:
            at += size


def _check_pages(file: AudioPart) -> None:
    """Every page by its checksum; each stream ends with a whole packet."""
    pages = OggPages()
    streams: dict[int, OggPackets] = {}
    file.seek(0)
    while chunk := file.read(_READ_BYTES):
        for page in pages.read(chunk):
            if page.is_first:
                streams[page.serial] = OggPackets()
            for _ in streams.setdefault(page.serial, OggPackets()).of(page):
                pass
            if len(streams) > _STREAMS_MAX:
                raise corrupt_audio()
    if pages.is_inside_page or any(packets.is_inside_packet for packets in streams.values()):
        raise corrupt_audio()


def _check_frames(file: AudioPart, frame_bytes: Callable[[bytes], int]) -> int:
    """Headers that follow each other by their own lengths, up to the end: how many. Zeros may stand around them."""
    at = count = 0
    while at < file.size:
        header = file.read_at(at, _ID3_HEADER_BYTES)
        if not header.strip(b"\0"):
            at += len(header)
        elif tag_bytes := _id3_bytes(header):  # files that were put one behind the other
            at += tag_bytes
        else:
            size = frame_bytes(header) if len(header) >= _FRAME_HEADER_BYTES else 0
            if not size or at + size > file.size:
                raise corrupt_audio()
            at += size
            count += 1
    return count


def _check_mpeg(file: AudioPart) -> None:
    """As above; and all frames are there that the encoder counted, with or without the one that holds the count."""
    found = _check_frames(file, _mpeg_frame_bytes)
    first = file.read_at(0, 64)
    place = max(first.find(b"Xing"), first.find(b"Info"))
    has_count = place >= 0 and first[place + 7 : place + 8] and first[place + 7] & 1
    if has_count and found < int.from_bytes(first[place + 8 : place + 12], "big"):
        raise corrupt_audio()


_KBITS_1 = {
    1: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBITS_2 = {
    1: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44100, 48000, 32000)
_MPEG_1 = 3


def _mpeg_frame_bytes(header: bytes) -> int:
    """The length that the header of an MPEG audio frame gives (ISO 11172-3, 13818-3); 0 for what is none."""
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if header[0] != 0xFF or header[1] & 0xE0 != 0xE0 or version == 1 or layer == 4 or rate == 3 or bitrate in {0, 15}:
        return 0
    kbits = (_KBITS_1[layer] if version == _MPEG_1 else _KBITS_2[min(layer, 2)])[bitrate - 1]
    hertz = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12_000 * kbits // hertz + padding) * 4
    samples = 576 if layer == 3 and version != _MPEG_1 else 1152
    return samples // 8 * 1000 * kbits // hertz + padding


def _adts_frame_bytes(header: bytes) -> int:
    """The length that an ADTS header gives (ISO 13818-7); 0 for what is none."""
    if header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 else 0
