"""Moonshine's vocabulary: text as token ids and back. Which ids to decode is left to the model.

The file lists the tokens' bytes in the order of their ids, which is also the order in which byte pairs were merged in
training: each with its length before it, in one byte, or from 128 on in two, the lower seven bits first.
"""

from collections.abc import Iterator, Sequence

BEGIN, END = 1, 2
"""The ids around a transcript."""

_FIRST_BYTE = 3
"""The ids of the 256 single bytes follow those of <unk>, <s> and </s>."""
_SPACE = "▁"


class Vocabulary:
    """The tokens of one model. Shared by threads: nothing in it changes."""

    def __init__(self, content: bytes) -> None:
        """Raises ValueError for what is no such file."""
        self._pieces = tuple(_pieces(content))
        if self._pieces[END : END + 1] != (b"</s>",):
            raise ValueError("not a vocabulary of Moonshine's")
        # Of equal pieces the later one is the merged one, and a single byte is spelt by its own character if it can.
        self._ids = {piece: number for number, piece in enumerate(self._pieces) if number > END}

    def __len__(self) -> int:
        return len(self._pieces)

    def encode(self, text: str) -> list[int]:
        """The ids of text as it begins a transcript."""
        if not text:
            return []
        spelt = _SPACE + text.replace(" ", _SPACE)
        ids = [number for character in spelt for number in self._spelling(character.encode())]
        while (best := self._first_merge(ids)) is not None:
            place, merged = best
            ids[place : place + 2] = [merged]
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, without outer spaces and special tokens. Bytes that make no character are dropped."""
        content = b"".join(
            self._pieces[number] for number in ids if number >= _FIRST_BYTE and not self._special(number)
        )
        return content.decode("utf-8", "ignore").replace(_SPACE, " ").strip()

    def _special(self, number: int) -> bool:
        return self._pieces[number].startswith(b"<<")

    def _spelling(self, character: bytes) -> list[int]:
        whole = self._ids.get(character)
        return [_FIRST_BYTE + byte for byte in character] if whole is None else [whole]

    def _first_merge(self, ids: Sequence[int]) -> tuple[int, int] | None:
        """The place of the pair that was merged first in training, and the id of the merged piece."""
        merges = (
            (self._ids[joined], place)
            for place in range(len(ids) - 1)
            if (joined := self._pieces[ids[place]] + self._pieces[ids[place + 1]]) in self._ids
        )
        found = min(merges, default=None)
        return None if found is None else (found[1], found[0])


def _pieces(content: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(content):
        length, place = content[place], place + 1
        if length >= 128:
            if place == len(content):
                raise ValueError("a vocabulary that breaks off")
            length, place = length - 128 + 128 * content[place], place + 1
        if place + length > len(content):
            raise ValueError("a vocabulary that breaks off")
        yield content[place : place + length]
        place += length
