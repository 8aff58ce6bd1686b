"""How many connections may be open at once, of all and of one address. Taking them is left to `http_server`."""

import asyncio
import ipaddress
import logging
from collections import Counter
from functools import lru_cache

from hiwar.serving.limits import ServingLimits

log = logging.getLogger("hiwar.server")

_TOLD_EVERY_S = 1.0
_LET_IN_PER_S, _AT_ONCE = 120, 32
"""A handshake takes a millisecond or more of the event loop: a crowd of them leaves most of it to those who are in."""
_IPV6_NETWORK_BITS = 64
"""What one customer has at the least: all addresses in it count as one."""


class Entrance:
    """Counts who is in. Peers on loopback count among all, but not by address: a proxy there brings many clients."""

    def __init__(self, limits: ServingLimits) -> None:
        self._connections_max = limits.connections_max
        self._per_address_max = limits.connections_per_address_max
        self._open = 0
        self._at_once: float = _AT_ONCE
        self._let_in_s = 0.0
        self._by_address: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._telling: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return self._open

    def enter(self, host: str) -> "Place | None":
        """A place for a connection from this IP address; None, and counted, when there is none left."""
        address = _counted_as(host)
        if self._open >= self._connections_max:
            self.refused("as limits.connections_max are open")
            return None
        if address is not None and self._by_address[address] >= self._per_address_max:
            self.refused("as limits.connections_per_address_max are open from their address")
            return None
        self._open += 1
        if address is not None:
            self._by_address[address] += 1
        return Place(self, address)

    def pause_s(self, now: float) -> float:
        """How long to wait after one was let in before the next is looked at. `now` is in seconds of any clock."""
        self._at_once = min(_AT_ONCE, self._at_once + (now - self._let_in_s) * _LET_IN_PER_S) - 1
        self._let_in_s = now
        return max(0.0, -self._at_once / _LET_IN_PER_S)

    def leave(self, address: str | None) -> None:
        """A place is free again."""
        self._open -= 1
        if address is not None:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    def refused(self, why: str) -> None:
        """One was not let in: logged with those of the same second, so that who knocks cannot fill the log."""
        self._refused[why] += 1
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TOLD_EVERY_S, self._tell)

    def _tell(self) -> None:
        self._telling = None
        refused, self._refused = self._refused, Counter()
        for why, count in refused.items():
            log.warning("connections refused: %d, %s", count, why)


class Place:
    """The place of one connection. It may be left more than once."""

    __slots__ = ("_address", "_entrance")

    def __init__(self, entrance: Entrance, address: str | None) -> None:
        self._entrance: Entrance | None = entrance
        self._address = address

    def leave(self) -> None:
        """The connection is closed."""
        entrance, self._entrance = self._entrance, None
        if entrance is not None:
            entrance.leave(self._address)


@lru_cache(maxsize=1024)
def _counted_as(host: str) -> str | None:
    """The address, or the network of an IPv6 one; None for loopback, and for what is no IP address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if (older := address.ipv4_mapped) is None:
            network = int(address) >> (128 - _IPV6_NETWORK_BITS)
            return None if address.is_loopback else f"{network:x}"
        address = older
    return None if address.is_loopback else str(address)
