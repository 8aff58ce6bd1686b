"""Opus, MP3, AAC and FLAC as streams: samples in, and what a client can decode out at once. The codecs are FFmpeg's.

The library takes 50 to 90 ms and 20 MB to import, so that happens where it is used (docs/adr/0015-codecs.md).
"""

import importlib
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from hiwar.audio.codecs import have_codecs
from hiwar.audio.framing import OggOpus, PacketFraming, adts, flac_header, unframed
from hiwar.audio.pcm import Samples, to_int16
from hiwar.errors import ErrorCode, HiwarError
from hiwar.vocabulary import SpeechFormat

if TYPE_CHECKING:
    from av import AudioCodecContext, AudioFrame

Compressed = Literal[SpeechFormat.OPUS, SpeechFormat.MP3, SpeechFormat.AAC, SpeechFormat.FLAC]

_OPUS_RATES = (8000, 16000, 24000, 48000)

_FLAC_BLOCK_MS = 20
"""What a client waits for; the encoder's own choice is 100."""


@dataclass(frozen=True, slots=True)
class _Coding:
    """How one format is made. `bits_per_s` at most, `bits_per_sample` at low rates; 0: as many as it needs."""

    encoder: Literal["libopus", "libmp3lame", "aac", "flac"]
    sample_format: Literal["s16", "s16p", "fltp"]
    bits_per_s: int = 0
    bits_per_sample: int = 4
    options: dict[str, str] = field(default_factory=dict)


_CODINGS: dict[Compressed, _Coding] = {
    # 20 ms a packet. Low delay costs half as much as Opus' speech modes, and is nearer to the original at this bitrate.
    SpeechFormat.OPUS: _Coding("libopus", "s16", 48_000, 6, {"application": "lowdelay", "frame_duration": "20"}),
    # Without the bit reservoir every frame can be decoded when it comes.
    SpeechFormat.MP3: _Coding("libmp3lame", "s16p", 64_000, options={"reservoir": "0"}),
    # FFmpeg's own choice takes several times as long, and some of its frames are hardly louder than their error.
    SpeechFormat.AAC: _Coding("aac", "fltp", 64_000, options={"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0"}),
    SpeechFormat.FLAC: _Coding("flac", "s16"),
}


@dataclass(frozen=True, slots=True)
class _Packet:
    """What an encoder gave, and the sample of the request that it ends at; before 0 lies what primes the decoder."""

    data: bytes = field(repr=False)
    end: int


def preload_codecs() -> None:
    """Import the library, if it is there, before a request has to wait for it."""
    if have_codecs():
        importlib.import_module("av")


def compressed_rate(encoding: Compressed, sample_rate: int) -> int:
    """The rate in Hz to encode at: Opus has no 22,050 and 44,100 and takes the next higher one."""
    if encoding is not SpeechFormat.OPUS:
        return sample_rate
    return min(rate for rate in _OPUS_RATES if rate >= sample_rate)


class Compressor:
    """One stream of `encoding` that a client asked for at `sample_rate` Hz, of samples at `compressed_rate`.

    The encoder is opened by the first samples, on the thread that brings them, and its memory, which is not Python's,
    freed by `finish` or `close`. Raises HiwarError when the library is missing, or fails.
    """

    def __init__(self, encoding: Compressed, sample_rate: int) -> None:
        if not have_codecs():
            raise _missing(encoding)
        self._encoding: Compressed = encoding
        self._asked_rate = sample_rate
        self._rate = compressed_rate(encoding, sample_rate)
        self._waiting = np.zeros(0, np.int16)
        self._taken_samples = 0
        self._given_samples = 0
        self._codec: AudioCodecContext | None = None
        self._framing: PacketFraming = unframed
        self._header = b""

    @property
    def given_samples(self) -> int:
        """How many samples, at `compressed_rate`, can be decoded from the bytes given out so far."""
        return self._given_samples

    def encode(self, samples: Samples) -> bytes:
        """The bytes of the packets that became complete, behind the header if they are the first; may be empty."""
        self._waiting = np.concatenate((self._waiting, to_int16(samples)))
        return self._encoded(finish=False)

    def finish(self) -> bytes:
        """The rest, also what the encoder held back. Of no audio at all: a stream of one silent sample."""
        if not self._taken_samples + self._waiting.size:
            self._waiting = np.zeros(1, np.int16)
        encoded = self._encoded(finish=True)
        self.close()
        return encoded

    def close(self) -> None:
        """Free the encoder. Nothing can be encoded afterwards."""
        self._codec = None

    def _encoded(self, *, finish: bool) -> bytes:
        import av

        try:
            codec = self._codec or self._open()
            packets = self._packets(codec, finish=finish)
        except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
            message = f"The audio could not be encoded as {self._encoding}; ask for pcm or wav, or try again."
            raise HiwarError(ErrorCode.INTERNAL, message) from error
        if not packets:
            return b""
        self._given_samples = max(0, min(packets[-1].end, self._taken_samples))
        header, self._header = self._header, b""
        last = packets[-1] if finish else None
        return header + b"".join(self._framing(packet.data, packet.end, packet is last) for packet in packets)

    def _packets(self, codec: "AudioCodecContext", *, finish: bool) -> list[_Packet]:
        """Encode whole frames, at the end also what is left."""
        packets, size = [], codec.frame_size
        end = self._waiting.size if finish else self._waiting.size // size * size
        for start in range(0, end, size):
            part = self._waiting[start : min(start + size, end)]
            packets += codec.encode(self._frame(part))
            self._taken_samples += part.size
        self._waiting = self._waiting[end:]
        if finish:
            packets += codec.encode(None)
        return [_Packet(bytes(packet), (packet.pts or 0) + (packet.duration or 0)) for packet in packets]

    def _frame(self, part: NDArray[np.int16]) -> "AudioFrame":
        from av import AudioFrame

        sample_format = _CODINGS[self._encoding].sample_format
        values = part.astype(np.float32) / np.float32(32768) if sample_format == "fltp" else part
        frame = AudioFrame.from_ndarray(values[np.newaxis], sample_format, "mono")
        frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
        frame.pts = self._taken_samples
        return frame

    def _open(self) -> "AudioCodecContext":
        import av
        from av.codec.context import Flags

        coding = _CODINGS[self._encoding]
        codec = av.CodecContext.create(coding.encoder, "w")
        codec.sample_rate, codec.time_base = self._rate, Fraction(1, self._rate)
        codec.format, codec.layout = coding.sample_format, "mono"
        codec.thread_count = 1
        # The header apart from the packets, and no name of the library's version in them.
        codec.flags |= Flags.global_header | Flags.bitexact
        if coding.bits_per_s:
            codec.bit_rate = min(coding.bits_per_s, coding.bits_per_sample * self._rate)
        codec.options = dict(coding.options)
        if self._encoding is SpeechFormat.FLAC:
            codec.options["frame_size"] = str(self._rate * _FLAC_BLOCK_MS // 1000)
        codec.open()
        self._codec = codec
        self._frame_by(codec.extradata or b"")
        return codec

    def _frame_by(self, description: bytes) -> None:
        """`description` is what the encoder says of its stream, in the form that its format has for that."""
        match self._encoding:
            case SpeechFormat.OPUS:
                ogg = OggOpus(description, self._rate, self._asked_rate)
                self._framing, self._header = ogg.packet, ogg.header()
            case SpeechFormat.AAC:
                self._framing = adts(description)
            case SpeechFormat.FLAC:
                self._header = flac_header(description)
            case SpeechFormat.MP3:
                pass


def _missing(encoding: Compressed) -> HiwarError:
    sent = ", ".join(form for form in SpeechFormat if form not in _CODINGS)
    message = (
        f"This server cannot send {encoding}; format must be one of: {sent}. "
        "Its operator can add the others: pip install 'hiwar[codecs]'."
    )
    return HiwarError(ErrorCode.INVALID_FORMAT, message)
