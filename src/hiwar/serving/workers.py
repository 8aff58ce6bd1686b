"""The threads that run engine steps, the only place where a model computes: from a bounded queue.

In which order is left to `schedule`.
"""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.clock import Clock
from hiwar.serving.cores import Cores
from hiwar.serving.schedule import Entry, Schedule

Result = TypeVar("Result")


_LOOK_AGAIN_S = 0.1
"""How soon a thread that waits for a free core notices that the workers close."""

DUE_AHEAD_S = 0.15
"""What is due later than this waits for what is due, whosever it is."""


@dataclass(frozen=True, slots=True)
class Share:
    """Whose compute a step is, and how many times that of others they may have."""

    key: str = ""
    weight: float = 1.0


NOBODYS = Share()


@dataclass(frozen=True, slots=True)
class StepTimes:
    """When a step was asked for, when it began, and when it ended; in seconds of the workers' clock.

    `cpu_s` is what its thread computed meanwhile: nothing while others had the processor, nor what the engine does on
    threads of its own. `was_due`: it could not have waited.
    """

    asked_s: float
    began_s: float
    ended_s: float
    cpu_s: float
    was_due: bool = True

    @property
    def waited_s(self) -> float:
        """How long it stood in the queue."""
        return self.began_s - self.asked_s

    @property
    def ran_s(self) -> float:
        """How long it took a thread."""
        return self.ended_s - self.began_s


Observer = Callable[[StepTimes], None]
"""Told of a step that is over, on the event loop, whether anybody still waits for it or not."""


@dataclass(frozen=True, slots=True)
class _Job:
    step: Callable[[], Any]
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[Any]"
    asked_s: float
    observe: Observer | None


class Workers:
    """A fixed number of threads behind one queue. Deadlines are in seconds of `clock`.

    `niceness` (0 to 19) yields the processor to others. With `ahead_niceness` as many threads more, of that niceness,
    run what is not due within `due_ahead_s`, and the others nothing else than what is. They begin a step only while
    one of the `cores` is free, which other workers may fill, too: what nobody needs yet takes nothing from what
    somebody needs.
    """

    def __init__(
        self,
        *,
        name: str,
        threads: int,
        niceness: int,
        waiting_max: int,
        ahead_niceness: int | None = None,
        due_ahead_s: float = DUE_AHEAD_S,
        cores: Cores | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._waiting_max = waiting_max
        self._clock = clock
        self._schedule = Schedule[_Job](due_ahead_s)
        self._cores = cores or Cores(threads)
        self._lock = threading.Lock()
        self._due = threading.Condition(self._lock)
        self._ahead = threading.Condition(self._lock)
        self._closing = False
        self._is_split = ahead_niceness is not None
        take = self._take_due if self._is_split else self._take
        self._threads = _threads(name, threads, self._work, niceness, take)
        if ahead_niceness is not None:
            self._threads += _threads(f"{name}-ahead", threads, self._work, ahead_niceness, self._take_ahead)
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Steps that wait for a thread."""
        return len(self._schedule)

    async def run(
        self,
        step: Callable[[], Result],
        deadline_s: float,
        share: Share = NOBODYS,
        observe: Observer | None = None,
    ) -> Result:
        """Run one engine step on a worker thread, in the turn of its `share`; `observe` is told when it was.

        When the caller is cancelled, a step that waits is dropped, and one that runs is waited for: after `run` has
        returned or raised, nothing of it runs any more. Raises HiwarError server_busy when too many steps wait.
        """
        loop = asyncio.get_running_loop()
        job = _Job(step, loop, loop.create_future(), self._clock(), observe)
        entry = self._put(job, deadline_s, share)
        try:
            return await asyncio.shield(job.outcome)
        except asyncio.CancelledError:
            if not self._withdraw(entry):
                await _settled(job.outcome)
            raise

    def close(self) -> None:
        """End the threads after the steps that run now; who waits for a step gets HiwarError server_busy."""
        with self._lock:
            self._closing = True
            dropped = self._schedule.drain()
            self._due.notify_all()
            self._ahead.notify_all()
        for entry in dropped:
            _hand_back(entry.item, None, _busy(), None)
        for thread in self._threads:
            thread.join()

    def _put(self, job: _Job, deadline_s: float, share: Share) -> Entry[_Job]:
        with self._lock:
            if self._closing or len(self._schedule) >= self._waiting_max:
                raise _busy()
            entry = self._schedule.put(job, key=share.key, weight=share.weight, deadline_s=deadline_s)
            self._due.notify()  # to take it, or to know when it is due: those behind `ahead` may get no processor
            if self._is_split and not self._schedule.is_due(deadline_s, self._clock()):
                self._ahead.notify()
            return entry

    def _withdraw(self, entry: Entry[_Job]) -> bool:
        """Take a waiting step back; False when it has begun."""
        with self._lock:
            self._ahead.notify()
            return self._schedule.withdraw(entry) or not entry.begun

    def _work(self, niceness: int, take: "Callable[[], Entry[_Job] | None]") -> None:
        if sys.platform == "linux":  # elsewhere this would be the niceness of the whole process
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
        while (entry := take()) is not None:
            self._cores.begin()
            began_s, began_cpu_s = self._clock(), time.thread_time()
            try:
                outcome, error = entry.item.step(), None
            except BaseException as raised:  # noqa: BLE001 - carried to the driver that waits for it
                outcome, error = None, raised
            cpu_s = time.thread_time() - began_cpu_s
            self._cores.end()
            times = StepTimes(entry.item.asked_s, began_s, self._clock(), cpu_s, entry.is_due)
            with self._lock:
                self._schedule.done(entry, times.ran_s)
            _hand_back(entry.item, outcome, error, times)
            del entry, outcome, error  # an idle thread must not keep the last stream's audio alive

    def _take(self) -> Entry[_Job] | None:
        with self._lock:
            self._due.wait_for(lambda: len(self._schedule) or self._closing)
            return self._schedule.take(self._clock())

    def _take_due(self) -> Entry[_Job] | None:
        """What is due, or becomes due while no other thread has taken it."""
        with self._lock:
            while not self._closing:
                if entry := self._schedule.take_due(self._clock()):
                    self._ahead.notify()  # what stood behind it may not be due
                    return entry
                self._due.wait(self._schedule.due_in(self._clock()))
            return None

    def _take_ahead(self) -> Entry[_Job] | None:
        """What is not due, once a core is free; by then it may be due."""
        while True:
            is_free = self._cores.wait_free(_LOOK_AGAIN_S)
            with self._lock:
                if self._closing:
                    return None
                if is_free and (entry := self._schedule.take_ahead(self._clock())):
                    self._ahead.notify()  # another may begin what stood behind it
                    return entry
                if is_free:
                    self._ahead.wait()


def _threads(name: str, count: int, work: Callable[..., None], *arguments: object) -> list[threading.Thread]:
    names = [f"{name}-{number}" for number in range(count)]
    return [threading.Thread(target=work, args=arguments, name=one, daemon=True) for one in names]


def _busy() -> HiwarError:
    return HiwarError(ErrorCode.SERVER_BUSY, "The server has more work than it can do; try again in a moment.")


def _hand_back(job: _Job, result: object, error: BaseException | None, times: StepTimes | None) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is gone, and with it whoever waited
        job.loop.call_soon_threadsafe(_settle, job, result, error, times)


def _settle(job: _Job, result: object, error: BaseException | None, times: StepTimes | None) -> None:
    if not job.outcome.done():
        _resolve(job.outcome, result, error)
    if times is not None and job.observe is not None:
        job.observe(times)  # before whoever waits goes on: that is another turn of the loop


def _resolve(outcome: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
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
