"""Streams with a header of their own through the recognition pipeline: what is heard, and when, is as without one."""

from dataclasses import replace

import numpy as np
import pytest

from hiwar.audio.pcm import from_linear16
from hiwar.errors import ErrorCode, HiwarError
from hiwar.pipelines.recognition import RecognitionPipeline
from hiwar.vocabulary import AudioEncoding, RecognitionConfig, RecognitionEvent, Transcript
from support.encoded_files import encoded
from support.scripted_recognition import LevelRecognizer, LevelVoice, finals, silence, speech, stream, work

PLAIN = RecognitionConfig("test", language="en", interim_results=False)
TALK = silence(600) + speech(0, 1, 2) + silence(900) + speech(3, 4) + silence(300) + speech(5)
FLAC = replace(PLAIN, encoding=AudioEncoding.FLAC, sample_rate=8000)  # what it says of the rate does not count


def pipeline(config: RecognitionConfig) -> RecognitionPipeline:
    return RecognitionPipeline(config, LevelRecognizer(), LevelVoice())


def flac(linear16: bytes, frame_samples: int = 1024) -> bytes:
    options = {"frame_size": str(frame_samples)}
    return encoded(from_linear16(linear16), 16_000, "flac", "flac", codec_options=options)


def frames_of(data: bytes | bytearray) -> bytes | bytearray:
    """All behind the metadata, of which most is padding."""
    return data[data.find(b"\xff\xf8") :]


def said(events: list[RecognitionEvent]) -> list[tuple[str, int, int]]:
    return [(e.text, e.start_ms, e.end_ms) for e in events if isinstance(e, Transcript) and e.is_final]


@pytest.mark.parametrize("chunk_bytes", [31, 500, 2048, 1_000_000])
def test_what_is_lossless_is_heard_as_what_was_encoded(chunk_bytes: int) -> None:
    assert said(stream(pipeline(FLAC), flac(TALK), chunk_bytes)) == said(stream(pipeline(PLAIN), TALK, 2048))


def test_finalize_ends_the_utterance_after_what_is_whole() -> None:
    before, after = speech(0, 1) + silence(256), speech(2) + silence(64)
    stage, data = pipeline(FLAC), flac(before + after)
    frames = frames_of(data).split(b"\xff\xf8")[1:]
    whole = len(before) // 2 // 1024
    rest = sum(2 + len(frame) for frame in frames[whole:])
    # A few bytes of the next frame are there already: they wait.
    stage.accept(data[: 3 - rest])
    stage.finalize()
    assert finals(work(stage)) == ["amber birch"]
    stage.accept(data[3 - rest :])
    stage.finish()
    assert finals(work(stage)) == ["cedar"]


def test_audio_ms_is_the_length_of_the_audio_and_not_of_the_bytes() -> None:
    stage = pipeline(FLAC)
    stage.accept(flac(silence(5000)))
    stage.finish()
    work(stage)
    assert stage.audio_ms == 5000


def test_more_audio_in_a_frame_than_an_utterance_may_have_is_no_more_than_it_can_take() -> None:
    """Minutes of silence in less than a kilobyte, and 8 s in a frame: the buffer takes them bit by bit."""
    samples = np.zeros(5 * 60 * 8000, np.float32)
    data = encoded(samples, 8000, "flac", "flac", codec_options={"frame_size": "65535"})
    assert len(frames_of(data)) < 1000
    stage = pipeline(FLAC)
    stage.accept(data)
    assert stage.listen().more
    assert stage.audio_ms < 60_000
    stage.finish()
    work(stage)
    assert stage.audio_ms == 5 * 60 * 1000


def test_damage_ends_the_stream_with_its_code() -> None:
    data = bytearray(flac(TALK))
    data[-len(frames_of(data)) // 2] ^= 0xFF
    with pytest.raises(HiwarError) as raised:
        stream(pipeline(FLAC), bytes(data), 2048)
    assert raised.value.code is ErrorCode.CORRUPT_AUDIO


def test_closed_in_the_middle_it_decodes_no_more() -> None:
    stage = pipeline(FLAC)
    stage.accept(flac(silence(60_000)))
    stage.listen()
    stage.close()
    heard_ms = stage.audio_ms
    assert not stage.listen().more
    assert stage.audio_ms == heard_ms
