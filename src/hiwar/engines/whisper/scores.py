"""How likely each next token is, among those that may come. Which of them to take is left to the decoders."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.whisper.tokens import Vocabulary

Logits = NDArray[np.float32]
"""One row for each token fed, shape (tokens, columns)."""


class TokenScores:
    """Reads the logits of one model, whose columns stand for the ascending token ids `columns`. Nothing changes."""

    def __init__(self, columns: NDArray[np.int64], vocabulary: Vocabulary) -> None:
        self._columns = columns
        # Text and the end of it: the other special tokens lie above the end token.
        barred = (columns > vocabulary.end) | np.isin(columns, vocabulary.suppressed)
        self._penalty = np.where(barred, -np.inf, 0).astype(np.float32)
        first = np.isin(columns, vocabulary.suppressed_first)
        self._penalty_first = np.where(first, -np.inf, 0).astype(np.float32)
        self._language_codes = tuple(vocabulary.language_tokens)
        self._language_columns = np.searchsorted(columns, list(vocabulary.language_tokens.values()))
        self._no_speech = int(np.searchsorted(columns, vocabulary.no_speech))

    def allowed(self, logits: Logits, *, first: bool) -> Logits:
        """A copy with -inf where no token may come; `first` says that the first row begins the text."""
        scores = logits + self._penalty
        if first:
            scores[0] += self._penalty_first
        return scores

    def best(self, row: Logits) -> int:
        """The likeliest token, by a row of shape (columns,)."""
        return int(self._columns[row.argmax()])

    def agreed(self, offer: Sequence[int], allowed: Logits, favour: float) -> int:
        """How many tokens of a draft the rows before them agree to: each at most `favour` less likely than the best."""
        rows = np.arange(len(offer))
        places = np.searchsorted(self._columns, offer).clip(max=len(self._columns) - 1)
        refused = allowed[rows, places] < allowed[: len(offer)].max(axis=1) - favour
        refused |= self._columns[places] != np.asarray(offer)
        return int(refused.argmax()) if refused.any() else len(offer)

    def log_probabilities(self, allowed: Logits) -> Logits:
        """The natural logarithm of each token's probability."""
        shifted = allowed - allowed.max(axis=1, keepdims=True)
        normalized: Logits = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return normalized

    def of(self, tokens: Sequence[int], allowed: Logits) -> list[float]:
        """The log-probability of one token after each row; -inf for one that may not come."""
        places = np.searchsorted(self._columns, tokens).clip(max=len(self._columns) - 1)
        found = self.log_probabilities(allowed)[np.arange(len(tokens)), places]
        found[self._columns[places] != np.asarray(tokens)] = -np.inf
        listed: list[float] = found.tolist()
        return listed

    def token(self, column: int) -> int:
        """The token id of a column."""
        return int(self._columns[column])

    def languages(self, row: Logits) -> Mapping[str, float]:
        """The probability of each language by its code, from the row after the start token, shape (columns,)."""
        if not self._language_codes:
            return {}
        found = row[self._language_columns]
        powers = np.exp(found - found.max())
        return dict(zip(self._language_codes, (powers / powers.sum()).tolist(), strict=True))

    def no_speech(self, row: Logits) -> float:
        """The probability that nothing is spoken, from the row after the start token, shape (columns,)."""
        return float(np.exp(row[self._no_speech] - row.max()) / np.exp(row - row.max()).sum())
