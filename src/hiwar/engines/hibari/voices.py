"""The engine's four voices: one model, shaped into different speakers by pitch, vocal tract and pace."""

from dataclasses import dataclass

from hiwar.engines.contracts import EngineVoice


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes a speaker out of the model's one voice.

    `pitch` multiplies the fundamental frequency; `formants` multiplies every resonance (below 1 is a longer vocal
    tract); `bass_db` is added at 0 Hz and fades out at 300 Hz, where a lowered fundamental meets an envelope that was
    never meant for it; `pace` multiplies the requested speed of the voice's Arabic; `gain` evens out the
    loudness: -22.2 LUFS (ITU-R BS.1770) over two dozen sentences of each language.
    """

    pitch: float
    formants: float
    bass_db: float
    pace: float
    gain: float


_ACCENT = "an English voice model taught Arabic sounds: foreign accent, no pharyngeals, no emphatics"

SHAPES: dict[str, Shape] = {
    "female": Shape(pitch=1.0, formants=1.0, bass_db=0.0, pace=0.95, gain=1.6),
    "female-low": Shape(pitch=0.82, formants=0.93, bass_db=-6.0, pace=0.92, gain=1.71),
    "male": Shape(pitch=0.58, formants=0.87, bass_db=-18.0, pace=0.95, gain=1.72),
    "english-female": Shape(pitch=1.1, formants=1.05, bass_db=0.0, pace=0.95, gain=1.64),
}

VOICES: tuple[EngineVoice, ...] = (
    EngineVoice(
        name="female",
        language="ar",
        languages=("ar", "en"),
        gender="female",
        quality="basic",
        description=f"The one voice of the model as it is. Arabic by {_ACCENT}.",
    ),
    EngineVoice(
        name="female-low",
        language="ar",
        languages=("ar", "en"),
        gender="female",
        quality="basic",
        description=f"A deeper, calmer voice, made from the one voice of the model. Arabic by {_ACCENT}.",
    ),
    EngineVoice(
        name="male",
        language="ar",
        languages=("ar", "en"),
        gender="male",
        quality="basic",
        description=f"The one voice of the model, lowered to a man's pitch and vocal tract. Arabic by {_ACCENT}.",
    ),
    EngineVoice(
        name="english-female",
        language="en",
        languages=("en", "ar"),
        gender="female",
        quality="good",
        description=f"American English, lighter than the model's own voice. Its Arabic is by {_ACCENT}.",
    ),
)
