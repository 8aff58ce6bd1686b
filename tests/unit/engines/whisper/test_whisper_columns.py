"""Tokens that Arabic and English text can need are kept, those of other scripts are not."""

import pytest

from hiwar.engines.whisper.columns import written_columns


def letters(content: bytes) -> str:
    """A token as byte-level BPE spells these bytes, by the rule of GPT-2's encoder."""
    own = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in own]
    return "".join(chr(byte) if byte in own else chr(256 + others.index(byte)) for byte in content)


@pytest.mark.parametrize(
    "content",
    [
        b" the",
        b"\n",
        b"~",
        " café".encode(),
        " السلام".encode(),
        "،".encode(),
        "؟".encode(),
        "ٱلرَّ".encode(),
        "٥".encode(),
        "— “”…".encode(),
        "€".encode(),
        b"\xd8",
        b"\xa7",
        b" \xd8",
        "ا".encode()[1:] + "ل".encode()[:1],
        "—".encode()[:1],
        "—".encode()[:2],
        "—".encode()[1:],
        b"\x80",
    ],
)
def test_what_such_text_needs_is_kept(content: bytes) -> None:
    assert written_columns({letters(content): 7}, {}) == [7]


@pytest.mark.parametrize(
    "content",
    [
        "中".encode(),
        "中".encode()[:1],
        "中".encode()[1:],
        " при".encode(),
        "ñ한".encode(),
        "ש".encode(),
        "İ".encode(),
        "♪".encode(),
        "😀".encode(),
        b"\xf0",
        b"a\xd8b",
        b"\xff",
        b"\0",
    ],
)
def test_what_it_cannot_need_is_left_out(content: bytes) -> None:
    assert written_columns({letters(content): 7}, {}) == []


def test_special_tokens_stay_but_for_timestamps_and_ids_ascend() -> None:
    special = {"<|endoftext|>": 9, "<|ko|>": 8, "<|0.00|>": 10, "<|30.00|>": 11, "<|notimestamps|>": 12}
    assert written_columns({"b": 4, "a": 2, "<|ko|>": 8}, special) == [2, 4, 8, 9, 12]
