"""Tells who starts a server on a terminal of a better Arabic voice, when one can be had. It never downloads."""

import importlib.util
import sys
import threading

import click

from hiwar.engines.model_catalogue import RECOMMENDED_ARABIC_VOICE
from hiwar.engines.model_entries import HubRepository
from hiwar.engines.model_hub import reaches
from hiwar.engines.model_store import ModelStore
from hiwar.errors import HiwarError
from hiwar.server.settings import Settings
from hiwar.serving.binding_file import BindingFile
from hiwar.vocabulary import DEFAULT_VOICE

_TIMEOUT_S = 1.5


def offer_voice(settings: Settings, program: str, options: str) -> threading.Thread | None:
    """Ask the hub on a thread that holds up nothing, and print one line if it answers; None when nothing is asked.

    `program` and `options` are how the command of the line is called from here.
    """
    store = ModelStore(settings.models_dir, settings.hub)
    entry = store.entry(RECOMMENDED_ARABIC_VOICE)
    source = entry.source
    if not (isinstance(source, HubRepository) and sys.stderr.isatty() and settings.offer_voices):
        return None
    if _has_better(settings, store) or not _can_speak():
        return None

    def ask() -> None:
        if reaches(source, settings.hub, _TIMEOUT_S):
            facts = f"{entry.size_bytes / 1e6:.0f} MB, licence {entry.licence}"
            command = f"{program} voices bind {DEFAULT_VOICE} {entry.name}{options}"
            click.echo(f"A voice that was recorded in Arabic can be had ({facts}):\n\n  {command}\n", err=True)

    # Nobody waits for it: names may take long to resolve where there is no network.
    asking = threading.Thread(target=ask, name="offer", daemon=True)
    asking.start()
    return asking


def _has_better(settings: Settings, store: ModelStore) -> bool:
    """Whether the operator has chosen already, or has such a voice."""
    try:
        chosen = bool(BindingFile(settings.bindings_file).read())
    except HiwarError:
        chosen = True
    arabic = (model for model in store.voices("piper") if model.entry.quality.get("ar") in {"fair", "good", "best"})
    return (
        chosen or bool(settings.voices) or settings.engines.synthesis != "hibari" or any(each.path for each in arabic)
    )


def _can_speak() -> bool:
    return all(importlib.util.find_spec(package) for package in ("onnx", "onnxruntime", "hibari"))
