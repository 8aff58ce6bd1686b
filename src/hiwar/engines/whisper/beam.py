"""Beam search: several readings side by side, one batch a step. Greedy decoding and the first pass are `decoding`'s."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.whisper import guards
from hiwar.engines.whisper.decoding import Attention, Decoded, Opening, SpeechModel
from hiwar.engines.whisper.scores import Logits, TokenScores

_MARGIN = 8.0
"""How much less likely (in nats) than the likeliest of its row a token is at the most that still is looked at."""


@dataclass(frozen=True, slots=True)
class _Reading:
    tokens: tuple[int, ...] = ()
    log_probs: tuple[float, ...] = ()
    attention: tuple[Attention, ...] = ()
    """One row for each token."""

    @property
    def score(self) -> float:
        """The mean log-probability of what was chosen."""
        return sum(self.log_probs) / len(self.log_probs)


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    token: int
    log_prob: float


def beam_search(
    model: SpeechModel, scores: TokenScores, opening: Opening, *, width: int, stop: int, end: int
) -> Decoded:
    """The reading with the best mean log-probability of `width` at a time, of `stop` tokens at most with the forced.

    It is over when the likeliest continuation of all is the token `end`, or `width` readings have ended. The draft of
    the opening is not used. Raises AbandonedError, EngineError.
    """
    impression, forced = opening.impression, opening.impression.forced
    known = len(forced)
    allowed = scores.allowed(opening.logits[: known + 1], first=not known)
    row, seen = allowed[known:], opening.attention[known : known + 1]
    past = opening.past.first(opening.length)
    alive, ended = [_Reading()], list[_Reading]()
    for _ in range(stop - known):
        best = _best(scores, row, alive, 2 * width)
        ended += [_grown(alive, seen, found) for found in best if found.token == end]
        over = best[0].token == end or len(ended) >= width
        going = [found for found in best if found.token != end][:width]
        grown = [_grown(alive, seen, found) for found in going]
        if over or known + len(grown[0].tokens) >= stop:
            alive = grown
            break
        past = past.rows([found.row for found in going])
        alive = grown
        step = model.step(np.array([[found.token] for found in going], np.int64), past, opening.encoded)
        row, seen, past = scores.allowed(step.logits[:, -1], first=False), step.attention[:, -1], step.past
    chosen = max(ended or alive, key=lambda reading: reading.score)
    tokens = [*forced, *(chosen.tokens[:-1] if ended else chosen.tokens)]
    log_probs = [*scores.of(forced, allowed[:known]), *chosen.log_probs]
    attention = np.stack([*opening.attention[:known], *chosen.attention])
    decoded = Decoded(impression, tokens, log_probs, attention, ended=bool(ended))
    again = guards.said_again(tokens, attention.argmax(axis=1).tolist())
    return decoded if again is None else decoded.until(again)


def _best(scores: TokenScores, rows: Logits, alive: list[_Reading], count: int) -> list[_Candidate]:
    """The likeliest continuations, best first."""
    log_probs = scores.log_probabilities(rows)
    sums = np.array([[sum(reading.log_probs)] for reading in alive], np.float32)
    totals: NDArray[np.float32] = log_probs + sums
    # A partition of all columns takes as long as a third of a step of the model; few are near the best of their row.
    margin = _MARGIN
    while len(near := np.argwhere(log_probs > log_probs.max(axis=1, keepdims=True) - margin)) < count:
        margin *= 2
    places = [(int(row), int(column)) for row, column in near]
    places.sort(key=lambda place: float(totals[place]), reverse=True)
    return [_Candidate(row, scores.token(column), float(log_probs[row, column])) for row, column in places[:count]]


def _grown(alive: list[_Reading], seen: Attention, found: _Candidate) -> _Reading:
    before = alive[found.row]
    return _Reading(
        (*before.tokens, found.token), (*before.log_probs, found.log_prob), (*before.attention, seen[found.row])
    )
