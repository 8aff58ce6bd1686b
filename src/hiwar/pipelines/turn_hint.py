"""The end-of-turn hint: how much silence ends an utterance, by how finished it sounds.

A hint only: silence alone ends an utterance. When to ask the model, and what it hears, is left to others.
"""

from hiwar.pipelines.settings import TurnHintSettings

_REFERENCE_MS = 500
"""The endpoint that the settings' two others belong to."""


def hinted_ms(probability: float, audio_ms: int, asked_ms: int, settings: TurnHintSettings) -> int:
    """The silence that ends an utterance of `audio_ms`, where `asked_ms` would without the hint.

    `probability` (0 to 1) is that of the turn's end.
    """
    if audio_ms <= settings.audio_min_ms:
        return asked_ms
    if probability > settings.sure_above:
        return asked_ms * settings.sure_endpointing_ms // _REFERENCE_MS
    if probability < settings.doubt_below:
        return asked_ms * settings.doubt_endpointing_ms // _REFERENCE_MS
    return asked_ms
