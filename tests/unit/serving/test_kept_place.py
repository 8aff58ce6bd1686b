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
            place.spoken(2.0)
            place.answered(stopped=False)
            assert place.stays_s == 32.0
            assert len(admission._here) == 1
            clock.now += 10.0 * asked
        assert place.stays_s == 30.0
        place.leave()
        assert place.stays_s is None
        assert admission.load == 0
        place.asks("Yara", NOBODYS, has_text=False)
    assert admission.load == 0


def test_who_was_refused_before_any_audio_keeps_no_place() -> None:
    clock = HeldClock()
    admission = Admission(AdmissionSettings(), 2, clock)
    with KeptPlace(admission, clock) as place:
        for _ in range(2):
            place.asks("Yara", NOBODYS, has_text=True)
            place.answered(stopped=False)
            assert place.stays_s is None
            assert admission.load == 0
            place.asks("Yara", NOBODYS, has_text=True)
            place.spoken(1.0)
            place.leave()


def test_a_place_stays_for_the_audio_of_all_requests_and_not_for_what_was_cancelled() -> None:
    clock = HeldClock()
    with KeptPlace(Admission(AdmissionSettings(), 2, clock), clock) as place:
        for audio_s in (60.0, 5.0):
            place.asks("Yara", NOBODYS, has_text=True)
            place.spoken(audio_s)
            place.answered(stopped=False)
        assert place.stays_s == 95.0
        place.asks("Yara", NOBODYS, has_text=True)
        place.answered(stopped=True)
        assert place.stays_s == 30.0


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
