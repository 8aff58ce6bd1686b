"""All golden conversations."""

from golden import asr, asr_handshake, failures, sign_in, tts, tts_piecewise, tts_refusals

ALL = [
    conversation
    for module in (sign_in, tts, tts_refusals, tts_piecewise, asr_handshake, asr, failures)
    for conversation in module.CONVERSATIONS
]
