"""Which engine voice stands behind each public voice name. Light on purpose: settings read it, no engine is loaded."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from hiwar.errors import ErrorCode, HiwarError

_MODEL_NAME = r"^\w[\w.+-]{0,99}\Z"

ModelName = Annotated[str, Meta(pattern=_MODEL_NAME)]
"""A model of the model folder, never a path: who may rebind a voice may not choose a file."""


@dataclass(frozen=True, slots=True)
class LoadedAs:
    """What is loaded once, however many names speak with it: an engine with a model, None for its own default."""

    engine: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceBinding:
    """A public voice name bound to an engine's voice.

    `engine` None is the server's synthesis engine, `engine_voice` None that engine's first voice, `description` None
    the engine's own words, `model` None the model that the engine is set to.
    """

    engine: str | None = None
    engine_voice: str | None = None
    description: str | None = None
    model: ModelName | None = None

    @property
    def loaded_as(self) -> LoadedAs:
        """What must be loaded to speak with it; for bindings that name their engine."""
        return LoadedAs(self.engine or "", self.model)


EMBEDDED: Mapping[str, VoiceBinding] = {
    "Yara": VoiceBinding("hibari", "female"),
    "Nouf": VoiceBinding("hibari", "female-low"),
    "Atheer": VoiceBinding("hibari", "male"),
    "Yara_en": VoiceBinding("hibari", "english-female"),
}
"""The names are fixed by the contract; what speaks behind them is the operator's choice."""

_OF_FILES = "piper"
"""The engine whose voices are models of their own, each known by its file's name alone."""


def bindings(engine: str, overrides: Mapping[str, VoiceBinding]) -> dict[str, VoiceBinding]:
    """Every voice name with its binding for a server whose synthesis engine is `engine`; the operator's come on top."""
    names = {
        name: embedded if embedded.engine == engine else VoiceBinding(engine) for name, embedded in EMBEDDED.items()
    }
    for name, own in overrides.items():
        below = names.get(name, VoiceBinding(engine))
        if own.engine not in {None, below.engine} or own.model not in {None, below.model}:
            below = VoiceBinding(own.engine or below.engine)
        names[name] = VoiceBinding(
            own.engine or below.engine,
            own.engine_voice or below.engine_voice,
            own.description or below.description,
            own.model or below.model,
        )
    return names


def binding_of(reference: str, engines: Collection[str]) -> VoiceBinding:
    """The binding that an operator means by `ENGINE/VOICE`, or by the name of a Piper voice, `NAME` or `NAME/SPEAKER`.

    `engines` are the registered ones. Whether there is such a voice shows when it is loaded. Raises HiwarError for what
    can name none.
    """
    first, _, voice = reference.partition("/")
    if not re.fullmatch(_MODEL_NAME, first) or len(voice) > 100:
        message = "That names no voice; choose one as it stands in: hiwar voices available"
        raise HiwarError(ErrorCode.INVALID_REQUEST, message)
    if first in engines:
        return VoiceBinding(first, voice or None)
    return VoiceBinding(_OF_FILES, reference if voice else None, model=first)
