"""The engine's four voices: one model, shaped into different speakers by pitch, vocal tract and pace."""

from dataclasses import dataclass

from hiwar.engines.contracts import EngineVoice


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes a speaker out of the model's one voice.

    `pitch` multiplies the fundamental frequency; `formants` multiplies every resonance (below 1 is a longer vocal
    tract); `bass_db` is added at 0 Hz and fades out at 300 Hz, where a lowered fundamental meets an envelope that was
    never meant for it; `pace` multiplies the requested speed of the voice's Arabic; `gain` evens out the loudness.
    """

    pitch: float
    formants: float
    bass_db: float
    pace: float
    gain: float


_ACCENT = "an English voice model taught Arabic sounds: foreign accent, no pharyngeals, no emphatics"

SHAPES: dict[str, Shape] = {
    "female": Shape(pitch=1.0, formants=1.0, bass_db=0.0, pace=0.9, gain=1.6),
    "female-low": Shape(pitch=0.82, formants=0.93, bass_db=-6.0, pace=0.86, gain=1.5),
    "male": Shape(pitch=0.58, formants=0.87, bass_db=-18.0, pace=0.9, gain=1.0),
    "english-female": Shape(pitch=1.0, formants=1.0, bass_db=0.0, pace=0.9, gain=1.6),
}

VOICES: tuple[EngineVoice, ...] = (
    EngineVoice("female", "ar", ("ar", "en"), "female", "basic", f"Arabic by {_ACCENT}. English as native."),
    EngineVoice(
        "female-low",
        "ar",
        ("ar", "en"),
        "female",
        "basic",
        f"The same model as a deeper, calmer speaker. Arabic by {_ACCENT}.",
    ),
    EngineVoice(
        "male",
        "ar",
        ("ar", "en"),
        "male",
        "basic",
        f"The same model lowered to a male pitch and vocal tract. Arabic by {_ACCENT}.",
    ),
    EngineVoice(
        "english-female",
        "en",
        ("en", "ar"),
        "female",
        "good",
        f"American English, the model's own voice. Its Arabic is by {_ACCENT}.",
    ),
)
