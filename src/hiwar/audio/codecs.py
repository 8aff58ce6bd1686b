"""What the codec library gives, as samples and in our errors: its decoders, its frames, and what to say without it.

The library is PyAV, an extra; importing this module needs it not. Which packets go in is left to the containers.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiwar.audio.pcm import Samples
from hiwar.errors import ErrorCode, HiwarError

if TYPE_CHECKING:
    import av


def have_codecs() -> bool:
    """Whether the codec library is installed."""
    return importlib.util.find_spec("av") is not None


def corrupt_audio() -> HiwarError:
    """The error for bytes that are not what their own headers promise."""
    return HiwarError(
        ErrorCode.CORRUPT_AUDIO, "The audio is damaged or incomplete; send every byte of it, once and in order."
    )


@contextmanager
def decoding_errors() -> Iterator[None]:
    """What the codec library raises about its input, as a HiwarError."""
    import av

    try:
        yield
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise corrupt_audio() from error


class PacketDecoder:
    """One codec, fed whole packets. `extradata` is the codec's own header; `options` are the library's."""

    def __init__(self, codec: str, extradata: bytes, sample_rate: int, options: dict[str, str] | None = None) -> None:
        import av

        with decoding_errors():
            context = av.CodecContext.create(codec, "r")
            assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - both codecs are audio
            context.extradata = extradata
            context.sample_rate = sample_rate
            context.thread_count = 1
            context.options = options or {}
            context.open()
        self._context = context

    def decode(self, packet: bytes) -> list["av.AudioFrame"]:
        """What a packet of at least one byte holds. Raises HiwarError corrupt_audio."""
        import av

        with decoding_errors():
            return self._context.decode(av.Packet(packet))


def mono(frame: "av.AudioFrame") -> Samples:
    """A frame of any sample format, its channels mixed."""
    samples = to_float(frame.to_ndarray())
    if frame.format.is_planar:
        return mixed(samples.T)
    return mixed(samples.reshape(-1, frame.layout.nb_channels))


def mixed(samples: Samples) -> Samples:
    """The mean of the channels, from the shape (n, channels)."""
    mean: Samples = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1, dtype=np.float32)
    return mean


def to_float(samples: NDArray[Any]) -> Samples:
    """Integers and floats of any width at full scale 1.0, of any shape; what is no number is silence."""
    if samples.dtype.kind == "f":
        floats: Samples = np.clip(np.nan_to_num(samples, posinf=1.0, neginf=-1.0), -1.0, 1.0).astype(np.float32)
    elif samples.dtype == np.uint8:
        floats = (samples.astype(np.float32) - np.float32(128)) / np.float32(128)
    else:
        floats = samples.astype(np.float32) / np.float32(1 << (8 * samples.dtype.itemsize - 1))
    return floats
