"""One recognition stream over the exact tone engines: what resampling holds back is neither lost nor shifted."""

import pytest

from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.voice_activity import ToneVoiceActivity
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, AudioEncoding, RecognitionConfig, SpeechEnded
from support.scripted_recognition import finals, work
from support.tones import spoken


@pytest.mark.parametrize("sample_rate", RECOGNITION_SAMPLE_RATES)
def test_finalize_hears_the_last_sound_and_what_follows_is_whole(sample_rate: int) -> None:
    config = RecognitionConfig("test", sample_rate=sample_rate, interim_results=False)
    stage = RecognitionPipeline(config, ToneRecognition(), ToneVoiceActivity())
    audio = spoken("hello مرحبا", sample_rate=sample_rate, encoding=AudioEncoding.LINEAR16)
    stage.accept(audio[:-1])
    stage.finalize()
    stage.accept(audio[-1:] + audio)
    stage.finalize()
    events = work(stage)
    assert finals(events) == ["hello مرحبا", "hello مرحبا"]
    length_ms = len(audio) // 2 * 1000 // sample_rate
    for number, end in enumerate([event for event in events if isinstance(event, SpeechEnded)], start=1):
        assert abs(end.end_ms - number * length_ms) <= 150
