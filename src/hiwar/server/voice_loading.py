"""Loads the engines that the voices need, at the start and later: those of the settings, and those bound since."""

import logging
from collections.abc import Callable

from hiwar.engines import registry
from hiwar.engines.contracts import EngineContext, SynthesisEngine
from hiwar.errors import HiwarError
from hiwar.server.settings import Settings
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import LoadedAs, VoiceBinding, binding_of, bindings
from hiwar.serving.catalogue import VoiceCatalogue, bound_voice

log = logging.getLogger("hiwar.server")


def default_bindings(settings: Settings) -> dict[str, VoiceBinding]:
    """What every name speaks with when nobody has bound it to another voice."""
    return bindings(settings.engines.synthesis, settings.voices)


def load_voice_engine(settings: Settings, report: Callable[[str], None], key: LoadedAs) -> SynthesisEngine:
    """Load and warm an engine. Blocks for seconds. Raises EngineUnavailableError with what to do."""
    chosen = settings.engines
    context = EngineContext(
        settings.models_dir,
        concurrent_calls=chosen.threads,
        model=key.model or chosen.synthesis_model,
        lexicon=chosen.lexicon,
        report=report,
    )
    return registry.load_synthesis(key.engine, context)


def load_catalogue(settings: Settings, report: Callable[[str], None]) -> VoiceCatalogue:
    """Load every engine that a name is bound to.

    A name that was bound to a voice which is not there any more gets its default back for this run, and a warning is
    logged: the server is more than one voice. Raises EngineUnavailableError for the settings' own.
    """
    loaded: dict[LoadedAs, SynthesisEngine] = {}

    def engine(binding: VoiceBinding) -> SynthesisEngine:
        key = binding.loaded_as
        if key not in loaded:
            loaded[key] = load_voice_engine(settings, report, key)
        return loaded[key]

    defaults = default_bindings(settings)
    bound: dict[str, VoiceBinding] = {}
    for name, reference in BindingFile(settings.bindings_file).read().items():
        if name not in defaults:
            continue
        try:
            binding = binding_of(reference, registry.names(registry.SYNTHESIS))
            bound_voice(name, binding, engine(binding))
            bound[name] = binding
        except HiwarError as error:
            log.warning("voice %s keeps its default: %s", name, error.message)
    wanted = {name: bound.get(name, binding) for name, binding in defaults.items()}
    for binding in wanted.values():
        engine(binding)
    used = {binding.loaded_as for binding in wanted.values()}
    for key in loaded.keys() - used:
        loaded.pop(key).close()
    return VoiceCatalogue(wanted, loaded)
