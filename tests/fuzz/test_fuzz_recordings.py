"""Recordings and forms that are damaged anywhere: audio of no more than is allowed, or an error of ours."""

import asyncio
import contextlib
import io

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from hiwar.audio.decoding import PcmDecoder
from hiwar.audio.files import read_recording
from hiwar.errors import HiwarError
from hiwar.serving.limits import ServingLimits
from hiwar.transports.rest.bodies import InvalidBodyError
from hiwar.transports.rest.transcriptions import CreateTranscription
from hiwar.transports.rest.uploads import upload
from hiwar.vocabulary import AudioEncoding
from support.encoded_files import by_libsndfile, encoded
from support.fuzzing import damaged, fuzzed, headed

TONE = (0.3 * np.sin(np.arange(4000) / 7)).astype(np.float32)
MAX_S = 1
CONTAINERS = {
    "wav": by_libsndfile(TONE, 16000, "WAV", "PCM_16"),
    "wav of 24 bits": by_libsndfile(TONE, 44100, "WAV", "PCM_24"),
    "wav in ADPCM": by_libsndfile(TONE, 16000, "WAV", "MS_ADPCM"),
    "flac": by_libsndfile(TONE, 16000, "FLAC", "PCM_16"),
    "ogg opus": by_libsndfile(TONE, 16000, "OGG", "OPUS"),
    "ogg vorbis": by_libsndfile(TONE, 16000, "OGG", "VORBIS"),
    "mp3": by_libsndfile(TONE, 16000, "MP3", "MPEG_LAYER_III"),
    "adts": encoded(TONE, 16000, "adts", "aac"),
    "mp4": encoded(TONE, 16000, "mp4", "aac"),
    "webm": encoded(TONE, 48000, "webm", "libopus"),
    "webm, streamed": encoded(TONE, 48000, "webm", "libopus", streamed=True),
}
FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="timestamp_granularities[]"\r\n\r\nword\r\n'
    b'--cut\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n--cut--\r\n'
)


@pytest.mark.parametrize("kind", CONTAINERS)
@fuzzed
@given(st.data())
def test_files(kind: str, data: st.DataObject) -> None:
    content = data.draw(damaged([CONTAINERS[kind]]) | headed([CONTAINERS[kind]]))
    with contextlib.suppress(HiwarError):
        recording = read_recording(io.BytesIO(content), MAX_S)
        assert recording is not None
        assert recording.duration_s <= MAX_S


@pytest.mark.parametrize(
    ("encoding", "kind"), [(AudioEncoding.FLAC, "flac"), (AudioEncoding.OGG_OPUS, "ogg opus")], ids=["flac", "ogg opus"]
)
@fuzzed
@given(st.data())
def test_streams(encoding: AudioEncoding, kind: str, data: st.DataObject) -> None:
    content = data.draw(damaged([CONTAINERS[kind]]) | headed([CONTAINERS[kind]]))
    cut = data.draw(st.integers(0, len(content)))
    decoder = PcmDecoder(encoding, 16000)
    try:
        with contextlib.suppress(HiwarError):
            for chunk in (content[:cut], content[cut:]):
                for samples in decoder.decode(chunk):
                    assert samples.size <= 2000
            decoder.flush()
    finally:
        decoder.close()


@fuzzed
@given(damaged([FORM]), st.sampled_from([b"cut", b'"cut"', b"", b"c" * 300, b"cut; charset=\xff"]))
@example(FORM[: FORM.index(b"RIFF") + 2], b"cut")
def test_forms(content: bytes, boundary: bytes) -> None:
    parts = [content[:100], content[100:]]

    async def receive() -> Message:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def taken() -> None:
        headers = [(b"content-type", b"multipart/form-data; boundary=" + boundary)]
        with contextlib.suppress(HiwarError, InvalidBodyError):
            async with upload(Request({"type": "http", "headers": headers}, receive), ServingLimits()) as form:
                CreateTranscription.of(form.fields)

    asyncio.run(taken())
