"""A request in a compressed format, from its text to the player and back to text."""

import itertools

import numpy as np
import pytest

from hiwar.audio.polyphase import PolyphaseResampler
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.pipelines.synthesis import SynthesisPipeline
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import (
    MODEL_SAMPLE_RATE,
    SYNTHESIS_SAMPLE_RATES,
    AudioFormat,
    SpeechFormat,
    SpeechRequest,
    Voice,
)
from support.memory import needs_resident_memory, resident_kb
from support.players import play

VOICE = Voice("Yara", "ar", ("ar", "en"), "none", "tone", "tone", "none", "none", "exact", "")
COMPRESSED = (SpeechFormat.OPUS, SpeechFormat.MP3, SpeechFormat.AAC, SpeechFormat.FLAC)
TEXT = "One two. ثلاثة!"


def pipeline(text: str, audio: AudioFormat) -> SynthesisPipeline:
    request = SpeechRequest("r", text, "Yara", audio, 1.5)
    return SynthesisPipeline(request, SegmentFeed.whole(text), voice=VOICE, engine=ToneSynthesis(), clock=lambda: 0.0)


@pytest.mark.parametrize("rate", SYNTHESIS_SAMPLE_RATES)
@pytest.mark.parametrize("encoding", COMPRESSED)
def test_the_text_comes_back_from_every_format_at_every_rate(encoding: SpeechFormat, rate: int) -> None:
    speaking = pipeline(TEXT, AudioFormat(encoding, rate))
    chunks = list(itertools.chain.from_iterable(iter(speaking.step, None)))
    sent = b"".join(chunk.audio for chunk in chunks)
    played = play(sent, encoding)
    resampler = PolyphaseResampler(played.sample_rate or rate, MODEL_SAMPLE_RATE)
    audio = np.concatenate((resampler.process(played.samples), resampler.flush()))
    assert ToneRecognition().recognize(audio, language=None, final=True).text == TEXT
    progress = [chunk.progress.audio_ms for chunk in chunks]
    assert progress == sorted(progress)
    assert 0 <= audio.size / 16 - progress[-1] < 420  # what MP3 and AAC put around it, 8 kHz being the most


@needs_resident_memory
def test_a_request_that_is_stopped_frees_its_encoder() -> None:
    """An MP3 encoder is 0.4 MB that Python does not count."""
    stopped: list[SynthesisPipeline] = []

    def speak(requests: int) -> None:
        for _ in range(requests):
            stopped.append(pipeline("One.", AudioFormat(SpeechFormat.MP3, 24000)))
            assert stopped[-1].step()
            stopped[-1].close()

    speak(20)
    before_kb = resident_kb()
    speak(150)
    assert resident_kb() - before_kb < 15_000
