import asyncio

import pytest

from hiwar.errors import ErrorCode
from hiwar.protocol.messages import Done, ErrorEvent, Final
from hiwar.serving.connection import PeerGoneError
from hiwar.transports.rest.recording import PIECE_BYTES, RecordingConnection, unless_gone
from support.streams import run


async def unheard(_final: Final) -> None:
    raise AssertionError("nothing is heard here")


@pytest.mark.parametrize("size", [0, 2, PIECE_BYTES, 3 * PIECE_BYTES + 8])
def test_audio_comes_in_pieces_and_ends_once(size: int) -> None:
    pcm = bytes(range(256)) * (size // 256) + bytes(size % 256)

    async def scenario() -> None:
        connection = RecordingConnection(pcm, unheard)
        pieces = [await connection.receive() for _ in range(-(-size // PIECE_BYTES))]
        assert all(isinstance(piece, bytes) and 0 < len(piece) <= PIECE_BYTES for piece in pieces)
        assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == pcm
        assert await connection.receive() == {"type": "finish"}
        waiting = asyncio.ensure_future(connection.receive())
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    run(scenario())


def test_what_went_wrong_is_kept() -> None:
    async def scenario() -> None:
        connection = RecordingConnection(b"", unheard)
        await connection.send(ErrorEvent(ErrorCode.SERVER_BUSY, "Later.", retryable=True))
        await connection.send(Done("r", 1_500, 0))
        assert connection.error is not None
        assert (connection.error.code, connection.error.message) == (ErrorCode.SERVER_BUSY, "Later.")
        assert connection.audio_ms == 1_500

    run(scenario())


def test_work_ends_with_its_result_or_its_error() -> None:
    async def said() -> str:
        return "said"

    async def failing() -> None:
        raise ValueError

    async def never() -> None:
        await asyncio.Event().wait()

    async def scenario() -> None:
        assert await unless_gone(said(), never()) == "said"
        with pytest.raises(ValueError):
            await unless_gone(failing(), never())

    run(scenario())


def test_work_for_a_client_that_left_is_cancelled_and_over() -> None:
    over = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            over.set()

    async def scenario() -> None:
        with pytest.raises(PeerGoneError):
            await unless_gone(work(), asyncio.sleep(0))
        assert over.is_set()

    run(scenario())
