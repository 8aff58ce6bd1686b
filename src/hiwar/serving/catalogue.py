"""The voices that clients name, bound to what the loaded engines can speak. `bindings` says which to which.

An engine is lent to each request that speaks with it. One that no name is bound to any more is released when the last
of these requests is over.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hiwar.engines.contracts import EngineVoice, SynthesisEngine
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.serving.bindings import LoadedAs, VoiceBinding
from hiwar.vocabulary import Voice


@dataclass(slots=True)
class _Loaded:
    engine: SynthesisEngine
    borrowers: int = 0


def _close_aside(engine: SynthesisEngine) -> None:
    """On a thread of its own: freeing a model takes long enough to be heard."""
    threading.Thread(target=engine.close, name="release", daemon=True).start()


class VoiceCatalogue:
    """Every voice that a request may name, in the order of its bindings. After construction for one thread alone."""

    def __init__(
        self,
        bindings: Mapping[str, VoiceBinding],
        engines: Mapping[LoadedAs, SynthesisEngine],
        release: Callable[[SynthesisEngine], None] = _close_aside,
    ) -> None:
        """Raises EngineUnavailableError for a binding to what is not among `engines`."""
        self._bindings = dict(bindings)
        self._loaded = {key: _Loaded(engine) for key, engine in engines.items()}
        self._release = release
        self._voices = {name: bound_voice(name, each, engines.get(each.loaded_as)) for name, each in bindings.items()}

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

    @contextlib.contextmanager
    def lent(self, name: str) -> Iterator[tuple[Voice, SynthesisEngine]]:
        """A voice and the engine that speaks it, both as they are now while the context is open.

        Raises HiwarError invalid_voice.
        """
        voice = self.voice(name)
        key = self._bindings[name].loaded_as
        engine = self._loaded[key].engine
        with self.kept(key, engine):
            yield voice, engine

    @contextlib.contextmanager
    def kept(self, key: LoadedAs, engine: SynthesisEngine) -> Iterator[None]:
        """Hold on to a loaded engine while the context is open, even if no name is bound to it, or not yet."""
        loaded = self._loaded.setdefault(key, _Loaded(engine))
        loaded.borrowers += 1
        try:
            yield
        finally:
            loaded.borrowers -= 1
            self._release_unused()

    def loaded(self, key: LoadedAs) -> SynthesisEngine | None:
        """An engine that is loaded, None when it would have to be."""
        found = self._loaded.get(key)
        return None if found is None else found.engine

    def rebind(self, name: str, binding: VoiceBinding) -> Voice:
        """Give a name another voice, for requests from now on.

        Raises HiwarError invalid_voice, and EngineUnavailableError for what is not loaded; then nothing has changed.
        """
        self.voice(name)
        voice = bound_voice(name, binding, self.loaded(binding.loaded_as))
        self._bindings[name], self._voices[name] = binding, voice
        self._release_unused()
        return voice

    def close(self) -> None:
        """Release every engine; no request is under way and none follows."""
        for loaded in self._loaded.values():
            loaded.engine.close()
        self._loaded.clear()

    def _release_unused(self) -> None:
        bound = {binding.loaded_as for binding in self._bindings.values()}
        for key in [key for key, loaded in self._loaded.items() if not loaded.borrowers and key not in bound]:
            self._release(self._loaded.pop(key).engine)


def bound_voice(name: str, binding: VoiceBinding, engine: SynthesisEngine | None) -> Voice:
    """What clients are told of a name bound to a voice of `engine`. Raises EngineUnavailableError when it has none."""
    spoken = None if engine is None else _engine_voice(engine, binding.engine_voice)
    if engine is None or spoken is None:
        there = "" if engine is None else "; its voices are: " + ", ".join(voice.name for voice in engine.voices)
        wanted = "/".join(part for part in (binding.engine, binding.model, binding.engine_voice) if part)
        raise EngineUnavailableError(f"Voice {name} is bound to {wanted}, which is not there{there}.")
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
