"""Unit tests of which tokens may come and how likely they are, when the model leaves some of them out."""

import json

import numpy as np
import pytest

from hiwar.engines.whisper.scores import TokenScores
from hiwar.engines.whisper.tokens import Vocabulary
from support.scripted_whisper import vocabulary


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("vocabulary")
    end = vocabulary(folder).end
    (folder / "config.json").write_text(json.dumps({"suppress_ids": [3], "suppress_ids_begin": [end]}))
    return Vocabulary(folder)


@pytest.fixture
def scores(words: Vocabulary) -> TokenScores:
    """Of columns that stand for the tokens 1, 3, 5, the end and the special ones after it."""
    return TokenScores(np.array([1, 3, 5, *range(words.end, words.end + 8)]), words)


def test_only_text_and_its_end_may_come(scores: TokenScores) -> None:
    allowed = scores.allowed(np.zeros((2, 11), np.float32), first=True)
    assert np.isfinite(allowed).tolist() == [
        [True, False, True, False, *[False] * 7],
        [True, False, True, True, *[False] * 7],
    ]
    assert np.isfinite(scores.allowed(np.zeros((1, 11), np.float32), first=False))[0, 3]


@pytest.mark.parametrize("token", [0, 2, 4, 5000])
def test_a_token_without_a_column_is_never_agreed_to(scores: TokenScores, token: int) -> None:
    allowed = scores.allowed(np.zeros((2, 11), np.float32), first=False)
    assert scores.agreed([1, token], allowed, 100.0) == 1
    assert scores.of([1, token], allowed) == [pytest.approx(np.log(1 / 3)), -np.inf]


def test_a_draft_is_agreed_to_within_the_favour(scores: TokenScores) -> None:
    logits = np.zeros((2, 11), np.float32)
    logits[1, 0] = 0.5
    allowed = scores.allowed(logits, first=False)
    assert [scores.agreed([5, 5], allowed, favour) for favour in (0.0, 0.4, 0.6)] == [1, 1, 2]
