"""Ogg pages and packets from bytes that are cut anywhere."""

import struct

import pytest

from hiwar.audio.ogg_pages import OggPackets, OggPage, OggPages, page_crc
from hiwar.errors import ErrorCode, HiwarError


def page(lacing: bytes, body: bytes, flags: int = 0, serial: int = 7, granule: int = 0) -> bytes:
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, 0, 0, len(lacing)) + lacing
    crc = page_crc(header + body)
    return header[:22] + struct.pack("<I", crc) + header[26:] + body


def pages(data: bytes) -> list[OggPage]:
    return list(OggPages().read(data))


def packets(*parts: bytes) -> list[bytes]:
    stream = OggPackets()
    return [packet for part in parts for found in pages(part) for packet in stream.of(found)]


def test_the_checksum_is_that_of_rfc_3533() -> None:
    """Bit by bit, most significant first, by the polynomial 0x04c11db7 from zero."""
    data, crc = b"OggS and some bytes more\x00\xff\x80", 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 1 << 31 else 0)) & 0xFFFFFFFF
    assert page_crc(data) == crc


def test_a_page_says_what_its_header_says() -> None:
    (found,) = pages(page(b"\x03\x02", b"abcde", flags=6, serial=9, granule=-1))
    assert found == OggPage(9, -1, False, True, True, b"\x03\x02", b"abcde")


def test_pages_are_the_same_however_they_are_cut() -> None:
    data = page(b"\x03", b"abc") + page(b"\x00", b"") + page(b"\xff\x01", b"x" * 256)
    one_by_one = OggPages()
    found = [whole for byte in data for whole in one_by_one.read(bytes([byte]))]
    assert found == pages(data)
    assert [len(whole.body) for whole in found] == [3, 0, 256]
    assert not one_by_one.is_inside_page


def test_packets_end_below_255_and_go_on_in_the_next_page() -> None:
    begun = page(b"\x02\xff\xff", b"ab" + b"c" * 510)
    rest = page(b"\x01\xff\x00", b"d" + b"e" * 255, flags=1)
    assert packets(begun, rest) == [b"ab", b"c" * 510 + b"d", b"e" * 255]


def test_a_page_in_which_no_packet_ends_is_passed_on() -> None:
    parts = [page(b"\xff", b"a" * 255), page(b"\xff", b"b" * 255, flags=1), page(b"\x01", b"c", flags=1)]
    assert packets(*parts) == [b"a" * 255 + b"b" * 255 + b"c"]


def test_a_page_without_anything_in_it_changes_nothing() -> None:
    assert packets(page(b"\xff", b"a" * 255), page(b"", b""), page(b"\x01", b"b", flags=1)) == [b"a" * 255 + b"b"]


def test_the_rest_of_a_packet_whose_beginning_never_came_is_dropped() -> None:
    assert packets(page(b"\x02\x01", b"abc", flags=1)) == [b"c"]


def test_a_packet_that_is_never_ended_is_corrupt() -> None:
    with pytest.raises(HiwarError) as raised:
        packets(page(b"\xff", b"a" * 255), page(b"\x01", b"b"))
    assert raised.value.code is ErrorCode.CORRUPT_AUDIO


def test_a_packet_without_end_is_corrupt_before_it_fills_the_memory() -> None:
    full = page(b"\xff" * 255, b"a" * 255 * 255)
    more = page(b"\xff" * 255, b"a" * 255 * 255, flags=1)
    assert packets(full, *[more] * 15) == []
    with pytest.raises(HiwarError):
        packets(full, *[more] * 17)


@pytest.mark.parametrize("place", [4, 5, 8, 14, 22, 27, 30])
def test_any_wrong_bit_is_corrupt(place: int) -> None:
    data = bytearray(page(b"\x05", b"abcde"))
    data[place] ^= 1
    with pytest.raises(HiwarError) as raised:
        pages(bytes(data) + page(b"\x05", b"abcde"))
    assert raised.value.code is ErrorCode.CORRUPT_AUDIO


def test_what_does_not_begin_like_a_page_is_corrupt_at_once() -> None:
    with pytest.raises(HiwarError):
        pages(b"Og!")
