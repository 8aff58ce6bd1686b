"""Unit tests of one recognition stream over engines that read their text exactly from the audio's level."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiwar.engines.contracts import RecognitionEngine
from hiwar.errors import HiwarError
from hiwar.pipelines.hearing import Listened
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.pipelines.settings import RecognitionSettings, UtteranceSettings
from hiwar.vocabulary import RecognitionConfig, RecognitionEvent, SpeechEnded, SpeechStarted, Transcript
from support.scripted_recognition import (
    GAP_MS,
    WORD_MS,
    WORDS,
    LevelRecognizer,
    LevelVoice,
    ListRecognizer,
    finals,
    partials,
    silence,
    speech,
    stream,
    work,
)

CONFIG = RecognitionConfig("test", language="en")
QUIET = replace(CONFIG, interim_results=False)
FRAME_BYTES = 2048
EAGER = RecognitionSettings(utterance=UtteranceSettings(agreement=2, settled_after_ms=0))
TALK = silence(600) + speech(0, 1, 2) + silence(900) + speech(3, 4) + silence(300) + speech(5) + silence(800)


def pipeline(
    recognizer: RecognitionEngine | None = None,
    config: RecognitionConfig = CONFIG,
    limits: RecognitionSettings | None = None,
) -> RecognitionPipeline:
    return RecognitionPipeline(config, recognizer or LevelRecognizer(), LevelVoice(), limits)


def test_an_utterance_starts_says_its_partials_its_final_and_ends() -> None:
    events = stream(pipeline(), silence(600) + speech(0, 1, 2) + silence(900), FRAME_BYTES)
    assert isinstance(events[0], SpeechStarted)
    assert isinstance(events[-1], SpeechEnded)
    middle = [event for event in events[1:-1] if isinstance(event, Transcript)]
    assert len(middle) == len(events) - 2
    assert [event.is_final for event in middle] == [False] * (len(middle) - 1) + [True]
    assert len(middle) > 2
    assert middle[-1].text == middle[-1].stable == "amber birch cedar"


def test_times_count_from_the_start_of_the_stream() -> None:
    events = stream(pipeline(), silence(600) + speech(0, 1) + silence(900), FRAME_BYTES)
    final = next(event for event in events if isinstance(event, Transcript) and event.is_final)
    spoken_ms = 2 * (WORD_MS + GAP_MS)
    assert abs(final.start_ms - 600) <= 32
    assert abs(final.end_ms - 600 - spoken_ms) <= 32
    assert events[0] == SpeechStarted(0, final.start_ms)
    assert events[-1] == SpeechEnded(0, final.end_ms)


def test_a_final_is_sent_at_the_endpoint_and_never_before_its_audio() -> None:
    stage = pipeline()
    stage.accept(speech(0, 1) + silence(460))
    assert finals(work(stage)) == []
    stage.accept(silence(100))
    assert finals(work(stage)) == ["amber birch"]


def test_segments_are_counted_and_pauses_part_them() -> None:
    events = stream(pipeline(config=QUIET), TALK, FRAME_BYTES)
    assert finals(events) == ["amber birch cedar", "delta ember fjord"]
    assert [event.segment for event in events] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("chunk_bytes", [7, 333, 2048, 50_001, len(TALK)])
def test_finals_do_not_depend_on_how_the_audio_was_cut(chunk_bytes: int) -> None:
    whole = stream(pipeline(config=QUIET), TALK, len(TALK))
    assert stream(pipeline(config=QUIET), TALK, chunk_bytes) == whole
    with_partials = stream(pipeline(), TALK, chunk_bytes)
    assert [event for event in with_partials if not (isinstance(event, Transcript) and not event.is_final)] == whole


def test_a_whole_file_in_one_chunk_is_decoded_once_per_utterance() -> None:
    recognizer = LevelRecognizer()
    stream(pipeline(recognizer), TALK, len(TALK))
    assert len(recognizer.asked) == 2


def test_a_long_silence_is_worked_on_in_bounded_steps() -> None:
    stage = pipeline()
    stage.accept(silence(60_000))
    steps = 1
    while stage.listen().more:
        steps += 1
    assert steps > 3


def test_without_interim_results_no_decode_is_spent_on_partials() -> None:
    recognizer = LevelRecognizer()
    events = stream(pipeline(recognizer, QUIET), TALK, FRAME_BYTES)
    assert partials(events) == []
    assert len(recognizer.asked) == recognizer.finals_asked


def test_the_early_final_is_shown_and_not_decoded_again_at_the_endpoint() -> None:
    recognizer = LevelRecognizer()
    stage = pipeline(recognizer)
    stage.accept(speech(0, 1) + silence(250))
    assert partials(work(stage))[-1].text == "amber birch"
    assert recognizer.finals_asked == 1
    stage.accept(silence(400))
    assert finals(work(stage)) == ["amber birch"]
    assert recognizer.finals_asked == 1


def test_speech_that_returns_undoes_the_early_final() -> None:
    stage = pipeline()
    stage.accept(speech(0, 1) + silence(250))
    work(stage)
    stage.accept(speech(2) + silence(600))
    assert finals(work(stage)) == ["amber birch cedar"]


def test_a_partial_that_says_nothing_new_is_not_repeated() -> None:
    recognizer = ListRecognizer(["hello there"] * 50)
    shown = partials(stream(pipeline(recognizer, limits=EAGER), speech(*range(8)) + silence(700), FRAME_BYTES))
    assert [(event.text, event.stable) for event in shown] == [("hello there", ""), ("hello there", "hello")]


def test_a_final_that_hears_the_stable_words_otherwise_keeps_them_and_all_that_follows() -> None:
    recognizer = ListRecognizer(["we walk home", "we walk home again", "So we walk, home again today"])
    stage = pipeline(recognizer, limits=EAGER)
    for part in (speech(0, 1), speech(2, 3)):
        stage.accept(part)
        assert len(partials(work(stage))) == 1
    stage.finalize()
    assert finals(work(stage)) == ["we walk home again today"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "جيم"]), max_size=5).map(" ".join), min_size=1, max_size=40))
def test_whatever_the_recogniser_says_stable_words_never_change(texts: list[str]) -> None:
    spoken = speech(0, 1, 2, 3) + silence(300) + speech(4, 5, 6, 7) + silence(700)
    events = stream(pipeline(ListRecognizer(texts), limits=EAGER), spoken, FRAME_BYTES)
    stable: list[str] = []
    for event in events:
        if isinstance(event, Transcript):
            assert event.text.startswith(event.stable)
            assert event.stable.split()[: len(stable)] == stable
            assert event.text.split()[: len(stable)] == stable
            stable = event.stable.split()
    assert not stable or finals(events)


def test_finalize_ends_the_utterance_and_the_next_one_goes_on_behind_it() -> None:
    stage = pipeline(config=QUIET)
    stage.accept(speech(0, 1))
    stage.finalize()
    stage.accept(speech(2, 3))
    stage.finish()
    assert finals(work(stage)) == ["amber birch", "cedar delta"]


def test_finalize_without_speech_says_nothing() -> None:
    stage = pipeline()
    stage.accept(silence(1000))
    stage.finalize()
    assert work(stage) == []


def test_a_stream_that_ends_in_mid_word_still_gets_its_final() -> None:
    cut = speech(0, 1)[: 2 * 16 * (WORD_MS + GAP_MS + WORD_MS // 2)]
    events = stream(pipeline(), cut, FRAME_BYTES)
    assert finals(events) == ["amber bi"]
    assert isinstance(events[-1], SpeechEnded)


def test_finished_twice_it_is_finished_once() -> None:
    stage = pipeline(config=replace(QUIET, sample_rate=48000))
    stage.accept(bytes(48000))
    for _ in range(2):
        stage.finish()
        assert work(stage) == []


def test_silence_makes_no_events() -> None:
    recognizer = LevelRecognizer()
    assert stream(pipeline(recognizer), silence(5000), FRAME_BYTES) == []
    assert recognizer.asked == []


def test_speech_without_text_has_no_final_but_an_end() -> None:
    events = stream(pipeline(ListRecognizer([])), speech(0, 1) + silence(700), FRAME_BYTES)
    assert [type(event) for event in events] == [SpeechStarted, SpeechEnded]


def test_speech_that_never_pauses_is_cut_between_words_and_loses_none() -> None:
    limits = RecognitionSettings(utterance_max_ms=3000, cut_search_ms=1000)
    numbers = [index % 8 for index in range(40)]
    events = stream(pipeline(limits=limits), speech(*numbers) + silence(700), FRAME_BYTES)
    assert " ".join(finals(events)).split() == [WORDS[number] for number in numbers]
    ended = [event.end_ms for event in events if isinstance(event, SpeechEnded)]
    started = [event.start_ms for event in events if isinstance(event, SpeechStarted)]
    assert len(ended) > 4
    assert started[1:] == ended[:-1]


def test_without_voice_activity_all_audio_is_speech_until_finalize() -> None:
    config = replace(QUIET, voice_activity=False)
    stage = pipeline(config=config)
    stage.accept(silence(1000) + speech(0) + silence(3000) + speech(1))
    assert work(stage) == [SpeechStarted(0, 0)]
    stage.finalize()
    assert finals(work(stage)) == ["amber birch"]
    stage.finalize()
    assert work(stage) == []
    stage.accept(speech(2))
    stage.finish()
    assert finals(work(stage)) == ["cedar"]


def test_the_stream_chooses_its_endpoint() -> None:
    audio = speech(0) + silence(300) + speech(1) + silence(1000)
    assert finals(stream(pipeline(config=replace(QUIET, endpointing_ms=200)), audio, FRAME_BYTES)) == ["amber", "birch"]
    assert finals(stream(pipeline(config=replace(QUIET, endpointing_ms=900)), audio, FRAME_BYTES)) == ["amber birch"]


def test_words_come_with_finals_when_asked_in_stream_time() -> None:
    config = replace(CONFIG, word_timestamps=True)
    events = stream(pipeline(config=config), silence(640) + speech(0, 1) + silence(700), FRAME_BYTES)
    final = next(event for event in events if isinstance(event, Transcript) and event.is_final)
    assert [(word.text, word.start_ms) for word in final.words] == [("amber", 640), ("birch", 640 + WORD_MS + GAP_MS)]
    assert all(event.words == () for event in partials(events))


def test_the_detected_language_holds_for_the_utterance_once_there_is_enough_audio() -> None:
    recognizer = LevelRecognizer()
    audio = speech(8, 9, 8, 9, 8, 9, 8, 9) + silence(700) + speech(0, 1) + silence(700)
    events = stream(pipeline(recognizer, replace(CONFIG, language="auto")), audio, FRAME_BYTES)
    assert [event.language for event in events if isinstance(event, Transcript) and event.is_final] == ["ar", "en"]
    settled_at = 16 * UtteranceSettings().settled_after_ms
    last = next(index for index, asked in enumerate(recognizer.asked) if asked[3])
    arabic = [(length, language) for length, language, _, _ in recognizer.asked[: last + 1]]
    assert all(language is None for length, language in arabic if length < settled_at)
    assert arabic[-1] == (max(arabic)[0], "ar")


def test_an_explicit_language_is_passed_on() -> None:
    recognizer = LevelRecognizer()
    stream(pipeline(recognizer, replace(CONFIG, language="ar")), TALK, FRAME_BYTES)
    assert {language for _, language, _, _ in recognizer.asked} == {"ar"}


def test_an_utterance_in_doubt_is_heard_again_together_with_the_one_before() -> None:
    recognizer = LevelRecognizer(confidence=0.5)
    events = stream(pipeline(recognizer, QUIET), TALK, len(TALK))
    assert finals(events) == ["amber birch cedar", "delta ember fjord"]
    assert [prefix for _, _, prefix, _ in recognizer.asked] == ["", "", "amber birch cedar"]


def test_an_utterance_in_doubt_long_after_another_is_heard_alone() -> None:
    recognizer = LevelRecognizer(confidence=0.5)
    stream(pipeline(recognizer, QUIET), speech(0) + silence(3000) + speech(1) + silence(700), FRAME_BYTES)
    assert [prefix for _, _, prefix, _ in recognizer.asked] == ["", ""]


def test_two_streams_do_not_mix() -> None:
    recognizer, voice = LevelRecognizer(), LevelVoice()
    first = RecognitionPipeline(CONFIG, recognizer, voice)
    second = RecognitionPipeline(CONFIG, recognizer, voice)
    here: list[RecognitionEvent] = []
    there: list[RecognitionEvent] = []
    audio = (speech(0, 1, 2) + silence(700), speech(5, 6, 7) + silence(700))
    for start in range(0, len(audio[0]), FRAME_BYTES):
        for stage, data, events in ((first, audio[0], here), (second, audio[1], there)):
            stage.accept(data[start : start + FRAME_BYTES])
            events.extend(work(stage))
    assert here == stream(pipeline(), audio[0], FRAME_BYTES)[: len(here)]
    assert finals(here) == ["amber birch cedar"]
    assert finals(there) == ["fjord grove heron"]


def test_a_minute_of_speech_and_silence_fits_the_buffer_of_one_utterance() -> None:
    limits = RecognitionSettings(utterance_max_ms=4000, cut_search_ms=1000)
    recognizer = LevelRecognizer()
    audio = speech(*range(8)) * 10 + silence(20_000) + TALK * 5
    events = stream(pipeline(recognizer, QUIET, limits), audio, len(audio))
    assert len(finals(events)) > 10
    assert max(length for length, _, _, _ in recognizer.asked) <= 16 * (4000 + 100)


def test_limits_that_contradict_each_other_lose_nothing() -> None:
    limits = RecognitionSettings(utterance_max_ms=2000, cut_search_ms=5000, recall_max_ms=60_000)
    events = stream(pipeline(LevelRecognizer(confidence=0.5), limits=limits), speech(*range(8)) * 2 + TALK, FRAME_BYTES)
    assert len(" ".join(finals(events)).split()) >= 8 * 2 + 6


def test_more_audio_than_may_wait_is_refused() -> None:
    stage = pipeline(limits=RecognitionSettings(pending_max_ms=1000))
    stage.accept(silence(1000))
    with pytest.raises(HiwarError):
        stage.accept(silence(1))
    work(stage)
    stage.accept(silence(1000))


def test_audio_ms_of_a_finished_stream_is_its_length() -> None:
    stage = pipeline(config=replace(CONFIG, sample_rate=8000))
    stage.accept(bytes(8000))
    stage.finish()
    work(stage)
    assert stage.audio_ms == 500


def test_closed_it_has_nothing_left_to_do() -> None:
    stage = pipeline()
    stage.accept(speech(0, 1))
    work(stage)
    stage.accept(speech(2))
    stage.close()
    assert stage.listen() == Listened((), None, more=False)
