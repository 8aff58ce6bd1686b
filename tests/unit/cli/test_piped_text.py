import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiwar.cli.piped_text import piped_text
from hiwar.errors import HiwarError
from support.serving import WAIT_S


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


async def _all(file: int) -> list[str]:
    async with asyncio.timeout(WAIT_S):
        return [piece async for piece in piped_text(file)]


def test_a_piece_is_given_before_the_next_is_written(pipe: tuple[int, int]) -> None:
    reading, writing = pipe

    async def one_by_one() -> list[str]:
        os.write(writing, "مرحبا ".encode())
        found = []
        async with asyncio.timeout(WAIT_S):
            async for piece in piped_text(reading):
                found.append(piece)
                if len(found) == 1:
                    os.write(writing, "بك".encode())
                    os.close(writing)
        return found

    assert asyncio.run(one_by_one()) == ["مرحبا ", "بك"]


def test_a_character_may_arrive_in_bytes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe

    async def bytewise() -> str:
        found = ""
        async with asyncio.timeout(WAIT_S):
            pieces = piped_text(reading)
            for character in "aم€🙂":
                for byte in character.encode():
                    os.write(writing, bytes([byte]))
                found += await anext(pieces)
                assert found.endswith(character)
            os.close(writing)
            return found + "".join([piece async for piece in pieces])

    assert asyncio.run(bytewise()) == "aم€🙂"


def test_what_is_no_utf_8_is_replaced(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.write(writing, b"a\xffb\xd9")
    os.close(writing)
    assert "".join(asyncio.run(_all(reading))) == "a\ufffdb\ufffd"


def test_the_event_loop_runs_while_nothing_arrives(pipe: tuple[int, int]) -> None:
    """And the wait can be given up, as Ctrl-C does."""
    reading, writing = pipe

    async def give_up() -> None:
        reader = asyncio.create_task(_all(reading))
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert not asyncio.get_running_loop().remove_reader(reading)

    asyncio.run(give_up())
    os.close(writing)


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    text = "صباح الخير. Good morning. " * 1000
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    with path.open("rb") as file:
        pieces = asyncio.run(_all(file.fileno()))
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 4096
    with Path(os.devnull).open("rb") as nothing:
        assert asyncio.run(_all(nothing.fileno())) == []


def test_a_folder_is_no_text(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(HiwarError, match="cannot be read"):
            asyncio.run(_all(folder))
    finally:
        os.close(folder)
