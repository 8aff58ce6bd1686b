"""How many connections are let in, of all and of one address, and what is logged of those that are not."""

import asyncio
import logging

import pytest

from hiwar.server.entrance import Entrance, Place
from hiwar.serving.limits import ServingLimits
from support.streams import run


def entered(entrance: Entrance, *hosts: str) -> list[Place | None]:
    async def scenario() -> list[Place | None]:
        places = [entrance.enter(host) for host in hosts]
        if entrance._telling is not None:
            entrance._telling.cancel()
            entrance._tell()
        return places

    return run(scenario())


def test_there_is_room_for_so_many_whoever_they_are_and_again_when_one_has_left() -> None:
    entrance = Entrance(ServingLimits(connections_max=2, connections_per_address_max=2))
    first, second, third = entered(entrance, "192.0.2.1", "127.0.0.1", "192.0.2.3")
    assert first
    assert second
    assert third is None
    first.leave()
    first.leave()
    assert len(entrance) == 1
    assert entered(entrance, "192.0.2.3") != [None]


@pytest.mark.parametrize(
    ("hosts", "last_is_taken"),
    [
        (("192.0.2.1", "192.0.2.1", "192.0.2.1"), False),
        (("192.0.2.1", "192.0.2.1", "192.0.2.2"), True),
        (("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"), False),
        (("2001:db8::1", "2001:db8::2:3", "2001:db8::ffff:4"), False),
        (("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"), True),
        (("fe80::1%eth0", "fe80::2%eth0", "fe80::3%eth0"), False),
        (("127.0.0.1", "127.0.0.1", "127.0.0.2"), True),
        (("::1", "::1", "::1"), True),
        (("::ffff:127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.1"), True),
    ],
)
def test_one_address_gets_its_part_and_loopback_is_none(hosts: tuple[str, ...], last_is_taken: bool) -> None:
    *others, last = entered(Entrance(ServingLimits(connections_max=9, connections_per_address_max=2)), *hosts)
    assert all(others)
    assert (last is not None) is last_is_taken


def test_an_address_that_left_is_forgotten() -> None:
    entrance = Entrance(ServingLimits(connections_max=9, connections_per_address_max=2))
    for place in entered(entrance, "192.0.2.1", "192.0.2.1"):
        assert place
        place.leave()
    assert not entrance._by_address
    assert len(entrance) == 0


def test_refusals_are_counted_into_one_line(caplog: pytest.LogCaptureFixture) -> None:
    entrance = Entrance(ServingLimits(connections_max=3, connections_per_address_max=1))
    with caplog.at_level(logging.WARNING):
        entered(entrance, *["192.0.2.1"] * 100, "192.0.2.2", "192.0.2.3", *["192.0.2.4"] * 7)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(",")[0] for line in lines] == ["connections refused: 99", "connections refused: 7"]
    assert not any("192.0.2" in line for line in lines)


def test_the_line_comes_once_a_second_by_itself() -> None:
    async def scenario() -> None:
        entrance = Entrance(ServingLimits(connections_max=0, connections_per_address_max=1))
        entrance.enter("192.0.2.1")
        waits = entrance._telling
        entrance.enter("192.0.2.1")
        assert waits is not None
        assert entrance._telling is waits
        assert 0.5 < waits.when() - asyncio.get_running_loop().time() <= 1.0
        waits.cancel()

    run(scenario())


def test_a_crowd_is_let_in_by_and_by() -> None:
    entrance, now, let_in = Entrance(ServingLimits()), 100.0, 0
    for _ in range(32):
        assert entrance.pause_s(now) == 0.0
    while now < 102.0:
        now += entrance.pause_s(now)
        let_in += 1
    assert let_in == pytest.approx(240, abs=3)
    assert all(entrance.pause_s(now + 1 + number) == 0.0 for number in range(50))


def test_no_address_can_take_all_places_of_those_who_are_to_sign_in() -> None:
    limits = ServingLimits()
    assert limits.connections_per_address_max < limits.connections_unsigned_max < limits.connections_max
