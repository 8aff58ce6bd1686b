import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.cores import Cores
from hiwar.serving.workers import Share, Workers
from support.streams import Gate, run


@asynccontextmanager
async def working(*, threads: int = 1, waiting_max: int = 8) -> AsyncIterator[Workers]:
    workers = Workers(name="engine", threads=threads, niceness=5, waiting_max=waiting_max)
    try:
        yield workers
    finally:
        await asyncio.to_thread(workers.close)


@asynccontextmanager
async def one_thread_held(workers: Workers) -> AsyncIterator[None]:
    """Every further step waits while the context is open."""
    gate = Gate()
    held = asyncio.create_task(workers.run(gate, 1.0))
    await gate.reached.wait()
    try:
        yield
    finally:
        gate.open()
        await held


async def queued(workers: Workers, count: int) -> None:
    """Let tasks run until so many steps wait."""
    while workers.waiting < count:  # noqa: ASYNC110 - the queue has nothing to wait on, and needs one turn of the loop
        await asyncio.sleep(0)


def test_a_step_runs_on_an_engine_thread_and_its_result_comes_back() -> None:
    async def scenario() -> None:
        async with working() as workers:
            name = await workers.run(lambda: threading.current_thread().name, 0.0)
            assert name == "engine-0"
            assert workers.waiting == 0

    run(scenario())


def test_the_nearest_deadline_goes_first_and_equal_ones_in_the_order_of_their_arrival() -> None:
    async def scenario() -> None:
        done: list[str] = []
        async with working() as workers:
            async with one_thread_held(workers):
                asked = [("later 1", 2.0), ("first 1", 1.0), ("later 2", 2.0), ("first 2", 1.0), ("late", -3.0)]
                tasks = []
                for number, (name, deadline_s) in enumerate(asked, start=1):
                    tasks.append(asyncio.create_task(workers.run(partial(done.append, name), deadline_s)))
                    await queued(workers, number)
            await asyncio.gather(*tasks)
        assert done == ["late", "first 1", "first 2", "later 1", "later 2"]

    run(scenario())


def test_what_is_ahead_behind_a_due_step_of_its_key_takes_all_cores_that_are_free() -> None:
    async def scenario() -> None:
        workers = Workers(name="speak", threads=2, niceness=0, waiting_max=8, ahead_niceness=0, cores=Cores(4))
        due, ahead = [Gate(), Gate()], [Gate(), Gate()]
        tasks = [asyncio.create_task(workers.run(gate, 0.0)) for gate in due]
        for gate in due:
            await gate.reached.wait()
        for step, deadline_s in ((lambda: None, 0.0), (ahead[0], 1e9), (ahead[1], 1e9)):
            tasks.append(asyncio.create_task(workers.run(step, deadline_s)))
        await queued(workers, 3)
        due[0].open()
        for gate in ahead:
            await gate.reached.wait()
        for gate in (due[1], *ahead):
            gate.open()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(workers.close)

    run(scenario())


def test_one_step_too_many_is_told_that_the_server_is_busy() -> None:
    async def scenario() -> None:
        async with working(waiting_max=2) as workers:
            async with one_thread_held(workers):
                waiting = [asyncio.create_task(workers.run(lambda: 1, 1.0)) for _ in range(2)]
                await queued(workers, 2)
                with pytest.raises(HiwarError) as caught:
                    await workers.run(lambda: 1, 0.0)
                assert caught.value.code is ErrorCode.SERVER_BUSY
            assert await asyncio.gather(*waiting) == [1, 1]
            assert await workers.run(lambda: 2, 1.0) == 2

    run(scenario())


def test_what_is_not_due_takes_no_core_from_other_workers_until_it_is() -> None:
    async def scenario() -> None:
        cores, now = Cores(1), [0.0]
        order: list[str] = []
        speaking = Workers(
            name="speak", threads=1, niceness=0, waiting_max=8, ahead_niceness=0, cores=cores, clock=lambda: now[0]
        )
        hearing = Workers(name="hear", threads=1, niceness=0, waiting_max=8, cores=cores)
        try:
            async with one_thread_held(hearing):
                ahead = asyncio.create_task(speaking.run(partial(order.append, "ahead"), 100.0))
                await queued(speaking, 1)
                await speaking.run(partial(order.append, "due"), 0.1)
                assert order == ["due"]
                later = asyncio.create_task(speaking.run(partial(order.append, "due by now"), 50.0))
                await queued(speaking, 2)
                now[0] = 50.0
                await speaking.run(partial(order.append, "another"), 50.1)
                await later
            await ahead
            assert order == ["due", "due by now", "another", "ahead"]
            names = await asyncio.gather(
                *(speaking.run(lambda: threading.current_thread().name, at) for at in (0.0, 900.0))
            )
            assert names == ["speak-0", "speak-ahead-0"]
        finally:
            await asyncio.to_thread(speaking.close)
            await asyncio.to_thread(hearing.close)

    run(scenario())


def test_steps_run_at_once_on_as_many_threads_as_there_are() -> None:
    async def scenario() -> None:
        async with working(threads=2) as workers:
            both = threading.Barrier(2, timeout=10)
            await asyncio.gather(*(workers.run(both.wait, 1.0) for _ in range(2)))

    run(scenario())


def test_a_step_that_waits_is_dropped_when_its_caller_is_cancelled() -> None:
    async def scenario() -> None:
        ran: list[str] = []
        async with working(waiting_max=2) as workers:
            async with one_thread_held(workers):
                dropped = asyncio.create_task(workers.run(lambda: ran.append("dropped"), 1.0))
                kept = asyncio.create_task(workers.run(lambda: ran.append("kept"), 1.0))
                await queued(workers, 2)
                dropped.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await dropped
                assert workers.waiting == 1
            await kept
        assert ran == ["kept"]

    run(scenario())


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("failure", [None, ValueError("its result is dropped")])
def test_a_running_step_is_waited_for_however_often_its_caller_is_cancelled(
    times: int, failure: Exception | None
) -> None:
    async def scenario() -> None:
        over = threading.Event()
        gate = Gate()

        def step() -> None:
            gate()
            over.set()
            if failure is not None:
                raise failure

        async with working() as workers:
            caller = asyncio.create_task(workers.run(step, 1.0))
            await gate.reached.wait()
            for _ in range(times):
                caller.cancel()
                await asyncio.sleep(0)
            assert not caller.done()
            gate.open()
            with pytest.raises(asyncio.CancelledError):
                await caller
            assert over.is_set()
            assert await workers.run(lambda: "usable", 1.0) == "usable"

    run(scenario())


@pytest.mark.parametrize("error", [ValueError("x"), HiwarError(ErrorCode.INTERNAL, "x"), RuntimeError("x")])
def test_an_exception_reaches_the_caller_as_it_was(error: Exception) -> None:
    def step() -> None:
        raise error

    async def scenario() -> None:
        async with working() as workers:
            with pytest.raises(type(error)) as caught:
                await workers.run(step, 1.0)
            assert caught.value is error

    run(scenario())


@pytest.mark.parametrize("kind", [StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError])
def test_what_a_future_cannot_carry_becomes_a_runtime_error_and_the_thread_lives_on(kind: type[BaseException]) -> None:
    def step() -> None:
        raise kind

    async def scenario() -> None:
        async with working() as workers:
            with pytest.raises(RuntimeError, match=kind.__name__):
                await workers.run(step, 1.0)
            assert await workers.run(lambda: "usable", 1.0) == "usable"

    run(scenario())


def test_close_ends_the_threads_after_the_running_step_and_tells_those_who_wait() -> None:
    async def scenario() -> None:
        workers = Workers(name="engine", threads=1, niceness=5, waiting_max=8)
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("engine-")]
        gate = Gate()
        running = asyncio.create_task(workers.run(gate, 1.0))
        await gate.reached.wait()
        waiting = asyncio.create_task(workers.run(lambda: None, 1.0))
        await queued(workers, 1)
        closing = asyncio.create_task(asyncio.to_thread(workers.close))
        with pytest.raises(HiwarError) as caught:
            await waiting
        assert caught.value.code is ErrorCode.SERVER_BUSY
        assert not running.done()
        gate.open()
        await asyncio.gather(running, closing)
        assert threads
        assert not any(thread.is_alive() for thread in threads)
        with pytest.raises(HiwarError):
            await workers.run(lambda: None, 0.0)

    run(scenario())


def test_steps_whose_loop_is_gone_do_no_harm() -> None:
    workers = Workers(name="engine", threads=1, niceness=5, waiting_max=8)
    reached, go_on = threading.Event(), threading.Event()

    def step() -> None:
        reached.set()
        go_on.wait(30)

    loop = asyncio.new_event_loop()
    # Never awaited to their end, as after a loop that was stopped hard.
    callers = [workers.run(step, 1.0), workers.run(step, 1.0)]

    async def begin() -> None:
        for caller in callers:
            caller.send(None)

    loop.run_until_complete(begin())
    assert reached.wait(30)
    loop.close()
    go_on.set()
    workers.close()
    for caller in callers:
        caller.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("engine-")]


def test_steps_that_are_due_take_turns_among_keys() -> None:
    async def scenario() -> None:
        done: list[str] = []
        async with working() as workers:
            async with one_thread_held(workers):
                asked = [*(("a", f"a{number}") for number in range(4)), ("b", "b0")]
                tasks = []
                for number, (key, name) in enumerate(asked, start=1):
                    tasks.append(asyncio.create_task(workers.run(partial(done.append, name), 0.0, Share(key))))
                    await queued(workers, number)
            await asyncio.gather(*tasks)
        assert "b0" in done[:2]
        assert [name for name in done if name != "b0"] == ["a0", "a1", "a2", "a3"]

    run(scenario())
