"""The tone engines: exact, model-free speech for tests and first steps. Text becomes DTMF pairs, and text again."""

from hiwar.engines.contracts import EngineContext
from hiwar.engines.tone.recognition import ToneRecognition
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.engines.tone.voice_activity import ToneVoiceActivity


def load_synthesis(_context: EngineContext) -> ToneSynthesis:
    """Ready at once: there is no model."""
    return ToneSynthesis()


def load_recognition(_context: EngineContext) -> ToneRecognition:
    """Ready at once: there is no model."""
    return ToneRecognition()


def load_voice_activity(_context: EngineContext) -> ToneVoiceActivity:
    """Ready at once: there is no model."""
    return ToneVoiceActivity()
