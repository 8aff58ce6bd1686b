"""One recognition stream over the exact tone engines: what resampling holds back is neither lost nor shifted."""

import numpy as np
import pytest
import soxr

from hiwar.audio.pcm import to_linear16
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.engines.tone.voice_activity import ToneVoiceActivity
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import RECOGNITION_SAMPLE_RATES, RecognitionConfig, SpeechEnded
from support.scripted_recognition import finals, work
from support.tones import TONE_RATE

GAP_MS = 16
"""What a decoder needs to see of the silence behind a tone; resamplers hold back twice as much and more."""


def spoken_to_the_last_tone(text: str, sample_rate: int) -> bytes:
    """The text in tones without the space that is spoken behind it, cut off right behind its last tone."""
    pieces = ToneSynthesis().synthesize(text, voice="tone", language="en", speed=1.0, sample_rate=TONE_RATE)
    *characters, _space = (piece.samples for piece in pieces)
    samples = np.pad(np.trim_zeros(np.concatenate(characters), "b"), (0, TONE_RATE * GAP_MS // 1000))
    return to_linear16(np.asarray(soxr.resample(samples, TONE_RATE, sample_rate), np.float32))


@pytest.mark.parametrize("sample_rate", RECOGNITION_SAMPLE_RATES)
def test_finalize_hears_the_last_sound_and_what_follows_is_whole(sample_rate: int) -> None:
    config = RecognitionConfig("test", sample_rate=sample_rate, interim_results=False)
    stage = RecognitionPipeline(config, ToneRecognition(), ToneVoiceActivity())
    audio = spoken_to_the_last_tone("hello مرحبا", sample_rate)
    stage.accept(audio[:-1])
    stage.finalize()
    stage.accept(audio[-1:] + audio)
    stage.finalize()
    events = work(stage)
    assert finals(events) == ["hello مرحبا", "hello مرحبا"]
    length_ms = len(audio) // 2 * 1000 // sample_rate
    for number, end in enumerate([event for event in events if isinstance(event, SpeechEnded)], start=1):
        assert abs(end.end_ms - number * length_ms) <= 150
