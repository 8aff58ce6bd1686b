"""Audio as other software sends it: whole files and streams by PyAV's encoders, WAV and more by libsndfile."""

import io

import av
import numpy as np
import soundfile
import soxr

from hiwar.audio.pcm import Samples, to_int16

_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
_BLOCK = 960


class _Pipe:
    """Where nothing can be written twice: headers keep what their writer did not know at first."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)


def encoded(
    samples: Samples,
    sample_rate: int,
    container: str,
    codec: str,
    *,
    options: dict[str, str] | None = None,
    codec_options: dict[str, str] | None = None,
    layout: str = "mono",
    streamed: bool = False,
    video: bool = False,
) -> bytes:
    """Mono samples in every channel of a file, by options of the container and of the codec.

    Opus has fewer rates of its own than a stream may name.
    """
    rate = sample_rate if codec != "libopus" or sample_rate in _OPUS_RATES else max(_OPUS_RATES)
    steps = to_int16(np.asarray(soxr.resample(samples, sample_rate, rate), np.float32))
    pipe, memory = _Pipe(), io.BytesIO()
    with av.open(pipe if streamed else memory, "w", format=container, options=options or {}) as file:
        stream = file.add_stream(codec, rate=rate, options=codec_options, layout=layout)
        assert isinstance(stream, av.AudioStream)
        if video:
            _add_pictures(file)
        for start in range(0, steps.size, _BLOCK):
            block = np.repeat(steps[start : start + _BLOCK], stream.codec_context.layout.nb_channels)
            frame = av.AudioFrame.from_ndarray(block[None, :], format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return bytes(pipe.written) if streamed else memory.getvalue()


def _add_pictures(file: av.container.OutputContainer) -> None:
    stream = file.add_stream("mpeg4", rate=25)
    stream.width = stream.height = 64
    for _ in range(10):
        file.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
    file.mux(stream.encode(None))


def by_libsndfile(samples: Samples, sample_rate: int, container: str, subtype: str) -> bytes:
    """Samples of the shape (n,) or (n, channels) in a file by another encoder."""
    memory = io.BytesIO()
    soundfile.write(memory, samples, sample_rate, format=container, subtype=subtype)
    return memory.getvalue()
