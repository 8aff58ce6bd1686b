"""Moonshine's vocabulary file, and byte pairs merged in the order of training."""

import pytest

from hiwar.engines.moonshine.tokens import Vocabulary

SPACE = "▁".encode()
MERGED = [b"he", b"ll", b"hell", SPACE + b"h", b"lo"]
SINGLE = [SPACE, b"h", b"e", b"l", b"o", b"<<ST_0>>"]


def packed(pieces: list[bytes]) -> bytes:
    lengths = [
        bytes([len(piece)]) if len(piece) < 128 else bytes([128 + len(piece) % 128, len(piece) // 128])
        for piece in pieces
    ]
    return b"".join(length + piece for length, piece in zip(lengths, pieces, strict=True))


PIECES = [b"<unk>", b"<s>", b"</s>", *(bytes([byte]) for byte in range(256)), *MERGED, *SINGLE]


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(packed(PIECES))


def pieces_of(vocabulary: Vocabulary, text: str) -> list[bytes]:
    return [PIECES[number] for number in vocabulary.encode(text)]


def test_the_pair_that_was_merged_first_goes_first(vocabulary: Vocabulary) -> None:
    # From the left it would be "▁h" and "e", which leaves "llo".
    assert pieces_of(vocabulary, "hello") == [SPACE, b"hell", b"o"]
    assert pieces_of(vocabulary, "lo h") == [SPACE, b"lo", SPACE + b"h"]


def test_text_comes_back(vocabulary: Vocabulary) -> None:
    for text in ("hello hello", "hé ho", "x\u2028y", ""):
        assert vocabulary.decode(vocabulary.encode(text)) == text


def test_what_is_no_text_is_left_out(vocabulary: Vocabulary) -> None:
    special = len(PIECES) - 1
    cut = 3 + 0xC3
    assert vocabulary.decode([1, *vocabulary.encode("ho"), special, cut, 2]) == "ho"


def test_a_long_piece_has_two_bytes_of_length() -> None:
    long = b"x" * 300
    vocabulary = Vocabulary(packed([*PIECES, long]))
    assert len(vocabulary) == len(PIECES) + 1
    assert vocabulary.decode([len(PIECES)]) == long.decode()


@pytest.mark.parametrize("content", [b"", b"\x05<unk", b"\x80", packed(PIECES)[:-1], packed(PIECES[3:])])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        Vocabulary(content)
