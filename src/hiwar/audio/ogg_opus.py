"""Opus in Ogg (RFC 7845) as it arrives, to samples at 48 kHz. The codec itself is PyAV's."""

from collections.abc import Iterator

from hiwar.audio.codecs import PacketDecoder, corrupt_audio, mono
from hiwar.audio.ogg_pages import CAPTURE_PATTERN, OggPackets, OggPage, OggPages
from hiwar.audio.pcm import Samples
from hiwar.errors import ErrorCode, HiwarError

_HEAD = b"OpusHead"
_HEAD_BYTES_MIN = 19
_CHANNELS_MAX = 8


class OggOpusDecoder:
    """One stream, and those chained behind it, from chunks that are cut anywhere. Other streams beside it are skipped.

    What the encoder put before the audio is left out, and so is what its last page says is beyond the end.
    """

    sample_rate = 48_000

    def __init__(self) -> None:
        self._pages = OggPages()
        self._packets = OggPackets()
        self._codec: PacketDecoder | None = None
        self._serial = 0
        self._pre_skip = 0
        self._is_comment_due = True
        self._given = 0
        self._is_new = True

    @property
    def is_complete(self) -> bool:
        """Whether what came ends with a whole page and packet."""
        return self._codec is not None and not (self._pages.is_inside_page or self._packets.is_inside_packet)

    def decode(self, chunk: bytes) -> Iterator[Samples]:
        """The packets that became whole, up to 120 ms each, decoded one by one as they are asked for.

        Raises HiwarError corrupt_audio, or unsupported_format for anything but Opus in Ogg.
        """
        if self._is_new and chunk:
            self._is_new = False
            if not CAPTURE_PATTERN.startswith(chunk[:4]):
                raise _no_ogg_opus()
        for page in self._pages.read(chunk):
            if page.is_first:
                self._begin(page)
            elif self._codec is None:
                raise _no_ogg_opus()
            elif page.serial == self._serial:
                yield from self._audio(page, self._codec)

    def _begin(self, page: OggPage) -> None:
        head = page.body
        if not head.startswith(_HEAD) or (self._codec is not None and self._is_comment_due):
            return
        if len(head) < _HEAD_BYTES_MIN or head[8] >> 4 or not 1 <= head[9] <= _CHANNELS_MAX:
            raise corrupt_audio()
        self._codec = PacketDecoder("libopus", head, self.sample_rate)
        self._packets = OggPackets()
        self._serial = page.serial
        self._pre_skip = int.from_bytes(head[10:12], "little")
        self._is_comment_due = True
        self._given = 0

    def _audio(self, page: OggPage, codec: PacketDecoder) -> Iterator[Samples]:
        end = page.granule - self._pre_skip
        is_trimmed = page.is_last and end >= self._given
        for packet in self._packets.of(page):
            if self._is_comment_due:
                self._is_comment_due = False
                continue
            if not packet:
                raise corrupt_audio()
            for frame in codec.decode(packet):
                samples = mono(frame)
                if is_trimmed:
                    samples = samples[: end - self._given]
                self._given += samples.size
                yield samples


def _no_ogg_opus() -> HiwarError:
    message = "This is not Opus in Ogg; send a stream that begins with an Ogg page and an OpusHead."
    return HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message)
