"""Unit tests of a stream that listens on while its decodes wait or run elsewhere."""

import threading
from collections.abc import Callable

import pytest

from hiwar.engines.contracts import AbandonedError, Hypothesis, RecognitionEngine, Samples, always
from hiwar.pipelines.hearing import Hearing
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.pipelines.settings import RecognitionSettings
from hiwar.vocabulary import Language, RecognitionConfig, RecognitionEvent, SpeechEnded, SpeechStarted, Transcript
from support.scripted_recognition import LevelRecognizer, LevelVoice, finals, partials, silence, speech, work

SAMPLES_PER_MS = 16
SETTINGS = RecognitionSettings(first_partial_ms=200, partial_interval_ms=300, partial_interval_max_ms=500)


def pipeline(recognizer: RecognitionEngine | None = None) -> RecognitionPipeline:
    config = RecognitionConfig("test", language="en")
    return RecognitionPipeline(config, recognizer or LevelRecognizer(), LevelVoice(), SETTINGS)


def hear(stage: RecognitionPipeline, audio: bytes) -> tuple[list[RecognitionEvent], Hearing | None]:
    stage.accept(audio)
    return listen(stage)


def listen(stage: RecognitionPipeline) -> tuple[list[RecognitionEvent], Hearing | None]:
    listened = stage.listen()
    assert not listened.more
    return list(listened.events), listened.hearing


def asked(hearing: Hearing | None) -> Hearing:
    assert hearing is not None
    return hearing


def test_a_partial_hears_what_arrived_while_it_waited() -> None:
    recognizer = LevelRecognizer()
    stage = pipeline(recognizer)
    _, hearing = hear(stage, speech(0))
    assert hear(stage, speech(1)) == ([], None), "one decode at a time"
    asked(hearing).run()
    assert recognizer.asked[0][0] >= 2 * 400 * SAMPLES_PER_MS
    events, _ = listen(stage)
    assert [event.text for event in partials(events)] == ["amber birch"]


def test_who_had_to_wait_asks_less_often() -> None:
    def interval_ms(waited: bytes) -> int:
        stage = pipeline()
        _, hearing = hear(stage, speech(0))
        hear(stage, waited)
        asked(hearing).run()
        passed_ms = 0
        while (step := hear(stage, speech(1)[: 32 * 2 * SAMPLES_PER_MS]))[1] is None:
            passed_ms += 32
            assert step[1] is None
            assert passed_ms < 2000
        return passed_ms

    assert interval_ms(b"") < 320
    assert interval_ms(speech(1)[: 96 * 2 * SAMPLES_PER_MS]) in range(340, 420)
    assert interval_ms(speech(1, 2, 3)) in range(450, 520)


def test_the_final_takes_the_place_of_a_partial_that_waits() -> None:
    recognizer = LevelRecognizer()
    stage = pipeline(recognizer)
    _, partial = hear(stage, speech(0, 1))
    _, final = hear(stage, silence(300))
    assert asked(final).due_ms == 500 - 9 * 32
    asked(partial).run()
    assert recognizer.asked == []
    asked(final).run()
    assert recognizer.finals_asked == 1


def test_the_endpoint_may_pass_while_the_final_is_made() -> None:
    recognizer = LevelRecognizer()
    stage = pipeline(recognizer)
    hear(stage, speech(0, 1))
    _, final = hear(stage, silence(300))
    assert hear(stage, silence(400)) == ([], None)
    asked(final).run()
    events, hearing = listen(stage)
    assert finals(events) == ["amber birch"]
    assert isinstance(events[-1], SpeechEnded)
    assert hearing is None
    assert recognizer.finals_asked == 1


def test_audio_behind_the_endpoint_waits_for_the_final_and_is_not_lost() -> None:
    stage = pipeline()
    _, partial = hear(stage, speech(0, 1))
    asked(partial).run()
    events, final = hear(stage, silence(700) + speech(2) + silence(700))
    assert not any(isinstance(event, SpeechStarted) for event in events)
    assert stage.is_behind
    asked(final).run()
    events = work(stage)
    assert [type(event) for event in events if not (isinstance(event, Transcript) and not event.is_final)] == [
        Transcript,
        SpeechEnded,
        SpeechStarted,
        Transcript,
        SpeechEnded,
    ]
    assert finals(events) == ["amber birch", "cedar"]
    assert not stage.is_behind


def test_speech_that_returns_makes_the_early_final_void() -> None:
    recognizer = LevelRecognizer()
    stage = pipeline(recognizer)
    hear(stage, speech(0, 1))
    _, final = hear(stage, silence(250))
    _, partial = hear(stage, speech(2))
    asked(final).run()
    assert recognizer.asked == []
    asked(partial).run()
    events, final = hear(stage, silence(600))
    assert [event.text for event in partials(events)] == ["amber birch cedar"]
    asked(final).run()
    assert finals(work(stage)) == ["amber birch cedar"]


class Interrupted(LevelRecognizer):
    """Decodes until somebody else, at its first question, has had the chance to lose interest."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()
        self.go_on = threading.Event()

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",
        prefix: str = "",
        final: bool,
        words: bool = False,
        wanted: Callable[[], bool] = always,
    ) -> Hypothesis:
        self.began.set()
        assert self.go_on.wait(30)
        if not wanted():
            raise AbandonedError
        return super().recognize(samples, language=language, final=final, words=words)


def test_a_partial_under_way_is_abandoned_when_the_final_is_due() -> None:
    recognizer = Interrupted()
    stage = pipeline(recognizer)
    _, partial = hear(stage, speech(0, 1))
    thread = threading.Thread(target=asked(partial).run)
    thread.start()
    assert recognizer.began.wait(30)
    assert hear(stage, silence(300)) == ([], None), "the one under way ends first"
    recognizer.go_on.set()
    thread.join(30)
    assert recognizer.asked == [], "nothing was decoded"
    events, final = listen(stage)
    assert events == []
    asked(final).run()
    assert recognizer.finals_asked == 1


def test_after_a_partial_without_words_the_next_comes_sooner() -> None:
    class Deaf(LevelRecognizer):
        def recognize(
            self,
            samples: Samples,
            *,
            language: Language | None,
            settled: str = "",
            prefix: str = "",
            final: bool,
            words: bool = False,
            wanted: Callable[[], bool] = always,
        ) -> Hypothesis:
            super().recognize(samples, language=language, final=final)
            return Hypothesis("", "en", 0.0)

    def asked_for(recognizer: LevelRecognizer) -> int:
        stage, audio = pipeline(recognizer), speech(0, 1, 2, 3)
        for start in range(0, len(audio), 1024):
            stage.accept(audio[start : start + 1024])
            work(stage)
        return len(recognizer.asked)

    assert asked_for(Deaf()) > asked_for(LevelRecognizer())


def test_a_hearing_that_has_run_is_not_replaced_silently() -> None:
    ran = Hearing(lambda _wanted: None, due_ms=0)
    ran.run()
    assert ran.done
    assert not ran.abandon()


def test_a_hearing_says_where_its_audio_ends() -> None:
    stage = pipeline()
    _, partial = hear(stage, speech(0, 1))
    assert 700 < asked(partial).audio_ms <= 832
    _, final = hear(stage, silence(300))
    assert asked(final).audio_ms in range(832 + 150, 832 + 250)


def test_a_hearing_that_fails_is_not_done() -> None:
    def fails(_wanted: Callable[[], bool]) -> Transcript | None:
        raise ValueError

    hearing = Hearing(fails, due_ms=0)
    with pytest.raises(ValueError, match=r"^$"):
        hearing.run()
    assert not hearing.done


class Sure:
    """An end-of-turn engine of one opinion."""

    info = LevelRecognizer.info

    def __init__(self, probability: float) -> None:
        self.opinion = probability
        self.asked: list[int] = []

    def probability(self, samples: Samples) -> float:
        self.asked.append(len(samples))
        return self.opinion

    def close(self) -> None:
        pass


def silence_before_the_final_ms(opinion: float | None, spoken: bytes = speech(0, 1, 2, 3, 4, 5)) -> int:
    config = RecognitionConfig("test", language="en")
    hint = None if opinion is None else Sure(opinion)
    stage = RecognitionPipeline(config, LevelRecognizer(), LevelVoice(), SETTINGS, hint)
    stage.accept(spoken)
    assert finals(work(stage)) == []
    for passed_ms in range(32, 2000, 32):
        stage.accept(silence(32))
        if finals(work(stage)):
            return passed_ms
    raise AssertionError("the utterance never ended")


def test_who_sounds_finished_is_answered_sooner_and_who_does_not_later() -> None:
    assert silence_before_the_final_ms(0.95) < 350
    assert silence_before_the_final_ms(None) == silence_before_the_final_ms(0.5) in range(470, 530)
    assert silence_before_the_final_ms(0.05) in range(750, 850)


def test_of_a_short_utterance_the_end_is_not_guessed() -> None:
    assert silence_before_the_final_ms(0.95, speech(0, 1)) in range(470, 530)


def test_a_hint_holds_for_its_pause_alone() -> None:
    hint = Sure(0.95)
    config = RecognitionConfig("test", language="en")
    stage = RecognitionPipeline(config, LevelRecognizer(), LevelVoice(), SETTINGS, hint)
    stage.accept(speech(0, 1, 2, 3, 4, 5) + silence(250))
    work(stage)
    assert len(hint.asked) == 1
    hint.opinion = 0.5
    stage.accept(speech(0) + silence(400))
    assert finals(work(stage)) == []
    assert len(hint.asked) == 2
