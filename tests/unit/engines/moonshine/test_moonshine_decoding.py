"""How the engine decodes, with a model that says what it is told."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from hiwar.engines.contracts import AbandonedError, Samples
from hiwar.engines.moonshine.engine import MoonshineEngine
from hiwar.engines.moonshine.model import MoonshineModel
from hiwar.engines.moonshine.tokens import BEGIN, END, Vocabulary
from hiwar.errors import EngineError

WORDS = ("one", "two", "three", "four")
PIECES = [b"<unk>", b"<s>", b"</s>", *(bytes([byte]) for byte in range(256))]
for _word in WORDS:
    # All that leads to the word by pairs: "▁o", "▁on", "▁one".
    PIECES += [f"▁{_word[:end]}".encode() for end in range(len(_word) + 1) if f"▁{_word[:end]}".encode() not in PIECES]
IDS = {word: PIECES.index(f"▁{word}".encode()) for word in WORDS}
VOCABULARY = Vocabulary(b"".join(bytes([len(piece)]) + piece for piece in PIECES))
SECOND = np.zeros(16000, np.float32)


class ScriptedModel:
    """Says the tokens of a script one after another whatever it is fed, each with the same probability."""

    def __init__(self, script: Sequence[int], probability: float = 0.8) -> None:
        self.script = script
        self.probability = probability
        self.fed: list[list[int]] = []

    def encode(self, samples: Samples) -> int:
        return len(samples)

    def step(self, _decode: object, tokens: list[int]) -> NDArray[np.float32]:
        before = sum(len(each) for each in self.fed)
        self.fed.append(list(tokens))
        rows = np.full((len(tokens), len(PIECES)), 1e-4, np.float32)
        for row in range(len(tokens)):
            rows[row, self.script[before + row]] = self.probability
        return rows


def engine_of(model: ScriptedModel) -> MoonshineEngine:
    return MoonshineEngine(cast("MoonshineModel", model), VOCABULARY, "scripted")


def script_of(text: str) -> list[int]:
    return [*(IDS[word] for word in text.split()), END]


def test_tokens_follow_each_other_to_the_end() -> None:
    model = ScriptedModel(script_of("one two three"))
    heard = engine_of(model).recognize(SECOND, language="en", final=True)
    assert (heard.text, heard.language, heard.words) == ("one two three", "en", ())
    assert heard.confidence == pytest.approx(0.8)
    assert model.fed == [[BEGIN], [IDS["one"]], [IDS["two"]], [IDS["three"]]]


def test_settled_words_cost_a_partial_one_step() -> None:
    model = ScriptedModel(script_of("one two three"))
    heard = engine_of(model).recognize(SECOND, language="en", settled="one two", final=False)
    assert heard.text == "one two three"
    assert heard.confidence == pytest.approx(0.8)
    assert model.fed == [[BEGIN, IDS["one"], IDS["two"]], [IDS["three"]]]


def test_a_final_hears_settled_words_anew_but_begins_with_the_prefix() -> None:
    model = ScriptedModel(script_of("one two three"))
    heard = engine_of(model).recognize(SECOND, language="en", settled="four four", prefix="one", final=True)
    assert heard.text == "one two three"
    assert model.fed[0] == [BEGIN, IDS["one"]]


def test_a_prefix_that_the_model_doubts_takes_confidence() -> None:
    model = ScriptedModel(script_of("one two three"))
    heard = engine_of(model).recognize(SECOND, language="en", prefix="four two", final=True)
    # The model gives "four" next to nothing, so what it says after it is not believed either.
    assert (heard.text, heard.confidence) == ("four two", 0.0)


def test_a_decode_in_doubt_says_nothing() -> None:
    assert engine_of(ScriptedModel(script_of("one two"), 0.35)).recognize(SECOND, language="en", final=True).text == ""


def test_a_loop_ends_the_decode_and_keeps_one_turn() -> None:
    model = ScriptedModel([IDS["one"], *[IDS["two"], IDS["three"]] * 20])
    heard = engine_of(model).recognize(SECOND, language="en", final=True)
    assert heard.text == "one two three"
    assert len(model.fed) == 9


def test_a_decode_that_does_not_end_is_stopped_by_its_budget() -> None:
    endless = [IDS[word] for word in ("one", "two", "three", "one", "four", "two", "four", "three", "three") * 9]
    model = ScriptedModel(endless)
    engine_of(model).recognize(SECOND, language="en", final=True)
    assert len(model.fed) == 11  # 6.5 a second, rounded up, and 4
    model = ScriptedModel(endless)
    engine_of(model).recognize(SECOND, language="en", prefix="one two", final=True)
    assert len(model.fed) == 11


def test_nobody_waits_any_more() -> None:
    model = ScriptedModel(script_of("one two three"))
    answers = iter([True, True, False])
    with pytest.raises(AbandonedError):
        engine_of(model).recognize(SECOND, language="en", final=False, wanted=lambda: next(answers))
    assert len(model.fed) == 2


def test_audio_that_is_too_short_is_not_heard() -> None:
    model = ScriptedModel([])
    for final in (False, True):
        heard = engine_of(model).recognize(SECOND[:1599], language="en", prefix="one", final=final)
        assert (heard.text, heard.confidence) == ("one", 0.0)
    assert model.fed == []


def test_audio_that_is_too_long_and_a_closed_engine_are_errors() -> None:
    engine = engine_of(ScriptedModel([]))
    with pytest.raises(EngineError, match="30 s"):
        engine.recognize(np.zeros(30 * 16000 + 1, np.float32), language="en", final=True)
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.recognize(SECOND, language="en", final=True)
