"""Headers of packets, read by the formats' own rules."""

import struct

import pytest

from hiwar.audio.framing import OggOpus, adts, flac_header
from hiwar.audio.ogg_pages import OggPackets, OggPages

HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 120, 24000, 0, 0)


def test_an_ogg_stream_is_a_page_for_each_packet() -> None:
    ogg = OggOpus(HEAD, encoded_rate=24000, original_rate=22050)
    data = ogg.header() + ogg.packet(b"one", 420, False) + ogg.packet(b"two", 700, True)
    reader, packets = OggPages(), OggPackets()
    pages = list(reader.read(data))
    assert [packet for page in pages for packet in packets.of(page)] == [
        b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 120, 22050, 0, 0),
        b"OpusTags" + struct.pack("<I5sI", 5, b"hiwar", 0),
        b"one",
        b"two",
    ]
    assert [page.granule for page in pages] == [0, 0, 120 + 840, 120 + 1400]
    assert [page.is_first for page in pages] == [True, False, False, False]
    assert [page.is_last for page in pages] == [False, False, False, True]
    assert {page.serial for page in pages} == {1}
    numbers = [struct.unpack_from("<I", part, 14)[0] for part in data.split(b"OggS")[1:]]
    assert numbers == [0, 1, 2, 3]
    assert not reader.is_inside_page


@pytest.mark.parametrize("size", [1, 254, 255, 256, 510, 1275])
def test_a_packet_of_any_size_comes_back_from_its_page(size: int) -> None:
    packet = bytes(range(256)) * 5
    (page,) = OggPages().read(OggOpus(HEAD, 48000, 48000).packet(packet[:size], 0, False))
    assert list(OggPackets().of(page)) == [packet[:size]]


def test_an_adts_header_says_rate_channels_and_length() -> None:
    low_complexity_24_khz_mono = (2 << 11 | 6 << 7 | 1 << 3).to_bytes(2, "big")
    framed = adts(low_complexity_24_khz_mono)(b"x" * 300, 0, False)
    fields = int.from_bytes(framed[:7], "big")
    widths = (12, 1, 2, 1, 2, 4, 1, 3, 4, 13, 11, 2)
    found = []
    for width in reversed(widths):
        found.append(fields & (1 << width) - 1)
        fields >>= width
    assert found[::-1] == [0xFFF, 0, 0, 1, 1, 6, 0, 1, 0, 307, 0x7FF, 0]
    assert framed[7:] == b"x" * 300


def test_a_flac_header_is_one_last_block() -> None:
    assert flac_header(b"i" * 34) == b"fLaC\x80\x00\x00\x22" + b"i" * 34
