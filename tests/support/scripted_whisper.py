"""A stand-in for Whisper's model and vocabulary: it hears a script, a letter for every 200 ms of sound."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from hiwar.engines.contracts import Samples
from hiwar.engines.whisper.decoding import Decoder
from hiwar.engines.whisper.model import Encoded, Past, Step
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.engines.whisper.transcriber import Transcriber
from hiwar.engines.whisper.utterance import WhisperUtterance
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

FRAMES_PER_LETTER = 20
_SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|ar|>",
    "<|transcribe|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)

Continue = Callable[[list[int], int], dict[int, float]]
"""From the text tokens so far and the letters heard to logits by token; all others are at 0."""


def vocabulary(folder: Path, *, english_only: bool = False) -> Vocabulary:
    """Every byte a token, in a folder as Whisper's; English-only ones end at GPT-2's end token."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    filler = [f"filler{number}" for number in range((50256 if english_only else 400) - len(letters))]
    tokenizer = Tokenizer(models.BPE(vocab={token: place for place, token in enumerate(letters + filler)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token) for token in _SPECIAL])
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    end = len(letters) + len(filler)
    (folder / "config.json").write_text(f'{{"lang_ids": [{end + 2}, {end + 3}], "suppress_ids_begin": [{end}]}}')
    return Vocabulary(folder)


def sound(letters: int) -> Samples:
    """What the stand-in hears that many letters in, and the beginning of one more."""
    rng = np.random.default_rng(1)
    return (0.3 * rng.standard_normal(round((letters + 0.4) * 0.2 * MODEL_SAMPLE_RATE))).astype(np.float32)


class ScriptedModel:
    """A `SpeechModel` that says `texts[language]` as far as it has heard sound, and keeps what it is asked."""

    bands = 80

    def __init__(self, words: Vocabulary, texts: dict[Language, str], english: float = 20.0) -> None:
        self._vocabulary = words
        self.texts = texts
        self.english = english
        """Logit of English, Arabic's being 10."""
        self.columns = np.arange(words.end + 8)
        sure = math.log(9 * len(self.columns))
        self.sure: dict[Language, float] = {"ar": sure, "en": sure}
        """Logit of what is said: all others are at 0, so that it gets a probability of 0.9."""
        self.continues: Continue | None = None
        self.contexts: list[int] = []
        """Frames of each encoder call."""
        self.fed: list[list[list[int]]] = []
        """Tokens of each decoder call."""
        self.no_speech = 0.0
        """Logit of the token that says so, after the start token."""
        self.looks: Callable[[list[int]], int] = len
        """The letter of the audio that a token is read from, by the text tokens before it."""
        self.offset = 0
        """Letters of the texts that lie before the audio."""

    def encode(self, features: NDArray[np.float32]) -> Encoded:
        self.contexts.append(features.shape[2])
        loud = features[0].mean(axis=0) > features.min() + 0.2
        heard = int(loud.nonzero()[0].max(initial=-1)) + 1
        letters = np.array([heard // FRAMES_PER_LETTER], np.float32)
        return Encoded({"letters": letters}, features.shape[2] // 2)

    def empty(self) -> Past:
        return Past({"tokens": np.zeros((1, 1, 0, 1), np.float32)}, 0)

    def step(self, tokens: NDArray[np.int64], past: Past, encoded: Encoded, first: int = 0) -> Step:
        self.fed.append(tokens.tolist())
        new = tokens.astype(np.float32)[:, None, :, None]
        known = np.concatenate((past.arrays["tokens"], new), axis=2)
        length = known.shape[2]
        fresh = range(past.length + first, length)
        rows = [
            [self._row(known[row, 0, : place + 1, 0].astype(int).tolist(), encoded) for place in fresh]
            for row in range(len(tokens))
        ]
        logits = np.stack([[logits for logits, _ in row] for row in rows])
        attention = np.stack([[seen for _, seen in row] for row in rows])
        return Step(logits, attention, Past({"tokens": known}, length))

    def close(self) -> None:
        pass

    def _row(self, tokens: Sequence[int], encoded: Encoded) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits = np.zeros(len(self.columns), np.float32)
        seen = np.zeros(encoded.steps, np.float32)
        start = self._vocabulary.start("en")
        if tokens[-1] == self._vocabulary.start_of_transcript:
            logits[self._vocabulary.no_speech] = self.no_speech
        if tokens[-1] == self._vocabulary.start_of_transcript and len(start) > 2:
            logits[[start[1], self._vocabulary.start("ar")[1]]] = self.english, 10.0
        if start[-1] not in tokens:
            return logits, seen
        at = tokens.index(start[-1])
        text = list(tokens[at + 1 :])
        language: Language = "ar" if len(start) > 2 and tokens[at - 2] != start[1] else "en"
        letters = int(encoded.cross["letters"][0])
        if self.continues:
            for token, logit in self.continues(text, letters).items():
                logits[token] = logit
        else:
            script = self._vocabulary.encode(self.texts[language])[self.offset :][:letters]
            said = script[len(text)] if len(text) < len(script) else self._vocabulary.end
            logits[said] = self.sure[language]
        at = self.looks(text) * FRAMES_PER_LETTER // 2
        seen[at : at + FRAMES_PER_LETTER // 2] = 2 / FRAMES_PER_LETTER
        return logits, seen


def utterance(model: ScriptedModel, words: Vocabulary, context: str = "", beam: int | None = None) -> WhisperUtterance:
    """An utterance that the stand-in hears, greedily unless a beam is given."""
    return WhisperUtterance(model, Transcriber(words, Decoder(words, model.columns), beam or 1), words, context)
