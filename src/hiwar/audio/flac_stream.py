"""FLAC (RFC 9639) as it arrives, to samples at its own rate. The codec itself is PyAV's.

A frame does not say how long it is. It ends before the next header, or where its checksum comes out at the end of what
has arrived; the decoder, which checks it too, has the last word. So nothing waits for the frame behind it.
"""

from collections.abc import Iterator

from hiwar.audio.codecs import PacketDecoder, corrupt_audio, mono
from hiwar.audio.pcm import Samples
from hiwar.errors import ErrorCode, HiwarError

SAMPLE_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000)
"""In Hz: others would need resampling filters of any size."""

FLAC_CHECKS = {"err_detect": "crccheck+explode"}
"""Options with which the codec refuses a frame whose checksum is wrong."""

_MARKER = b"fLaC"
_STREAMINFO_BYTES = 34
_BLOCK_HEADER_BYTES = 4
_STREAMINFO = 0
_FRAME_BYTES_MAX = 1 << 20
_FRAME_HEADER_BYTES_MAX = 16
# Once in 28 MB what looks like a header is none, so one in a frame is forgiven; real ones follow a damaged frame.
_WRONG_ENDS_MAX = 1


def _table(polynomial: int, bits: int) -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte << (bits - 8)
        for _ in range(8):
            crc = (crc << 1) ^ (polynomial if crc >> (bits - 1) else 0)
        table.append(crc)
    return tuple(table)


_CRC_8 = _table(0x107, 8)
_CRC_16 = _table(0x18005, 16)


class FlacDecoder:
    """One stream from chunks that are cut anywhere. What its metadata says, but for the format, is skipped."""

    def __init__(self) -> None:
        self.sample_rate = 0
        """In Hz; 0 before the header is there."""
        self._held = bytearray()
        self._skip = 0
        self._is_last_block = False
        self._codec: PacketDecoder | None = None
        self._frame_bytes_max = 0
        self._total_samples = self._decoded_samples = 0
        self._forget_frame()

    @property
    def is_complete(self) -> bool:
        """Whether what came ends with a whole frame, and with the last one if the header counts the samples."""
        is_whole = self._is_last_block and not self._skip and not self._held
        return is_whole and self._total_samples in {0, self._decoded_samples}

    def decode(self, chunk: bytes) -> Iterator[Samples]:
        """The frames that became whole, up to 65,535 samples each, decoded one by one as they are asked for.

        Raises HiwarError corrupt_audio, or unsupported_format for anything but FLAC of a usual rate.
        """
        self._held += chunk
        if not self._is_past_metadata() or self._codec is None:
            return
        while (samples := self._next_frame(self._codec)) is not None:
            yield samples

    # -- metadata ----------------------------------------------------------------------------------------------

    def _is_past_metadata(self) -> bool:
        held = self._held
        while True:
            skipped = min(self._skip, len(held))
            del held[:skipped]
            self._skip -= skipped
            if self._skip:
                return False
            if self._is_last_block:
                return True
            if self._codec is None:
                if not self._is_opened():
                    return False
            elif len(held) < _BLOCK_HEADER_BYTES:
                return False
            else:
                self._is_last_block = bool(held[0] >> 7)
                self._skip = _BLOCK_HEADER_BYTES + int.from_bytes(held[1:4], "big")

    def _is_opened(self) -> bool:
        """Whether the format is known: it stands in the first block, always."""
        held = self._held
        if not _MARKER.startswith(held[:4]):
            raise _no_flac()
        block = len(_MARKER) + _BLOCK_HEADER_BYTES
        if len(held) < block + _STREAMINFO_BYTES:
            return False
        if held[4] & 0x7F != _STREAMINFO or int.from_bytes(held[5:8], "big") != _STREAMINFO_BYTES:
            raise corrupt_audio()
        info = bytes(held[block : block + _STREAMINFO_BYTES])
        self.sample_rate = int.from_bytes(info[10:13], "big") >> 4
        if self.sample_rate not in SAMPLE_RATES:
            raise _no_flac()
        channels, bits = (info[12] >> 1 & 7) + 1, ((info[12] & 1) << 4 | info[13] >> 4) + 1
        verbatim_bytes = int.from_bytes(info[2:4], "big") * channels * (bits + 1) // 8
        self._frame_bytes_max = min(_FRAME_BYTES_MAX, verbatim_bytes + 1024)
        self._total_samples = (info[13] & 15) << 32 | int.from_bytes(info[14:18], "big")
        self._codec = PacketDecoder("flac", info, self.sample_rate, FLAC_CHECKS)
        self._is_last_block = bool(held[4] >> 7)
        del held[: block + _STREAMINFO_BYTES]
        return True

    # -- frames ------------------------------------------------------------------------------------------------

    def _forget_frame(self) -> None:
        self._searched = 2
        self._wrong_ends = 0
        self._crc = self._crc_at = 0

    def _next_frame(self, codec: PacketDecoder) -> Samples | None:
        held = self._held
        if not b"\xff".startswith(held[:1]) or (len(held) > 1 and held[1] & 0xFE != 0xF8):
            raise corrupt_audio()
        sync = bytes(held[:2])
        while (at := held.find(sync, self._searched)) >= 0:
            is_header = _is_header(held[at : at + _FRAME_HEADER_BYTES_MAX])
            if is_header is None:
                break
            self._searched = at + 1
            if is_header:
                if (samples := self._decoded(codec, at)) is not None:
                    return samples
                self._wrong_ends += 1
                if self._wrong_ends > _WRONG_ENDS_MAX:
                    raise corrupt_audio()
        if len(held) > self._frame_bytes_max + _FRAME_HEADER_BYTES_MAX:
            raise corrupt_audio()
        self._searched = max(2, len(held) - 1) if at < 0 else at
        return self._decoded(codec, len(held)) if self._is_checksum_right() else None

    def _is_checksum_right(self) -> bool:
        """Whether all that has arrived may be one frame: its last two bytes bring the checksum to zero."""
        crc = self._crc
        for byte in self._held[self._crc_at :]:
            crc = (crc << 8 & 0xFFFF) ^ _CRC_16[crc >> 8 ^ byte]
        self._crc, self._crc_at = crc, len(self._held)
        return crc == 0 and len(self._held) > 2

    def _decoded(self, codec: PacketDecoder, end: int) -> Samples | None:
        """The frame up to `end`; None when it does not end there."""
        try:
            frames = codec.decode(bytes(self._held[:end]))
        except HiwarError:
            return None
        if len(frames) != 1 or frames[0].sample_rate != self.sample_rate:
            raise corrupt_audio()
        del self._held[:end]
        self._forget_frame()
        self._decoded_samples += frames[0].samples
        return mono(frames[0])


def _is_header(data: bytearray) -> bool | None:
    """Whether a frame header begins here (RFC 9639, 9.1); None when there is too little to tell."""
    if len(data) < 5:
        return None
    block, rate, channels, bits = data[2] >> 4, data[2] & 15, data[3] >> 4, data[3] & 15
    if not block or rate == 15 or channels > 10 or bits & 1 or bits == 6:
        return False
    number = 1
    if data[4] & 0x80:
        number = f"{data[4]:08b}".index("0") if data[4] != 0xFF else 8
        if not 2 <= number <= 7:
            return False
    length = 4 + number + {6: 1, 7: 2}.get(block, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if len(data) <= length:
        return None
    crc = 0
    for byte in data[: length + 1]:
        crc = _CRC_8[crc ^ byte]
    return crc == 0


def _no_flac() -> HiwarError:
    rates = ", ".join(map(str, SAMPLE_RATES))
    message = f"This is not FLAC that can be read; send it from its header on, at one of these rates in Hz: {rates}."
    return HiwarError(ErrorCode.UNSUPPORTED_FORMAT, message)
