"""Admission in virtual time: who is taken, who is refused and why, and what is spent on those who are here."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.admission import Admission, Admitted, Kind
from hiwar.serving.limits import AdmissionSettings
from hiwar.serving.workers import NOBODYS, Share, StepTimes
from support.streams import HeldClock

ASR, TTS = Kind("asr", "en", shows_partials=True), Kind("tts", "Yara")
A, B = Share("a"), Share("b")


@dataclass
class Desk:
    """Two threads, every chance even. What is held stays so until the test ends, or `leave` is called."""

    settings: AdmissionSettings
    threads: float = 2.0
    clock: HeldClock = field(default_factory=HeldClock)

    def __post_init__(self) -> None:
        self.admission = Admission(self.settings, self.threads, self.clock, chance=lambda: 0.5)
        self.stack = ExitStack()

    def take(self, kind: Kind, share: Share = NOBODYS) -> Admitted:
        """A request has its text."""
        admitted = self.stack.enter_context(self.admission.admitted(kind, share))
        if kind is TTS:
            admitted.waits()
        return admitted

    def refused(self, kind: Kind, share: Share = NOBODYS) -> HiwarError:
        with pytest.raises(HiwarError) as caught:
            self.take(kind, share)
        assert caught.value.code is ErrorCode.SERVER_BUSY
        return caught.value

    def fill(self, kind: Kind, share: Share = NOBODYS, at_most: int = 1000) -> int:
        """How many are taken until one is refused."""
        for count in range(at_most):
            self.clock.now += 0 if kind is TTS else 6
            try:
                self.take(kind, share)
            except HiwarError:
                return count
        return at_most

    def costs(self, kind: Kind, compute_s: float, first_s: float = 0.001) -> None:
        """Let a second of this kind be known to cost so much, in full and with less spent on it."""
        with self.admission.admitted(kind, NOBODYS) as one:
            for _ in range(50):
                one.cost.first(first_s)
            for reduced in (False, True):
                one.cost.add(compute_s=0.999 * compute_s * 1e6, audio_s=1e6, reduced=reduced)


@contextmanager
def desk(settings: AdmissionSettings | None = None, threads: float = 2.0) -> Iterator[Desk]:
    made = Desk(settings or AdmissionSettings(utilisation_max=0.85), threads)
    with made.stack:
        yield made


def ran(seconds: float) -> StepTimes:
    return StepTimes(0.0, 0.0, seconds, seconds)


@pytest.mark.parametrize(("compute_s", "threads", "streams"), [(0.1, 2, 17), (0.2, 2, 8), (0.4, 2, 4), (0.2, 8, 34)])
def test_as_many_are_taken_as_the_machine_can_serve(compute_s: float, threads: int, streams: int) -> None:
    with desk(threads=threads) as here:
        here.costs(ASR, compute_s)
        assert here.fill(ASR) == streams
        assert here.admission.load == pytest.approx(streams * compute_s / threads, rel=0.01)
        assert here.admission.refused == {"compute": 1}


def test_the_first_is_always_taken_however_slow_the_machine() -> None:
    with desk() as here:
        here.costs(ASR, 9.0)
        assert here.fill(ASR) == 1


def test_costs_are_learned_from_the_steps_and_a_guess_is_forgotten() -> None:
    with desk() as here:
        stream = here.take(ASR)
        before = here.fill(ASR)
        for _ in range(600):
            stream.ran(ran(0.002))
            stream.lasted(0.1)
        assert here.fill(ASR) > 4 * before


def test_a_guess_that_is_too_high_does_not_hold_streams_down_that_came_together() -> None:
    with desk(AdmissionSettings(utilisation_max=1.0, pressure_from=0.1)) as here:
        streams = [here.take(Kind("asr", "en")) for _ in range(3)]
        assert here.admission.reduced
        for _ in range(200):
            here.clock.now += 0.1
            for stream in streams:
                stream.ran(ran(0.001))
                stream.lasted(0.1)
        assert not here.admission.reduced


def test_streams_that_turn_out_dear_are_given_less_though_nobody_comes() -> None:
    with desk() as here:
        streams = [here.take(Kind("asr", "en")) for _ in range(3)]
        assert not here.admission.reduced
        for _ in range(100):
            here.clock.now += 0.1
            for stream in streams:
                stream.ran(ran(0.06))
                stream.lasted(0.1)
        assert here.admission.reduced


def test_those_who_come_one_by_one_are_not_taken_for_a_busier_machine() -> None:
    with desk() as here:
        here.costs(ASR, 0.05)
        streams = [here.take(ASR)]
        for tenths in range(120):
            here.clock.now += 0.1
            for stream in streams:
                stream.ran(ran(0.005))
                stream.lasted(0.1)
            if tenths >= 60 and tenths % 4 == 0:
                streams.append(here.take(ASR))
        assert here.admission.load < 0.5


def test_streams_that_come_all_at_once_are_taken_a_few_at_a_time() -> None:
    with desk() as here:
        here.costs(ASR, 0.1)
        taken = []
        for _ in range(6):
            count = 0
            while count < 100:
                try:
                    here.take(ASR)
                except HiwarError:
                    break
                count += 1
            taken.append(count)
            here.clock.now += 6
        assert taken == [8, 4, 2, 1, 1, 1]
        assert here.admission.refused == {"rush": 5, "compute": 1}


def test_of_those_who_are_spoken_to_a_quarter_as_many_again_come_at_once() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.001)
        taken = []
        for _ in range(6):
            taken.append(here.fill(TTS))
            here.clock.now += 6
        assert taken == [20, 20, 20, 20, 20, 25]


def test_many_keys_with_a_stream_each_share_the_room_of_one() -> None:
    with desk() as here:
        here.costs(ASR, 0.1)
        for number in range(17):
            here.clock.now += 6
            here.take(ASR, Share(f"key-{number}"))
        here.refused(ASR, Share("one more"))


def test_threads_that_are_busy_with_what_cannot_wait_take_nobody_new() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.001)
        request = here.take(TTS)
        for was_due, kept_out in ((False, False), (True, True)):
            for _ in range(1000):  # 10 s, two threads busy all the time, and little of it with computing
                here.clock.now += 0.01
                request.ran(StepTimes(0.0, 0.0, 0.02, 0.0001, was_due))
            if kept_out:
                here.refused(TTS)
            else:
                here.take(TTS)
        here.clock.now += 6.0
        here.take(TTS)


def test_what_the_threads_are_seen_to_need_grows_with_those_who_come() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.001)
        seen = [here.take(TTS) for _ in range(10)]
        for _ in range(1000):  # 10 s, one of two threads hardly ever idle
            here.clock.now += 0.01
            seen[0].ran(StepTimes(0.0, 0.0, 0.0099, 0.0001))
        assert here.fill(TTS) == 7  # when ten keep one thread busy, seventeen keep 1.7
        assert here.admission.refused == {"compute": 1}


def test_what_leaves_makes_room() -> None:
    with desk() as here:
        here.costs(ASR, 0.4)
        here.fill(ASR)
        here.stack.pop_all().close()
        assert here.admission.load == 0
        assert here.fill(ASR) == 4


def test_late_partials_keep_others_out_until_they_are_forgotten() -> None:
    with desk() as here:
        here.costs(ASR, 0.01)
        stream = here.take(ASR)
        for _ in range(40):
            stream.result(0.2)
        here.take(ASR)
        for _ in range(4):
            stream.result(0.9)
        error = here.refused(ASR)
        assert here.admission.refused == {"partial_lag": 1}
        assert (error.retry_after_ms or 0) >= 1000
        here.take(TTS)  # its own objective holds
        here.clock.now += 16
        here.take(ASR)


def test_a_burst_of_requests_is_taken_as_far_as_first_audio_comes_in_time() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.02)
        # Each takes 10 ms of the two threads before the next; the last one 20 ms more to its own first audio.
        assert here.fill(TTS) == 19
        assert here.admission.refused == {"first_audio": 1}


def test_whoever_has_its_first_audio_is_in_nobodys_way() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.02)
        for _ in range(100):
            here.clock.now += 1
            here.take(TTS).first()


def test_whoever_waits_for_text_is_in_nobodys_way_either() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.02)
        for _ in range(100):
            here.clock.now += 1
            here.take(TTS).starved()


def test_late_first_audio_keeps_others_out() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.001)
        for late_s in (0.1, 0.2, 0.3):
            request = here.take(TTS)
            here.clock.now += late_s
            request.first()
        here.refused(TTS)
        assert here.admission.refused == {"first_audio": 1}


def test_a_flood_of_one_key_does_not_keep_another_out() -> None:
    with desk() as here:
        here.costs(TTS, 0.1, first_s=0.002)
        assert here.fill(TTS, A) == 17
        here.refused(TTS, A)
        assert here.fill(TTS, B) == 3  # as long as there is any compute left
        here.refused(TTS, A)


def test_a_burst_of_one_key_does_not_keep_another_out() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.05)
        here.fill(TTS, A)
        here.take(TTS, B)


def test_a_heavier_key_has_a_larger_even_share() -> None:
    with desk(AdmissionSettings(utilisation_max=0.5)) as here:
        here.costs(ASR, 0.1)
        assert here.fill(ASR, A) == 10
        assert here.fill(ASR, Share("b", 4.0)) == 8
        assert here.fill(ASR, Share("c", 1.0)) == 1


def test_under_pressure_less_is_spent_and_when_it_is_over_all() -> None:
    with desk(AdmissionSettings(pressure_from=0.5, utilisation_max=1.0)) as here:
        here.costs(ASR, 0.1)
        leaving = []
        for _ in range(10):
            here.clock.now += 6
            one = ExitStack()
            one.enter_context(here.admission.admitted(ASR, NOBODYS))
            leaving.append(one)
        assert not here.admission.reduced
        here.clock.now += 6
        here.take(ASR)
        assert here.admission.reduced
        leaving.pop().close()
        assert here.admission.reduced  # not at every one who comes or goes
        for one in leaving:
            one.close()
        assert not here.admission.reduced


def test_the_wait_is_told_by_how_soon_the_others_are_likely_to_end() -> None:
    waits = []
    for held_s in (1.0, 8.0):
        with desk() as here:
            here.costs(ASR, 0.4)
            for _ in range(100):
                with here.admission.admitted(ASR, NOBODYS):
                    here.clock.now += held_s
            here.fill(ASR)
            waits.append(here.refused(ASR).retry_after_ms or 0)
    assert waits[0] == pytest.approx(1000 / 4, rel=0.2)
    assert waits[1] == pytest.approx(8000 / 4, rel=0.2)


def test_the_more_are_refused_the_less_often_each_of_them_comes_back() -> None:
    with desk() as here:
        here.costs(TTS, 0.001, first_s=0.02)
        here.fill(TTS)
        alone = here.refused(TTS).retry_after_ms or 0
        for _ in range(250):
            here.clock.now += 0.001
            crowded = here.refused(TTS).retry_after_ms or 0
        assert alone < 300
        assert crowded > 8_000
        here.clock.now += 100
        assert (here.refused(TTS).retry_after_ms or 0) < 300


def test_without_admission_everybody_is_taken() -> None:
    with desk(AdmissionSettings(enabled=False)) as here:
        here.costs(ASR, 1.0)
        assert here.fill(ASR, at_most=50) == 50
        assert not here.admission.reduced
