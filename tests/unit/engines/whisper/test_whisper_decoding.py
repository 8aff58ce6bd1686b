"""Unit tests of greedy decoding and beam search over one stretch, on a model that follows a script."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from hiwar.engines.whisper.beam import beam_search
from hiwar.engines.whisper.decoding import Decoded, Decoder, Opening
from hiwar.engines.whisper.model import Encoded
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.vocabulary import Language
from support.scripted_whisper import ScriptedModel, vocabulary

TRAIN = "the train the train again"
TURN = len(" the train")

Decode = Callable[[ScriptedModel, Vocabulary, Decoder, Opening, int], Decoded]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return vocabulary(tmp_path_factory.mktemp("vocabulary"))


@pytest.fixture
def model(words: Vocabulary) -> ScriptedModel:
    return ScriptedModel(words, {"en": TRAIN, "ar": TRAIN})


def opened(
    model: ScriptedModel, words: Vocabulary, forced: Sequence[int] = (), draft: Sequence[int] = ()
) -> tuple[Decoder, Opening]:
    decoder = Decoder(words, model.columns)
    encoded = Encoded({"letters": np.array([100], np.float32)}, 1500)
    return decoder, decoder.open(model, encoded, "en", forced=forced, draft=draft)


def greedily(model: ScriptedModel, _words: Vocabulary, decoder: Decoder, opening: Opening, stop: int) -> Decoded:
    return decoder.greedy(model, opening, stop)


def by_beam(model: ScriptedModel, words: Vocabulary, decoder: Decoder, opening: Opening, stop: int) -> Decoded:
    return beam_search(model, decoder.scores, opening, width=3, stop=stop, end=words.end)


BOTH = pytest.mark.parametrize("decode", [greedily, by_beam])


@BOTH
def test_a_script_is_read_to_its_end_with_what_is_known_of_each_token(
    model: ScriptedModel, words: Vocabulary, decode: Decode
) -> None:
    found = decode(model, words, *opened(model, words), 60)
    assert words.decode(found.tokens) == TRAIN
    assert found.ended
    assert found.log_probs == pytest.approx([math.log(0.9)] * (len(found.tokens) + 1), abs=1e-2)
    assert found.confidence == pytest.approx(0.9, abs=0.01)
    assert found.attention.argmax(axis=1).tolist() == list(range(0, 10 * len(found.log_probs), 10))


@BOTH
def test_what_is_said_once_more_of_the_same_audio_is_the_end(
    model: ScriptedModel, words: Vocabulary, decode: Decode
) -> None:
    model.looks = lambda text: len(text) % TURN
    found = decode(model, words, *opened(model, words), 60)
    assert words.decode(found.tokens) == "the train"
    assert found.ended
    assert len(found.log_probs) == len(found.attention) == TURN + 1


@BOTH
def test_what_is_forced_stays_although_it_is_said_again(
    model: ScriptedModel, words: Vocabulary, decode: Decode
) -> None:
    model.looks = lambda text: len(text) % TURN
    forced = words.encode("the train the train")
    found = decode(model, words, *opened(model, words, forced), 60)
    assert found.tokens == forced
    assert len(found.log_probs) == len(forced) + 1
    assert found.confidence == pytest.approx(0.9, abs=0.01)


@BOTH
def test_forced_tokens_count_to_the_bound_and_not_to_the_confidence(
    model: ScriptedModel, words: Vocabulary, decode: Decode
) -> None:
    forced = words.encode("xyz")
    found = decode(model, words, *opened(model, words, forced), 10)
    assert words.decode(found.tokens) == "xyz" + TRAIN[3:9]
    assert not found.ended
    assert found.log_probs[1] < math.log(0.01)
    assert found.confidence == pytest.approx(0.9, abs=0.01)


@BOTH
def test_the_text_does_not_begin_with_its_end(model: ScriptedModel, words: Vocabulary, decode: Decode) -> None:
    model.continues = lambda _text, _letters: {words.end: 9.0, ord("a"): 8.0}
    found = decode(model, words, *opened(model, words), 10)
    assert words.decode(found.tokens) == words.decode([ord("a")])
    forced = words.encode("xyz")
    assert decode(model, words, *opened(model, words, forced), 10).tokens == forced


def near(model: ScriptedModel, words: Vocabulary, gap: float) -> list[int]:
    """The model reads "bat" and all but "bad", which is `gap` nats less likely; the tokens of that one."""
    bad, bat = words.encode("bad"), words.encode("bat")

    def continues(text: list[int], _letters: int) -> dict[int, float]:
        at = len(text)
        return {words.end: 9.0} if at == len(bat) else {bad[at]: 9.0 - gap * (at == 3), bat[at]: 9.0}

    model.continues = continues
    return bad


@pytest.mark.parametrize(
    ("gap", "favour", "text"), [(0.6, 0.7, "bad"), (0.8, 0.7, "bat"), (0.6, 0.0, "bat"), (0.6, 0.5, "bat")]
)
def test_a_draft_stays_when_it_is_nearly_as_likely_as_asked(
    model: ScriptedModel, words: Vocabulary, gap: float, favour: float, text: str
) -> None:
    decoder, opening = opened(model, words, draft=near(model, words, gap))
    assert words.decode(decoder.greedy(model, opening, 20, favour).tokens) == text


def test_a_draft_is_not_taken_past_the_bound(model: ScriptedModel, words: Vocabulary) -> None:
    decoder, opening = opened(model, words, draft=words.encode(TRAIN))
    found = decoder.greedy(model, opening, 7)
    assert (words.decode(found.tokens), found.ended) == ("the tr", False)
    assert len(found.log_probs) == len(found.attention) == 7


def test_a_draft_that_goes_on_being_wrong_is_offered_less_and_less(model: ScriptedModel, words: Vocabulary) -> None:
    draft = words.encode("z" * 24)
    decoder, opening = opened(model, words, draft=draft)
    assert words.decode(decoder.greedy(model, opening, 60).tokens) == TRAIN
    # The prompt with the whole draft, then a token and what is offered after it.
    assert [len(rows[0]) for rows in model.fed][:6] == [4 + len(draft), 9, 5, 3, 2, 1]


@pytest.mark.parametrize(
    "changed", ["the rain the train again", "the strain the train again", "tha train the train again"]
)
def test_a_draft_is_taken_up_again_after_what_changed(model: ScriptedModel, words: Vocabulary, changed: str) -> None:
    decoder, opening = opened(model, words, draft=words.encode(changed))
    assert words.decode(decoder.greedy(model, opening, 60).tokens) == TRAIN
    assert len(model.fed) <= 5


def test_a_loop_ends_greedy_decoding(model: ScriptedModel, words: Vocabulary) -> None:
    model.texts["en"] = "hahahahahahahahahahahaha"
    decoder, opening = opened(model, words)
    found = decoder.greedy(model, opening, 60)
    assert (words.decode(found.tokens), found.ended) == ("hahahaha", False)


def test_a_beam_keeps_the_attention_and_probabilities_of_the_reading_it_chose(
    model: ScriptedModel, words: Vocabulary
) -> None:
    good, bad = words.encode("good")[1:], words.encode("bad")[1:]

    def tempting(text: list[int], _letters: int) -> dict[int, float]:
        if not text:
            return {bad[0]: 8.2, good[0]: 8.0}
        said = good if text[0] == good[0] else bad
        return {said[len(text)] if len(text) < len(said) else words.end: 9.0 if said is good else 6.0}

    model.continues = tempting
    model.looks = lambda text: 3 * len(text) + (text[:1] == bad[:1])
    found = by_beam(model, words, *opened(model, words), 20)
    assert found.tokens == good
    assert found.attention.argmax(axis=1).tolist() == [0, 30, 60, 90, 120]
    likely = math.log(math.exp(9) / (math.exp(9) + len(model.columns) - 9))
    assert found.log_probs[1:] == pytest.approx([likely] * 4, abs=0.01)
    assert found.log_probs[0] == pytest.approx(-0.85, abs=0.1)


def test_a_beam_ends_after_as_many_readings_as_it_is_wide(model: ScriptedModel, words: Vocabulary) -> None:
    model.continues = lambda text, _letters: {ord("a") + len(text): 9.0, words.end: 8.5, ord("z"): 8.0}
    found = by_beam(model, words, *opened(model, words), 60)
    assert found.ended
    assert len(model.fed) <= 5


def test_a_beam_feeds_one_token_of_each_reading(model: ScriptedModel, words: Vocabulary) -> None:
    found = by_beam(model, words, *opened(model, words, draft=words.encode("the strain")), 60)
    assert words.decode(found.tokens) == TRAIN
    # The first pass gives the first token, and the last step the end.
    assert len(model.fed) == 1 + len(found.tokens)
    assert {(len(rows), len(rows[0])) for rows in model.fed[1:]} == {(3, 1)}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_without_a_language_the_likelier_one_goes_on_from_its_own_row(
    model: ScriptedModel, words: Vocabulary, language: Language
) -> None:
    model.texts = {"ar": "qad " + TRAIN, "en": TRAIN}
    model.english = 20.0 if language == "en" else 0.0
    decoder = Decoder(words, model.columns)
    opening = decoder.open(model, Encoded({"letters": np.array([100], np.float32)}, 1500), None)
    assert opening.impression.language == opening.impression.likeliest == language
    assert words.decode(decoder.greedy(model, opening, 60).tokens) == model.texts[language]
