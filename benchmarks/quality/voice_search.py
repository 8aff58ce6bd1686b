"""Searches the table that gives Arabic phones their sounds, by how well a recogniser follows what is said.

Run: OMP_NUM_THREADS=1 nice python benchmarks/quality/voice_search.py --minutes 30

Coordinate descent: each line of voice_alternatives.tsv is a key of `hiwar.engines.hibari.arabic_sounds.SOUNDS` and
what else could stand for it. An alternative is spoken in the sentences of the search half of voice_sentences.tsv that
it changes, and compared pair by pair with the table as it is. The cost is the negative log probability, for each
letter, that Whisper gives the right text: smoother than an error rate, and ten times cheaper than a transcript. Every
other sentence is spoken by the male voice and heard over the telephone, so that nothing is chosen for one sound alone.
What is found must then hold on the other half: run voices.py.
"""

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ctranslate2
import numpy as np
import platformdirs
from hearing import Sound, bare, received, vowelled

from hiwar.engines.contracts import EngineContext, Samples
from hiwar.engines.hibari import vocoder
from hiwar.engines.hibari.acoustic import AcousticModel
from hiwar.engines.hibari.alphabet import spelling, vocabulary
from hiwar.engines.hibari.arabic_sounds import SOUNDS, sounds
from hiwar.engines.hibari.loading import load_model
from hiwar.engines.hibari.shaping import shaping
from hiwar.engines.hibari.stream import Schedule, speak
from hiwar.engines.hibari.voices import SHAPES
from hiwar.engines.model_store import ModelStore
from hiwar.engines.whisper import DEFAULT_MODEL
from hiwar.engines.whisper.features import log_mel
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.text.arabic.phonemes import SpokenWord, pronounce
from hiwar.vocabulary import MODEL_SAMPLE_RATE

ALTERNATIVES = Path(__file__).with_name("voice_alternatives.tsv")
VIEWS = (("female", "clean"), ("male", "telephone"))
"""Voice and line, by turns."""

NOTHING = "∅"
ENOUGH = 8
"""Sentences after which an alternative that loses is given up."""

_FRAMES_PER_S = 100
_SPARE_S = 1
_SHORTEST_S = 5
_LEAST_PROBABILITY = 1e-4
"""Of a token: one that is never understood must not outweigh all others."""

Table = Mapping[str, str]


class Speaker:
    """Says words by a table, without the steps that read text."""

    def __init__(self, model: AcousticModel) -> None:
        self._model = model
        self._ids = vocabulary()
        self._output = vocoder.output(MODEL_SAMPLE_RATE)
        self._noise = vocoder.noise_table()

    def __call__(self, phonemes: str, voice: str) -> Samples:
        shape = SHAPES[voice]
        spelled = spelling(phonemes, (), self._ids)
        timing = self._model.encode(spelled.ids, shape.pace, spelled.lengths)
        sounding = vocoder.Vocoder(self._output, shaping(shape, self._output.bins), shape, self._noise)
        return np.concatenate(
            [stretch.samples for stretch in speak(self._model, timing, sounding, Schedule((512,), 27, 1024))]
        )


class Listener:
    """Whisper, asked how likely a text is."""

    def __init__(self, folder: Path) -> None:
        self._model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", intra_threads=1)
        self._vocabulary = Vocabulary(folder)

    def cost(self, samples: Samples, text: str) -> float:
        """Nats for each letter of the text."""
        seconds = max(_SHORTEST_S, math.ceil(len(samples) / MODEL_SAMPLE_RATE) + _SPARE_S)
        features = log_mel(samples, bands=self._model.n_mels, frames=seconds * _FRAMES_PER_S)
        states = self._model.encode(ctranslate2.StorageView.from_array(features))
        tokens = self._vocabulary.encode(text)
        (found,) = self._model.align(states, self._vocabulary.start("ar"), [tokens], features.shape[2])
        probabilities = np.maximum(found.text_token_probs, _LEAST_PROBABILITY)
        return float(-np.log(probabilities).sum()) / len(text)


@dataclass(slots=True)
class Search:
    """The sentences, and what each costs by the table that is best so far."""

    speaker: Speaker
    listener: Listener
    texts: Sequence[str]
    table: dict[str, str]
    words: list[tuple[SpokenWord, ...]] = field(init=False)
    costs: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [pronounce(text) for text in self.texts]
        self.costs = [self._cost(index, self.table) for index in range(len(self.texts))]

    def gain(self, key: str, sound: str) -> Mapping[int, float]:
        """What each sentence costs less with another sound, by its index; {} when it is no better on the whole."""
        tried = {**self.table, key: sound}
        gains: dict[int, float] = {}
        for index, words in enumerate(self.words):
            if _said(words, tried) == _said(words, self.table):
                continue
            gains[index] = self.costs[index] - self._cost(index, tried)
            if len(gains) % ENOUGH == 0 and sum(gains.values()) < 0:
                return {}
        return gains if _is_sure(list(gains.values())) else {}

    def take(self, key: str, sound: str, gains: Mapping[int, float]) -> None:
        """Make a sound the table's own."""
        self.table[key] = sound
        for index, gained in gains.items():
            self.costs[index] -= gained

    def _cost(self, index: int, table: Table) -> float:
        voice, line = VIEWS[index % len(VIEWS)]
        samples = self.speaker(_said(self.words[index], table), voice)
        return self.listener.cost(received(Sound(samples, MODEL_SAMPLE_RATE), line), bare(self.texts[index]))


def main() -> None:
    chosen = _options()
    context = EngineContext(models_dir=chosen.models_dir)
    listener = Listener(ModelStore(chosen.models_dir).ensure(DEFAULT_MODEL, context.report))
    search = Search(Speaker(load_model(context)), listener, vowelled("search"), dict(SOUNDS))
    print(f"{len(search.texts)} sentences cost {np.mean(search.costs):.4f}")
    stop_s = time.monotonic() + 60 * chosen.minutes
    for key, sounds_of_key in _alternatives():
        found = [(sound, search.gain(key, sound)) for sound in sounds_of_key if time.monotonic() < stop_s]
        sound, gains = max(found, key=lambda tried: sum(tried[1].values()), default=("", {}))
        if gains:
            search.take(key, sound, gains)
            print(f"{key}\t{sound}\t{len(gains)} sentences\tcost {np.mean(search.costs):.4f}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Search for sounds that are understood better.")
    parser.add_argument("--minutes", type=float, default=30, help="no alternative is begun after so long")
    parser.add_argument(
        "--models-dir", type=Path, default=platformdirs.user_cache_path("hiwar", appauthor=False) / "models"
    )
    return parser.parse_args()


def _alternatives() -> list[tuple[str, list[str]]]:
    lines = (line.split("\t") for line in ALTERNATIVES.read_text(encoding="utf-8").splitlines())
    return [(key, [sound.strip(NOTHING) for sound in others]) for key, *others in lines]


def _said(words: Sequence[SpokenWord], table: Table) -> str:
    said = " ".join(filter(None, (sounds(word, table) for word in words)))
    return said if said[-1] in ",.!?" else f"{said}."


def _is_sure(gains: Sequence[float]) -> bool:
    """Whether the mean gain is above its own standard error, which chance passes one time in six."""
    return len(gains) > 1 and float(np.mean(gains)) > float(np.std(gains)) / math.sqrt(len(gains))


if __name__ == "__main__":
    main()
