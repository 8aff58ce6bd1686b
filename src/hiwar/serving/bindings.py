"""Which engine voice stands behind each public voice name. Light on purpose: settings read it, no engine is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoiceBinding:
    """A public voice name bound to an engine's voice.

    `engine` None is the server's synthesis engine, `engine_voice` None that engine's first voice, `description` None
    the engine's own words.
    """

    engine: str | None = None
    engine_voice: str | None = None
    description: str | None = None


EMBEDDED: Mapping[str, VoiceBinding] = {
    "Yara": VoiceBinding("hibari", "female"),
    "Nouf": VoiceBinding("hibari", "female-low"),
    "Atheer": VoiceBinding("hibari", "male"),
    "Yara_en": VoiceBinding("hibari", "english-female"),
}
"""The names are fixed by the contract; what speaks behind them is the operator's choice."""


def bindings(engine: str, overrides: Mapping[str, VoiceBinding]) -> dict[str, VoiceBinding]:
    """Every voice name with its binding for a server whose synthesis engine is `engine`; the operator's come on top."""
    names = {
        name: embedded if embedded.engine == engine else VoiceBinding(engine) for name, embedded in EMBEDDED.items()
    }
    for name, own in overrides.items():
        below = names.get(name, VoiceBinding(engine))
        if own.engine not in {None, below.engine}:
            below = VoiceBinding(own.engine)
        names[name] = VoiceBinding(
            own.engine or below.engine,
            own.engine_voice or below.engine_voice,
            own.description or below.description,
        )
    return names
