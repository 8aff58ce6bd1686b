"""How late the event loop comes to what is due: everything that waits in the process waits so much longer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from hiwar.serving.observation import Observatory

_EVERY_S = 0.02
"""Often enough to see a step of 10 ms on the loop now and then; it costs a thousandth of a core."""


@contextlib.asynccontextmanager
async def watched_loop(observatory: Observatory) -> AsyncIterator[None]:
    """Measure while the context is open."""
    watching = asyncio.create_task(_watch(observatory))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def _watch(observatory: Observatory) -> None:
    clock, observe = observatory.clock, observatory.metrics.event_loop_delay.observe
    while True:
        began_s = clock()
        await asyncio.sleep(_EVERY_S)
        observe(max(0.0, clock() - began_s - _EVERY_S))
