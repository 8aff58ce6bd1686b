"""Bounds that the sessions under test are given; a server's own come from its settings."""

from hiwar.protocol.asr_session import AsrSessionLimits
from hiwar.protocol.tts_session import TtsSessionLimits

TTS_LIMITS = TtsSessionLimits(
    text_chars_max=10_000, requests_queued_max=16, sign_in_timeout_ms=10_000, idle_timeout_ms=300_000
)
ASR_LIMITS = AsrSessionLimits(sign_in_timeout_ms=10_000, idle_timeout_ms=60_000, stalled_audio_ms=2_000)
