from hiwar.serving.admission import Admission
from hiwar.serving.kept_place import KeptPlace
from hiwar.serving.limits import AdmissionSettings
from hiwar.serving.workers import NOBODYS, StepTimes
from support.streams import HeldClock


def test_who_was_served_has_its_place_until_nothing_is_asked_for_long() -> None:
    clock = HeldClock()
    admission = Admission(AdmissionSettings(), 2, clock)
    with KeptPlace(admission, clock) as place:
        assert place.stays_s is None
        for asked, voice in enumerate(("Yara", "Nouf"), start=1):
            admitted = place.asks(voice, NOBODYS, has_text=True)
            assert admitted.waits_since_s == clock.now
            admitted.ran(StepTimes(clock.now, clock.now, clock.now + 0.01, 0.01))
            admitted.first()
            admitted.lasted(2.0)
            place.answered()
            place.played_until_s = clock.now + 2.0
            assert place.stays_s == 32.0
            assert len(admission._here) == 1
            clock.now += 10.0 * asked
        assert place.stays_s == 30.0
        place.leave()
        assert place.stays_s is None
        assert admission.load == 0
        place.asks("Yara", NOBODYS, has_text=False)
    assert admission.load == 0


def test_time_to_listen_and_to_think_makes_a_stream_cost_less() -> None:
    clock = HeldClock()
    rates = []
    for thinks_s in (0.0, 20.0):
        admission = Admission(AdmissionSettings(), 2, clock)
        for _ in range(100):
            with KeptPlace(admission, clock) as place:
                admitted = place.asks("Yara", NOBODYS, has_text=True)
                admitted.ran(StepTimes(0.0, 0.0, 0.5, 0.5))
                admitted.lasted(5.0)
                clock.now += thinks_s
        rates.append(admitted.cost.rate(reduced=False))
    assert rates[0] > 3.5 * rates[1]
