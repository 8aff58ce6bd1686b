"""Reads text off encoded audio: the first pass, and greedy decoding that checks a draft in one pass.

Beam search is `beam`'s; which audio, language and draft to take, and what to believe, is left to the engine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.contracts import AbandonedError
from hiwar.engines.whisper import guards
from hiwar.engines.whisper.detection import is_doubtful, pick_language
from hiwar.engines.whisper.model import Encoded, Past, Step
from hiwar.engines.whisper.scores import Logits, TokenScores
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.vocabulary import Language

_LOOKAHEAD_TOKENS = 8
"""How much of a refused draft is tried again at once: each token more makes a pass dearer."""

_REJOIN_TOKENS = 4
"""How near in the draft the token that came instead is looked for: some may have come in, or fallen out."""

Attention = NDArray[np.float32]
"""Where in the audio each token was read, shape (tokens, steps of 20 ms)."""


class SpeechModel(Protocol):
    """What decoding needs of `model.WhisperModel`."""

    @property
    def bands(self) -> int:
        """Mel bands of the features."""
        ...

    def encode(self, features: NDArray[np.float32]) -> Encoded:
        """Audio features, shape (1, bands, frames)."""
        ...

    def empty(self) -> Past:
        """Nothing decoded yet."""
        ...

    def step(self, tokens: NDArray[np.int64], past: Past, encoded: Encoded, first: int = 0) -> Step:
        """Feed tokens, shape (rows, tokens), after `past`; what is said of those before `first` is not needed."""
        ...


class WantedModel:
    """A model that gives up between two steps: it raises AbandonedError as soon as `wanted` says no."""

    def __init__(self, model: SpeechModel, wanted: Callable[[], bool]) -> None:
        self._model = model
        self._wanted = wanted
        self.bands = model.bands

    def encode(self, features: NDArray[np.float32]) -> Encoded:
        """As the model does."""
        self._ask()
        return self._model.encode(features)

    def empty(self) -> Past:
        """As the model does."""
        return self._model.empty()

    def step(self, tokens: NDArray[np.int64], past: Past, encoded: Encoded, first: int = 0) -> Step:
        """As the model does."""
        self._ask()
        return self._model.step(tokens, past, encoded, first)

    def _ask(self) -> None:
        if not self._wanted():
            raise AbandonedError


@dataclass(frozen=True, slots=True)
class Impression:
    """What the first pass tells of the audio, and in which language and with which forced tokens it was asked."""

    language: Language
    likeliest: Language
    """What the audio sounds like, whichever language was asked for."""
    doubtful: bool
    """Whether it may well be the other language."""
    no_speech: float
    forced: list[int]
    steps: int
    """Encoder positions, padding included."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The first pass, over prompt, forced tokens and draft. Row n is what it says of text token n."""

    impression: Impression
    encoded: Encoded
    draft: list[int]
    logits: Logits
    attention: Attention
    past: Past
    length: int
    """Tokens of prompt and forced text: what `past` holds before the draft."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text tokens (the forced ones first), and what is known of each: one entry or row more if `ended`, of the end.

    `log_probs` (natural logarithms) are those of the tokens given what came before.
    """

    impression: Impression
    tokens: list[int]
    log_probs: list[float]
    attention: Attention
    ended: bool
    """It came to its end, rather than to its budget or into a loop."""

    @property
    def confidence(self) -> float:
        """The mean probability (geometric) of what was chosen, the end included, 0 to 1."""
        chosen = self.log_probs[len(self.impression.forced) :]
        return float(np.exp(np.mean(chosen))) if chosen else 0.0

    def until(self, count: int) -> "Decoded":
        """The first `count` tokens, at the least the forced ones, as if the next one were the end."""
        kept = max(count, len(self.impression.forced))
        attention = self.attention[: kept + 1]
        return Decoded(self.impression, self.tokens[:kept], self.log_probs[: kept + 1], attention, ended=True)


class Decoder:
    """One model's decoding. Nothing in it changes."""

    def __init__(self, vocabulary: Vocabulary, columns: NDArray[np.int64]) -> None:
        self._vocabulary = vocabulary
        self.scores = TokenScores(columns, vocabulary)

    def open(
        self,
        model: SpeechModel,
        encoded: Encoded,
        language: Language | None,
        *,
        previous: Sequence[int] = (),
        forced: Sequence[int] = (),
        draft: Sequence[int] = (),
    ) -> Opening:
        """Feed everything that is known before the first token is chosen.

        `previous` goes before the prompt. Without `language` all languages are fed side by side, without a draft, and
        the likeliest is kept. Raises AbandonedError, EngineError.
        """
        choices = (language,) if language else self._vocabulary.languages
        offered = list(draft) if language else []
        starts = [self._vocabulary.start(choice) for choice in choices]
        fed = [[*previous, *start, *forced, *offered] for start in starts]
        nothing = model.empty().rows([0] * len(fed))
        step = model.step(np.array(fed, np.int64), nothing, encoded, first=len(previous))
        first = step.logits[0, 0]
        heard = self.scores.languages(first)
        likeliest = pick_language(heard) if heard else choices[0]
        chosen = 0 if language else choices.index(likeliest)
        text = len(starts[0]) - 1
        impression = Impression(
            choices[chosen],
            likeliest,
            bool(heard) and is_doubtful(heard),
            self.scores.no_speech(first),
            list(forced),
            encoded.steps,
        )
        return Opening(
            impression,
            encoded,
            offered,
            step.logits[chosen, text:],
            step.attention[chosen, text:],
            step.past if language else step.past.rows([chosen]),
            len(previous) + len(starts[0]) + len(forced),
        )

    def greedy(self, model: SpeechModel, opening: Opening, stop: int, favour: float = 0.0) -> Decoded:
        """The likeliest token each time, until the end, a loop, or `stop` tokens in all.

        A token of the draft is kept when it is at most `favour` (in nats) less likely: what was heard before stays.
        Raises AbandonedError, EngineError.
        """
        impression, known = opening.impression, len(opening.impression.forced)
        allowed = self.scores.allowed(opening.logits, first=not known)
        tokens = list(impression.forced)
        log_probs = self.scores.of(tokens, allowed[:known])
        attention = [opening.attention[:known]]
        places: list[int] = opening.attention[:known].argmax(axis=1).tolist()
        allowed, seen, past, fed = allowed[known:], opening.attention[known:], opening.past, opening.length
        draft = _Draft(opening.draft)
        while len(tokens) < stop:
            offer = draft.offered[: stop - len(tokens) - 1]
            agreed = self.scores.agreed(offer, allowed, favour)
            decided = [*offer[:agreed], self.scores.best(allowed[agreed])]
            log_probs += self.scores.of(decided, allowed[: agreed + 1])
            attention.append(seen[: agreed + 1])
            places += seen[: agreed + 1].argmax(axis=1).tolist()
            tokens += decided
            if decided[-1] == self._vocabulary.end:
                return Decoded(impression, tokens[:-1], log_probs, np.concatenate(attention), ended=True)
            if (again := guards.said_again(tokens, places)) is not None:
                return Decoded(impression, tokens, log_probs, np.concatenate(attention), ended=True).until(again)
            if len(tokens) >= stop or guards.ends_in_loop(tokens):
                break
            draft.go_on(agreed, decided[-1])
            fresh = np.array([[decided[-1], *draft.offered]])
            step = model.step(fresh, past.first(fed + agreed), opening.encoded)
            allowed, seen, past = self.scores.allowed(step.logits[0], first=False), step.attention[0], step.past
            fed += agreed + 1
        return Decoded(impression, tokens, log_probs, np.concatenate(attention), ended=False)


class _Draft:
    """Text that may come, and the part of it to try next: first all of it, and after a refusal a few tokens."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = tokens
        self._place = 0
        self._lookahead = _LOOKAHEAD_TOKENS
        self.offered = list(tokens)

    def go_on(self, agreed: int, instead: int) -> None:
        """After the first `agreed` tokens of what was offered came `instead`."""
        self._place = self._after(self._place + agreed, instead)
        # A draft that goes on being wrong is offered less and less of.
        self._lookahead = _LOOKAHEAD_TOKENS if agreed else self._lookahead // 2
        self.offered = list(self._tokens[self._place : self._place + self._lookahead])

    def _after(self, place: int, instead: int) -> int:
        """Where to go on after a token that came instead of the one at `place`, or after all of them."""
        for distance in range(_REJOIN_TOKENS):
            for near in (place + distance, place - distance):
                if 0 <= near < len(self._tokens) and self._tokens[near] == instead:
                    return near + 1
        return min(place + 1, len(self._tokens))
