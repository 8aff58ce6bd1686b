"""The threads that run engine steps, the only place where a model computes: by deadline, from a bounded queue."""

import asyncio
import contextlib
import heapq
import itertools
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hiwar.errors import ErrorCode, HiwarError

Result = TypeVar("Result")


@dataclass(order=True, slots=True)
class _Job:
    deadline_s: float
    order: int
    step: Callable[[], Any] = field(compare=False)
    loop: asyncio.AbstractEventLoop = field(compare=False)
    outcome: "asyncio.Future[Any]" = field(compare=False)
    begun: bool = field(default=False, compare=False)


class Workers:
    """A fixed number of threads behind one queue, in the order of deadlines: seconds of one clock.

    `niceness` (0 to 19) yields the processor to others.
    """

    def __init__(self, *, name: str, threads: int, niceness: int, waiting_max: int) -> None:
        self._niceness = niceness
        self._waiting_max = waiting_max
        self._jobs: list[_Job] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Steps that wait for a thread."""
        return len(self._jobs)

    async def run(self, step: Callable[[], Result], deadline_s: float) -> Result:
        """Run one engine step on a worker thread: the nearest deadline first, of equal ones who came first.

        When the caller is cancelled, a step that waits is dropped, and one that runs is waited for: after `run` has
        returned or raised, nothing of it runs any more. Raises HiwarError server_busy when too many steps wait.
        """
        loop = asyncio.get_running_loop()
        job = _Job(deadline_s, next(self._order), step, loop, loop.create_future())
        self._put(job)
        try:
            return await asyncio.shield(job.outcome)
        except asyncio.CancelledError:
            if not self._withdraw(job):
                await _settled(job.outcome)
            raise

    def close(self) -> None:
        """End the threads after the steps that run now; who waits for a step gets HiwarError server_busy."""
        with self._changed:
            self._closing = True
            dropped, self._jobs = self._jobs, []
            self._changed.notify_all()
        for job in dropped:
            _hand_back(job, None, _busy())
        for thread in self._threads:
            thread.join()

    def _put(self, job: _Job) -> None:
        with self._changed:
            if self._closing or len(self._jobs) >= self._waiting_max:
                raise _busy()
            heapq.heappush(self._jobs, job)
            self._changed.notify()

    def _withdraw(self, job: _Job) -> bool:
        """Take a waiting job back; False when it has begun."""
        with self._changed:
            if job.begun:
                return False
            if job in self._jobs:
                self._jobs.remove(job)
                heapq.heapify(self._jobs)
            return True

    def _work(self) -> None:
        if sys.platform == "linux":  # elsewhere this would be the niceness of the whole process
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
        while (job := self._take()) is not None:
            try:
                outcome, error = job.step(), None
            except BaseException as raised:  # noqa: BLE001 - carried to the driver that waits for it
                outcome, error = None, raised
            _hand_back(job, outcome, error)
            del job, outcome, error  # an idle thread must not keep the last stream's audio alive

    def _take(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing)
            if not self._jobs:
                return None
            job = heapq.heappop(self._jobs)
            job.begun = True
            return job


def _busy() -> HiwarError:
    return HiwarError(ErrorCode.SERVER_BUSY, "The server has more work than it can do; try again in a moment.")


def _hand_back(job: _Job, result: object, error: BaseException | None) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is gone, and with it whoever waited
        job.loop.call_soon_threadsafe(_settle, job.outcome, result, error)


def _settle(outcome: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if outcome.done():
        return
    if error is None:
        outcome.set_result(result)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        outcome.set_exception(error)
    else:  # what a future cannot carry
        outcome.set_exception(RuntimeError(f"an engine step ended with {type(error).__name__}"))


async def _settled(outcome: "asyncio.Future[Any]") -> None:
    """Wait until a running step is over, however often the caller is cancelled meanwhile; its result is dropped."""
    while not outcome.done():
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await asyncio.shield(outcome)
    if not outcome.cancelled():
        outcome.exception()
