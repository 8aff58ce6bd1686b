"""The order of steps, without threads: deadlines, turns among keys, and a simulation of a key that floods."""

import heapq
from dataclasses import dataclass

import pytest

from hiwar.serving.schedule import Entry, Schedule

DUE_S = 0.15


def taken(schedule: Schedule[str], now: float, cost_s: float = 0.01) -> list[str]:
    """Everything, one step after another."""
    order = []
    while (entry := schedule.take(now)) is not None:
        order.append(entry.item)
        schedule.done(entry, cost_s)
        now += cost_s
    return order


def put(schedule: Schedule[str], item: str, deadline_s: float, key: str = "a", weight: float = 1.0) -> Entry[str]:
    return schedule.put(item, key=key, weight=weight, deadline_s=deadline_s)


def test_of_one_key_the_nearest_deadline_goes_first_and_of_equal_ones_who_came_first() -> None:
    schedule = Schedule[str](DUE_S)
    for item, deadline_s in (("later 1", 2.0), ("first 1", 1.0), ("later 2", 2.0), ("first 2", 1.0), ("late", -3.0)):
        put(schedule, item, deadline_s)
    assert taken(schedule, 0.0) == ["late", "first 1", "first 2", "later 1", "later 2"]
    assert len(schedule) == 0


def test_keys_take_turns_for_what_is_due() -> None:
    schedule = Schedule[str](DUE_S)
    for number in range(3):
        put(schedule, f"a{number}", 0.1, "a")
    for number in range(3):
        put(schedule, f"b{number}", 0.1, "b")
    assert taken(schedule, 0.0) == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_a_key_of_twice_the_weight_gets_twice_the_turns() -> None:
    schedule = Schedule[str](DUE_S)
    for number in range(30):
        put(schedule, f"a{number}", 0.1, "a", weight=2.0)
        put(schedule, f"b{number}", 0.1, "b")
    assert sum(item.startswith("a") for item in taken(schedule, 0.0)[:30]) == pytest.approx(20, abs=1)


def test_a_costly_step_is_paid_for_by_its_own_key() -> None:
    schedule = Schedule[str](DUE_S)
    for number in range(4):
        put(schedule, f"a{number}", 0.1, "a")
        put(schedule, f"b{number}", 0.1, "b")
    first = schedule.take(0.0)
    assert first is not None
    assert first.item == "a0"
    schedule.done(first, 1.0)
    assert taken(schedule, 0.1, 0.1)[:4] == ["b0", "b1", "b2", "b3"]


def test_what_is_not_due_waits_for_what_is_whoever_had_more() -> None:
    schedule = Schedule[str](DUE_S)
    put(schedule, "a far", 5.0, "a")
    for number in range(5):
        put(schedule, f"b{number}", 0.1, "b")
    put(schedule, "c far", 4.0, "c")
    assert taken(schedule, 0.0) == ["b0", "b1", "b2", "b3", "b4", "c far", "a far"]


def test_what_is_due_and_what_is_ahead_can_be_taken_apart() -> None:
    schedule = Schedule[str](due_ahead_s=0.5)
    put(schedule, "ahead", 9.0)
    put(schedule, "due", 1.0, key="b")
    assert schedule.due_in(0.0) == 0.5
    assert schedule.take_due(0.0) is None
    first = schedule.take_ahead(0.0)
    assert first is not None
    assert first.item == "due"  # not due yet, and nearest
    put(schedule, "now", 0.1, key="b")
    assert schedule.due_in(0.0) == 0.0
    assert [entry.item for entry in (schedule.take_due(0.0), schedule.take_ahead(0.0)) if entry] == ["now", "ahead"]
    assert schedule.due_in(0.0) is None


def test_a_pause_gives_no_claim() -> None:
    schedule = Schedule[str](DUE_S)
    put(schedule, "early", 0.0, "b")
    assert taken(schedule, 0.0) == ["early"]
    for number in range(50):
        put(schedule, f"a{number}", 0.1, "a")
    assert len(taken(schedule, 0.0)) == 50
    for number in range(4):
        put(schedule, f"a{number}", 0.1, "a")
        put(schedule, f"b{number}", 0.1, "b")
    assert sum(item.startswith("a") for item in taken(schedule, 0.0)[:4]) >= 1


def test_compute_that_nobody_needed_is_nobodys_debt() -> None:
    schedule = Schedule[str](DUE_S)
    put(schedule, "never idle", 2e9, "c")
    for number in range(100):
        put(schedule, f"ahead {number}", 1e9, "a")
        ahead = schedule.take(0.0)
        assert ahead is not None
        assert ahead.key == "a"
        schedule.done(ahead, 10.0)
    for number in range(4):
        put(schedule, f"b{number}", 0.1, "b")
    put(schedule, "a live", 0.1, "a")
    assert "a live" in taken(schedule, 0.0)[:2]


def test_what_is_taken_back_is_not_run() -> None:
    schedule = Schedule[str](DUE_S)
    kept, dropped = put(schedule, "kept", 1.0), put(schedule, "dropped", 0.0)
    assert schedule.withdraw(dropped)
    assert not schedule.withdraw(dropped)
    assert schedule.take(0.0) is kept
    assert not schedule.withdraw(kept)
    assert schedule.take(0.0) is None


def test_a_drain_gives_all_that_waits() -> None:
    schedule = Schedule[str](DUE_S)
    for key in "abc":
        put(schedule, key, 0.0, key)
    assert sorted(entry.item for entry in schedule.drain()) == ["a", "b", "c"]
    assert len(schedule) == 0
    assert schedule.take(0.0) is None


def test_keys_that_are_gone_are_forgotten() -> None:
    schedule = Schedule[str](DUE_S)
    for number in range(1000):
        put(schedule, "step", 0.0, f"key {number}")
        taken(schedule, 0.0)
    assert len(schedule._shares) < 10


@dataclass
class Speaking:
    """A request that is being spoken: `left` steps, each of which gives so much audio to play."""

    key: str
    asked_s: float
    left: int
    audio_s: float = 0.2
    played_until_s: float = 0.0
    first_s: float | None = None


def simulate(requests: list[Speaking], *, cost_s: float, threads: int) -> None:
    """Run every request to its end, in virtual time, as the synthesis driver does: one step at a time for each."""
    schedule = Schedule[Speaking](DUE_S)
    coming = sorted(requests, key=lambda request: request.asked_s)
    running: list[tuple[float, int, Entry[Speaking]]] = []
    now = 0.0
    while coming or running or len(schedule):
        while coming and coming[0].asked_s <= now:
            request = coming.pop(0)
            schedule.put(request, key=request.key, weight=1.0, deadline_s=now + DUE_S)
        while len(running) < threads and (entry := schedule.take(now)) is not None:
            heapq.heappush(running, (now + cost_s, entry.order, entry))
        moments = [coming[0].asked_s] if coming else []
        now = min([*moments, *(end for end, _, _ in running)])
        while running and running[0][0] <= now:
            _, _, entry = heapq.heappop(running)
            schedule.done(entry, cost_s)
            request = entry.item
            request.first_s = now if request.first_s is None else request.first_s
            request.played_until_s = max(now, request.played_until_s) + request.audio_s
            request.left -= 1
            if request.left:
                schedule.put(request, key=request.key, weight=1.0, deadline_s=request.played_until_s)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("flood", [1, 50])
def test_a_flood_of_one_key_delays_anothers_first_chunk_by_one_step(flood: int, threads: int) -> None:
    cost_s = 0.01
    greedy = [Speaking("greedy", 0.0, left=200) for _ in range(flood)]
    modest = [Speaking("modest", 0.013 + 0.37 * number, left=5) for number in range(20)]
    simulate([*greedy, *modest], cost_s=cost_s, threads=threads)
    delays = [(request.first_s or 0.0) - request.asked_s - cost_s for request in modest]
    assert max(delays) <= cost_s + 1e-9
