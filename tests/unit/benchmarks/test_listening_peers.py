"""What other servers say becomes captions: segments, finals, and the final of one that says none."""

from captions import Shown
from listening_peers import PEERS, with_final


def test_a_recorder_begins_a_segment_after_each_final_and_says_nothing_with_empty_text() -> None:
    shown: list[Shown] = []
    read = PEERS["realtimestt"].read
    for at_s, text, final in [(1.0, "Red", False), (2.0, " Red tan. ", True), (2.5, "", True), (3.0, "Blue", False)]:
        read(shown, {"text": text, "final": final}, at_s)
    assert [(one.segment, one.text, one.final) for one in shown] == [
        (0, "Red", False),
        (0, "Red tan.", True),
        (1, "Blue", False),
    ]


def test_a_list_of_segments_is_one_text_whose_completed_part_is_stable() -> None:
    shown: list[Shown] = []
    read = PEERS["whisper-live"].read
    read(shown, {"uid": "b", "language": "en"}, 0.5)
    read(shown, {"segments": [{"text": " Red", "completed": True}, {"text": " tan", "completed": False}]}, 1.0)
    assert shown == [Shown(1.0, 0, "Red tan", "Red", final=False)]


def test_the_first_time_of_the_text_it_ended_with_is_the_final_of_one_that_says_none() -> None:
    shown = [Shown(at_s, 0, text, "", final=False) for at_s, text in [(1, "a"), (2, "a b"), (3, "a b"), (4, "a b")]]
    assert with_final(shown) == [shown[0], Shown(2, 0, "a b", "a b", final=True)]
    assert with_final(shown[:1]) == [Shown(1, 0, "a", "a", final=True)]
    assert with_final([]) == []
    said = [Shown(1, 0, "a", "a", final=True), Shown(2, 1, "b", "", final=False)]
    assert with_final(said) == said


def test_a_peer_has_settled_when_nothing_more_is_to_come_for_what_was_said() -> None:
    settled = PEERS["whisper-live"].settled
    late = [Shown(at_s, 0, "a", "", final=False) for at_s in (3.1, 4.0, 5.0)]
    assert settled(late, 3.0)
    assert not settled(late, 3.5)
    assert not settled([*late, Shown(6.0, 0, "a b", "", final=False)], 3.0)
    assert PEERS["realtimestt"].settled([Shown(3.1, 0, "a", "a", final=True)], 3.0)
    assert not PEERS["realtimestt"].settled([Shown(2.9, 0, "a", "a", final=True)], 3.0)
