"""What stands between the packets of an encoder to make a stream that players read: Ogg pages, ADTS and FLAC headers.

Written by hand because a muxer holds the last page back, pads headers and wants to seek. Knows no encoder.
"""

import struct
from collections.abc import Callable

from hiwar.audio.ogg_pages import CAPTURE_PATTERN, page_crc

OPUS_CLOCK = 48_000
"""Ogg counts Opus in samples of this rate, whatever the encoder runs at (RFC 7845, 4)."""

_OGG_BEGINS, _OGG_ENDS = 2, 4

PacketFraming = Callable[[bytes, int, bool], bytes]
"""A packet, the sample of the request that it ends at, and whether it is the last, as they go on the wire."""


class OggOpus:
    """An Ogg stream of one Opus encoder, a page for every packet, so that none waits for the next.

    `head` is the encoder's OpusHead (RFC 7845, 5.1), `encoded_rate` what it runs at in Hz; players are told that the
    audio was at `original_rate`. The serial number is always the same: a request is the only stream of its file.
    """

    _SERIAL = 1

    def __init__(self, head: bytes, encoded_rate: int, original_rate: int) -> None:
        self._per_sample = OPUS_CLOCK // encoded_rate
        (self._pre_skip,) = struct.unpack_from("<H", head, 10)
        self._head = head[:12] + struct.pack("<I", original_rate) + head[16:]
        self._pages = 0

    def header(self) -> bytes:
        """The two pages that open the stream."""
        tags = b"OpusTags" + struct.pack("<I5sI", len(b"hiwar"), b"hiwar", 0)
        return self._page(self._head, 0, _OGG_BEGINS) + self._page(tags, 0, 0)

    def packet(self, packet: bytes, end: int, last: bool) -> bytes:
        """A page. The last one's position tells players where the padding of its packet begins."""
        return self._page(packet, self._pre_skip + end * self._per_sample, _OGG_ENDS if last else 0)

    def _page(self, packet: bytes, position: int, flags: int) -> bytes:
        """RFC 3533, 6. A packet of Opus, at most 1275 bytes, always fits."""
        lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
        header = struct.pack(
            "<4sBBqIIIB", CAPTURE_PATTERN, 0, flags, position, self._SERIAL, self._pages, 0, len(lacing)
        )
        self._pages += 1
        page = header + lacing + packet
        return page[:22] + struct.pack("<I", page_crc(page)) + page[26:]


def adts(configuration: bytes) -> PacketFraming:
    """AAC packets behind the 7 bytes of ISO 13818-7, 6.2; `configuration` is the encoder's AudioSpecificConfig."""
    object_type, rate_index = configuration[0] >> 3, (configuration[0] & 7) << 1 | configuration[1] >> 7
    mono, any_fullness = 1, 0x7FF
    fixed = 0xFFF1 << 40 | (object_type - 1) << 38 | rate_index << 34 | mono << 30 | any_fullness << 2

    def framed(packet: bytes, _end: int, _last: bool) -> bytes:
        return (fixed | (len(packet) + 7) << 13).to_bytes(7, "big") + packet

    return framed


def flac_header(stream_info: bytes) -> bytes:
    """RFC 9639, 8: STREAMINFO as the only block, with length and checksum of the audio left open."""
    last_block = 0x80
    return b"fLaC" + bytes([last_block, 0, 0, len(stream_info)]) + stream_info


def unframed(packet: bytes, _end: int, _last: bool) -> bytes:
    """MP3 and FLAC, whose packets carry all that a player needs."""
    return packet
