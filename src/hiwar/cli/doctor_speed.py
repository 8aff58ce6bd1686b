"""How fast the chosen engines run here: synthesis, recognition of what was synthesised, voice activity.

One short sentence a measurement, after a warm-up, on one thread: an impression of this machine, no benchmark.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from hiwar.cli.doctor_checks import Finding
from hiwar.errors import HiwarError
from hiwar.server.settings import Settings
from hiwar.vocabulary import Language

if TYPE_CHECKING:
    from hiwar.engines.contracts import EngineContext, EngineVoice, Samples, SynthesisEngine

_SENTENCES: tuple[tuple[Language, str], ...] = (
    ("ar", "مرحبا بكم في بيتنا الجديد."),
    ("en", "The train to the city leaves at nine in the morning."),
)
"""The last one that the engine has a voice for is what the recogniser hears."""


def measure_speed(settings: Settings, report: Callable[[str], None]) -> Iterator[Finding]:
    """Load each engine of the settings, use it, and release it."""
    try:
        from hiwar.engines.contracts import EngineContext

        context = EngineContext(settings.models_dir, concurrent_calls=1, report=report)
        recognition = replace(context, model=settings.engines.recognition_model)
        spoken, sample_rate = yield from _synthesis(settings.engines.synthesis, context)
        yield from _recognition(settings.engines.recognition, recognition, spoken, sample_rate)
        yield from _voice_activity(settings.engines.voice_activity, context, spoken, sample_rate)
    except ImportError as error:
        remedy = "run: pip install 'hiwar[all]'"
        yield Finding("speed", "engines", "note", f"not measured: the package {error.name} is not installed", remedy)
    except HiwarError as error:
        yield Finding("speed", "engines", "missing", "could not be measured", error.message)


def _synthesis(name: str, context: "EngineContext") -> "Generator[Finding, None, tuple[Samples, int]]":
    import numpy as np

    from hiwar.engines import registry

    spoken = np.zeros(0, np.float32)
    with closing(registry.load_synthesis(name, context)) as engine:
        sample_rate = engine.info.sample_rate
        for language, sentence in _SENTENCES:
            voice = next((voice for voice in engine.voices if voice.language == language), None)
            if voice is None:
                continue
            _spoken(engine, voice, sentence)
            spoken, first_ms, taken_ms = _spoken(engine, voice, sentence)
            rtf = taken_ms / max(1.0, spoken.size / sample_rate * 1000)
            detail = f"first audio after {first_ms:.0f} ms, real-time factor {rtf:.3f}"
            yield _timed(f"{name} speaks {language}", rtf, detail)
    return spoken, sample_rate


def _spoken(engine: "SynthesisEngine", voice: "EngineVoice", sentence: str) -> "tuple[Samples, float, float]":
    import numpy as np

    started_s = time.perf_counter()
    chunks = []
    first_s = None
    for piece in engine.synthesize(
        sentence, voice=voice.name, language=voice.language, speed=1.0, sample_rate=engine.info.sample_rate
    ):
        first_s = first_s or time.perf_counter()
        chunks.append(piece.samples)
    ended_s = time.perf_counter()
    spoken = np.concatenate([np.zeros(0, np.float32), *chunks])
    return spoken, ((first_s or ended_s) - started_s) * 1000, (ended_s - started_s) * 1000


def _recognition(name: str, context: "EngineContext", spoken: "Samples", sample_rate: int) -> Iterator[Finding]:
    from hiwar.engines import registry

    with closing(registry.load_recognition(name, context)) as engine:
        heard = _resampled(spoken, sample_rate, engine.info.sample_rate)
        engine.open().recognize(heard, language=None, final=False)
        started_s = time.perf_counter()
        hypothesis = engine.open().recognize(heard, language=None, final=True)
        taken_ms = (time.perf_counter() - started_s) * 1000
        rtf = taken_ms / max(1.0, heard.size / engine.info.sample_rate * 1000)
        detail = f"{taken_ms:.0f} ms, real-time factor {rtf:.2f}, understood: {hypothesis.text!r}"
        yield _timed(f"{name} hears it", rtf, detail)


def _voice_activity(name: str, context: "EngineContext", spoken: "Samples", sample_rate: int) -> Iterator[Finding]:
    from hiwar.engines import registry

    with closing(registry.load_voice_activity(name, context)) as engine:
        heard = _resampled(spoken, sample_rate, engine.info.sample_rate)
        size = engine.window_samples
        windows = heard[: heard.size // size * size].reshape(-1, size)
        stream = engine.open()
        started_s = time.perf_counter()
        voiced = sum(stream.probability(window) > 0.5 for window in windows)
        taken_ms = (time.perf_counter() - started_s) * 1000 / max(1, len(windows))
        window_ms = size / engine.info.sample_rate * 1000
        detail = f"{taken_ms:.2f} ms a window of {window_ms:.0f} ms, voice in {voiced} of {len(windows)} windows"
        yield _timed(f"{name} voice activity", taken_ms / window_ms, detail)


def _resampled(samples: "Samples", source_rate: int, target_rate: int) -> "Samples":
    import numpy as np

    from hiwar.audio.resample import Resampler

    resampler = Resampler(source_rate, target_rate)
    return np.concatenate((resampler.process(samples), resampler.flush()))


def _timed(name: str, rtf: float, detail: str) -> Finding:
    if rtf < 1:
        return Finding("speed", name, "ok", detail)
    return Finding("speed", name, "note", detail, "slower than real time: choose a smaller model or a faster machine")
