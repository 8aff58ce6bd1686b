"""Finds engines by entry point and loads them. Adding an engine is a folder and one entry point."""

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points, metadata
from typing import Any, cast

from hiwar.engines.contracts import (
    EndOfTurnEngine,
    EngineContext,
    RecognitionEngine,
    SynthesisEngine,
    VoiceActivityEngine,
)
from hiwar.errors import EngineUnavailableError

SYNTHESIS = "hiwar.synthesis_engines"
RECOGNITION = "hiwar.recognition_engines"
VOICE_ACTIVITY = "hiwar.voice_activity_engines"
END_OF_TURN = "hiwar.end_of_turn_engines"


def names(group: str) -> tuple[str, ...]:
    """Engine names that are registered in a group, whether or not their packages are installed."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


def load_synthesis(name: str, context: EngineContext) -> SynthesisEngine:
    """Load a synthesis engine by name. Raises EngineUnavailableError with what to install."""
    return cast("SynthesisEngine", _load(SYNTHESIS, name, context))


def load_recognition(name: str, context: EngineContext) -> RecognitionEngine:
    """Load a recognition engine by name. Raises EngineUnavailableError with what to install."""
    return cast("RecognitionEngine", _load(RECOGNITION, name, context))


def load_voice_activity(name: str, context: EngineContext) -> VoiceActivityEngine:
    """Load a voice activity engine by name. Raises EngineUnavailableError with what to install."""
    return cast("VoiceActivityEngine", _load(VOICE_ACTIVITY, name, context))


def load_end_of_turn(name: str, context: EngineContext) -> EndOfTurnEngine:
    """Load an end-of-turn engine by name. Raises EngineUnavailableError with what to install."""
    return cast("EndOfTurnEngine", _load(END_OF_TURN, name, context))


def _load(group: str, name: str, context: EngineContext) -> object:
    loader = _loader(group, name)
    try:
        return loader(context)
    except ImportError as error:
        raise _not_installed(name, error) from error


def _not_installed(name: str, error: ImportError) -> EngineUnavailableError:
    extra = name if name in (metadata("hiwar").get_all("Provides-Extra") or ()) else "all"
    return EngineUnavailableError(
        f"Engine {name!r} needs the package {error.name!r}; install it with: pip install 'hiwar[{extra}]'"
    )


def _loader(group: str, name: str) -> Callable[[EngineContext], Any]:
    found: list[EntryPoint] = [entry for entry in entry_points(group=group) if entry.name == name]
    if not found:
        known = ", ".join(names(group)) or "none"
        raise EngineUnavailableError(f"There is no engine {name!r} in {group}; installed are: {known}.")
    try:
        return cast("Callable[[EngineContext], Any]", found[0].load())
    except ImportError as error:
        raise _not_installed(name, error) from error
