"""Unit tests of what waits for a step: its order, its pieces and its limit."""

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.pipelines.audio_inbox import AudioInbox, Wish

BYTES_PER_SECOND = 32000


def inbox(pending_max_ms: int = 10_000) -> AudioInbox:
    return AudioInbox(BYTES_PER_SECOND, pending_max_ms)


def test_audio_comes_out_in_pieces_of_100_ms_in_its_order() -> None:
    queue = inbox()
    audio = bytes(range(256)) * 30
    queue.put(audio)
    queue.put(b"end")
    pieces = []
    while isinstance(piece := queue.take(), bytes):
        pieces.append(piece)
    assert [len(piece) for piece in pieces] == [3200, 3200, 1280, 3]
    assert b"".join(pieces) == audio + b"end"


def test_wishes_keep_their_place() -> None:
    queue = inbox()
    queue.put(b"ab")
    queue.wish(Wish.FINALIZE)
    queue.put(b"cd")
    queue.wish(Wish.FINISH)
    queue.wish(Wish.FINISH)
    assert [queue.take() for _ in range(5)] == [b"ab", Wish.FINALIZE, b"cd", Wish.FINISH, None]


def test_more_than_may_wait_is_refused_until_some_was_taken() -> None:
    queue = inbox(pending_max_ms=100)
    queue.put(bytes(3200))
    with pytest.raises(HiwarError) as refused:
        queue.put(b"x")
    assert refused.value.code is ErrorCode.FRAME_TOO_LARGE
    queue.take()
    queue.put(b"x")


def test_audio_after_finish_is_refused() -> None:
    queue = inbox()
    queue.wish(Wish.FINISH)
    with pytest.raises(HiwarError) as refused:
        queue.put(b"x")
    assert refused.value.code is ErrorCode.PROTOCOL_VIOLATION


def test_cleared_it_is_empty() -> None:
    queue = inbox(pending_max_ms=100)
    queue.put(bytes(3200))
    queue.clear()
    assert queue.take() is None
    queue.put(bytes(3200))
