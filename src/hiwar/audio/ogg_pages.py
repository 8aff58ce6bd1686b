"""Ogg pages and packets (RFC 3533) out of bytes that are cut anywhere. What the packets say is left to the codec."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hiwar.audio.codecs import corrupt_audio

CAPTURE_PATTERN = b"OggS"

_HEADER = struct.Struct("<4sBBqIIIB")
_CRC_PLACE = slice(22, 26)
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_FULL_LACING = 255
# Comments may carry a picture; no packet of audio comes near.
_PACKET_BYTES_MAX = 1 << 20

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def page_crc(page: bytes) -> int:
    """CRC-32 of a page whose own field is zero: the polynomial of zlib, with bits the other way and no inversion."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


@dataclass(frozen=True, slots=True)
class OggPage:
    """One page of the logical stream `serial`. `granule` counts as the codec says; -1 when no packet ends here."""

    serial: int
    granule: int
    is_continued: bool
    is_first: bool
    is_last: bool
    lacing: bytes
    body: bytes


class OggPages:
    """A physical stream. Holds back less than one page, 65,307 bytes."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def is_inside_page(self) -> bool:
        """Whether a page has begun and is not whole."""
        return bool(self._held)

    def read(self, chunk: bytes) -> Iterator[OggPage]:
        """The pages that became whole. Raises HiwarError corrupt_audio, for a wrong checksum too."""
        self._held += chunk
        while (size := self._page_size()) is not None and len(self._held) >= size:
            page = bytes(self._held[:size])
            del self._held[:size]
            yield _parsed(page)

    def _page_size(self) -> int | None:
        held = self._held
        if not CAPTURE_PATTERN.startswith(held[:4]):
            raise corrupt_audio()
        if len(held) < _HEADER.size or len(held) < (body := _HEADER.size + held[26]):
            return None
        return body + sum(held[_HEADER.size : body])


def _parsed(page: bytes) -> OggPage:
    _, version, flags, granule, serial, _, crc, segments = _HEADER.unpack_from(page)
    if version or crc != page_crc(page[: _CRC_PLACE.start] + bytes(4) + page[_CRC_PLACE.stop :]):
        raise corrupt_audio()
    body = _HEADER.size + segments
    return OggPage(
        serial=serial,
        granule=granule,
        is_continued=bool(flags & _CONTINUED),
        is_first=bool(flags & _FIRST),
        is_last=bool(flags & _LAST),
        lacing=page[_HEADER.size : body],
        body=page[body:],
    )


class OggPackets:
    """The packets of one logical stream, from its pages in their order."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._is_begun = False

    @property
    def is_inside_packet(self) -> bool:
        """Whether the last page ended in mid-packet."""
        return self._is_begun

    def of(self, page: OggPage) -> Iterator[bytes]:
        """The packets that end in this page. The rest of one whose beginning never came is dropped.

        Raises HiwarError corrupt_audio for one that is cut short or larger than any codec's.
        """
        if not page.lacing:
            return
        if self._is_begun and not page.is_continued:
            raise corrupt_audio()
        is_orphan = page.is_continued and not self._is_begun
        begun, self._begun = self._begun, bytearray()
        at = start = 0
        for lace in page.lacing:
            at += lace
            if lace == _FULL_LACING:
                continue
            if not is_orphan:
                yield bytes(begun + page.body[start:at])
            begun, is_orphan, start = bytearray(), False, at
        self._is_begun = not is_orphan and page.lacing[-1] == _FULL_LACING
        if self._is_begun:
            begun += page.body[start:]
            self._begun = begun
        if len(self._begun) > _PACKET_BYTES_MAX:
            raise corrupt_audio()
