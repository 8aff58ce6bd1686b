"""Which of Whisper's tokens the decoder may give: those that Arabic and English are written with, and the special ones.

The last layer is half of the work for a token: without the other scripts a fifth of it falls away.
"""

import re
from collections.abc import Mapping

_WRITTEN = re.compile(
    # A token may begin inside of a character,
    "(?:[\x80-\xbf]|\x80[\x90-\xa6]|\x82\xac)?"
    # holds ASCII, Latin letters with accents (café) and signs (£, °), Arabic, dashes and quotation marks, euros,
    "(?:[\t\n -~]|\xc2[\xa0-\xbf]|\xc3[\x80-\xbf]|[\xd8-\xdb][\x80-\xbf]|\xe2\x80[\x90-\xa6]|\xe2\x82\xac)*"
    # and may end inside of one.
    "(?:[\xc2\xc3\xd8-\xdb]|\xe2[\x80\x82]?)?"
)
"""UTF-8, a letter of this pattern for each byte."""

_TIMESTAMP = re.compile(r"<\|\d+\.\d\d\|>")

_OWN = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(0x100) if byte not in _OWN]
_BYTES = {**{byte: byte for byte in _OWN}, **{0x100 + place: byte for place, byte in enumerate(_OTHERS)}}
"""The alphabet of byte-level BPE: printable Latin-1 stands for itself, the other bytes follow from U+0100 on."""


def written_columns(vocabulary: Mapping[str, int], special: Mapping[str, int]) -> list[int]:
    """The ids, ascending, of plain tokens (byte-level BPE) that such text can need, and of all special ones but
    timestamps.
    """
    plain = (
        number
        for token, number in vocabulary.items()
        if token not in special and _WRITTEN.fullmatch(token.translate(_BYTES))
    )
    return sorted({*plain, *(number for token, number in special.items() if not _TIMESTAMP.fullmatch(token))})
