"""The voices that clients name, bound to what the loaded engines can speak. `bindings` says which to which."""

from collections.abc import Mapping

from hiwar.engines.contracts import EngineVoice, SynthesisEngine
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.serving.bindings import VoiceBinding
from hiwar.vocabulary import Voice


class VoiceCatalogue:
    """Every voice that a request may name, in the order of its bindings."""

    def __init__(self, bindings: Mapping[str, VoiceBinding], engines: Mapping[str, SynthesisEngine]) -> None:
        self._engines = engines
        self._voices = {name: _bind(name, binding, engines) for name, binding in bindings.items()}

    @property
    def voices(self) -> Mapping[str, Voice]:
        """Voices by name."""
        return self._voices

    def voice(self, name: str) -> Voice:
        """One voice. Raises HiwarError invalid_voice."""
        try:
            return self._voices[name]
        except KeyError:
            raise HiwarError(ErrorCode.INVALID_VOICE, f"voice must be one of: {', '.join(self._voices)}.") from None

    def engine(self, voice: Voice) -> SynthesisEngine:
        """The engine that speaks a voice of this catalogue."""
        return self._engines[voice.engine]


def _bind(name: str, binding: VoiceBinding, engines: Mapping[str, SynthesisEngine]) -> Voice:
    engine = engines.get(binding.engine or "")
    spoken = None if engine is None else _engine_voice(engine, binding.engine_voice)
    if engine is None or spoken is None:
        there = ", ".join(f"{engine}/{voice.name}" for engine, loaded in engines.items() for voice in loaded.voices)
        wanted = f"{binding.engine}/{binding.engine_voice}"
        raise EngineUnavailableError(f"Voice {name} is bound to {wanted}, which is not loaded; there are: {there}.")
    return Voice(
        name=name,
        language=spoken.language,
        languages=spoken.languages,
        gender=spoken.gender,
        engine=engine.info.name,
        engine_voice=spoken.name,
        model=engine.info.model,
        licence=engine.info.licence,
        quality=spoken.quality,
        description=binding.description or spoken.description,
        streams=engine.info.streams,
        word_timestamps=engine.info.word_timestamps,
        native_rates=engine.info.native_rates or (engine.info.sample_rate,),
    )


def _engine_voice(engine: SynthesisEngine, name: str | None) -> EngineVoice | None:
    return next((voice for voice in engine.voices if name in {None, voice.name}), None)
