"""Unit tests of how an utterance is bounded, searched and remembered, on a model that follows a script."""

import gc
import math
import weakref
from functools import partial
from typing import Any, cast

import numpy as np
import pytest

from hiwar.engines import whisper
from hiwar.engines.contracts import AbandonedError
from hiwar.engines.whisper.decoding import Decoder
from hiwar.engines.whisper.engine import WhisperEngine
from hiwar.engines.whisper.features import Spectrogram
from hiwar.engines.whisper.model import Encoded, Past, Step, WhisperModel
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.engines.whisper.transcriber import DecodingOptions, Stretch, Transcriber
from hiwar.engines.whisper.utterance import WhisperUtterance
from hiwar.errors import EngineError
from hiwar.vocabulary import Language
from support.scripted_whisper import ScriptedModel, sound, utterance, vocabulary

TEXT = "the train to the coast leaves at nine in the morning and comes back late at night again "
TEXT += "so nobody who wants to see the sea by day should think of taking it unless there is nothing else to do at all"

SPACES = [place + 1 for place, letter in enumerate(TEXT) if letter == " "]
"""Tokens that begin a word: each is a letter, and a space goes before the first one."""


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return vocabulary(tmp_path_factory.mktemp("vocabulary"))


@pytest.fixture
def model(words: Vocabulary) -> ScriptedModel:
    return ScriptedModel(words, {"en": TEXT, "ar": TEXT})


def unsure(model: ScriptedModel, probability: float = 0.5) -> None:
    for language in model.sure:
        model.sure[language] = math.log(probability / (1 - probability) * len(model.columns))


def rows(model: ScriptedModel) -> int:
    """The most readings that were fed side by side."""
    return max(len(fed) for fed in model.fed)


def with_beam(model: ScriptedModel, words: Vocabulary, beam: int | None) -> WhisperUtterance:
    return WhisperUtterance(model, Transcriber(words, Decoder(words, model.columns), beam), words, "")


@pytest.mark.parametrize("final", [False, True])
def test_silence_is_not_decoded(model: ScriptedModel, words: Vocabulary, final: bool) -> None:
    silence = np.full(32_000, 4e-4, np.float32)
    heard = utterance(model, words).recognize(silence, language=None, final=final, words=True)
    assert (heard.text, heard.words, heard.confidence) == ("", (), 0.0)
    assert (model.contexts, model.fed) == ([], [])


def test_a_beam_is_left_out_where_greed_is_sure(model: ScriptedModel, words: Vocabulary) -> None:
    with_beam(model, words, 4).recognize(sound(10), language="ar", final=True)
    assert rows(model) == 1
    unsure(model)
    with_beam(model, words, 4).recognize(sound(10), language="ar", final=False)
    assert rows(model) == 1
    with_beam(model, words, 4).recognize(sound(10), language="ar", prefix="the", final=True)
    assert rows(model) == 1


@pytest.mark.parametrize("letters", [10, 60])
@pytest.mark.parametrize(
    ("beam", "language", "width"), [(None, "ar", 5), (None, "en", 1), (1, "ar", 1), (2, "ar", 2), (7, "en", 7)]
)
def test_the_beam_is_the_operator_s_or_the_language_s(
    model: ScriptedModel, words: Vocabulary, letters: int, beam: int | None, language: Language, width: int
) -> None:
    unsure(model)
    with_beam(model, words, beam).recognize(sound(letters), language=language, final=True)
    assert rows(model) == width


@pytest.mark.parametrize(("beam", "width"), [(None, 5), (1, 1), (3, 3)])
def test_in_doubt_the_beam_is_wide_unless_the_operator_says_otherwise(
    model: ScriptedModel, words: Vocabulary, beam: int | None, width: int
) -> None:
    unsure(model, 0.1)
    with_beam(model, words, beam).recognize(sound(10), language="en", final=True)
    assert model.contexts == [800, 1500]
    assert rows(model) == width


def test_in_doubt_there_is_more_context_than_audio(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model, 0.1)
    with_beam(model, words, 1).recognize(sound(70), language="en", final=True)
    with_beam(model, words, 1).recognize(sound(140), language="en", final=True)
    assert model.contexts[1] == 1950
    assert model.contexts[3] == 3000


def test_what_seems_to_be_no_speech_is_not_tried_again(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model, 0.1)
    model.no_speech = 30.0
    utterance(model, words).recognize(sound(10), language="en", final=True)
    assert model.contexts == [800]


def test_a_partial_keeps_what_it_heard_before_and_a_final_decides(model: ScriptedModel, words: Vocabulary) -> None:
    bad, bat = words.encode("bad"), words.encode("bat")
    gap = 0.0

    def continues(text: list[int], _letters: int) -> dict[int, float]:
        at = len(text)
        return {words.end: 9.0} if at == len(bat) else {bad[at]: 9.0 - gap * (at == 3), bat[at]: 9.0}

    model.continues = continues
    heard = utterance(model, words)
    gap = -0.5
    assert heard.recognize(sound(10), language="en", final=False).text == "bad"
    gap = 0.5
    assert heard.recognize(sound(11), language="en", final=False).text == "bad"
    assert heard.recognize(sound(11), language="en", final=True).text == "bat"
    assert heard.recognize(sound(12), language="en", final=False).text == "bat"


def stream(model: ScriptedModel, heard: WhisperUtterance, settled: str, until: int = 121) -> list[str]:
    """The texts of partials every second; the stand-in speaks from where its audio begins."""
    texts = []
    for letters in range(10, until, 5):
        before = heard.left_out_ms
        text = heard.recognize(sound(letters), language="en", settled=settled, final=False).text
        if heard.left_out_ms != before:
            model.offset = min(SPACES, key=lambda place: abs(place * 200 - heard.left_out_ms))
            text = heard.recognize(sound(letters), language="en", settled=settled, final=False).text
        texts.append(text)
    return texts


def test_a_long_partial_is_shortened_although_nothing_settles(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    texts = stream(model, heard, "")
    assert max(model.contexts) <= 1350
    assert heard.left_out_ms > 10_000
    assert all(text.split() == TEXT[: len(text)].split() for text in texts)


def test_what_settled_stays_also_where_it_is_heard_otherwise(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    texts = stream(model, heard, "one two three")
    assert max(model.contexts) <= 1350
    assert heard.left_out_ms > 10_000
    said = texts[-1].split()[:-1]
    assert said == ["one", "two", "three", *TEXT.split()[3 : len(said)]]


def test_what_was_not_believed_is_left_out_without_words(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model, 0.1)
    heard = utterance(model, words)
    texts = stream(model, heard, "", until=81)
    assert heard.left_out_ms > 2000
    assert set(texts) == {""}


def test_a_partial_with_a_prefix_hears_from_the_beginning(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    stream(model, heard, "", until=81)
    assert heard.left_out_ms > 2000
    model.offset = 0
    text = heard.recognize(sound(80), language="en", prefix="the", final=False).text
    assert text == TEXT[:79].rstrip()


def test_words_are_as_sure_as_their_tokens_on_the_whole(model: ScriptedModel, words: Vocabulary) -> None:
    said = words.encode("ab c")
    likely = [0.9, 0.4, 0.6, 0.8, 0.5]
    many = len(model.columns) - 1

    def continues(text: list[int], _letters: int) -> dict[int, float]:
        if len(text) == len(said):
            return {words.end: 20.0}
        probability = likely[len(text)]
        return {said[len(text)]: math.log(probability / (1 - probability) * many)}

    model.continues = continues
    heard = utterance(model, words).recognize(sound(10), language="en", final=False)
    assert heard.text == "ab c"
    assert heard.word_confidences == pytest.approx(((0.9 * 0.4 * 0.6) ** (1 / 3), (0.8 * 0.5) ** 0.5), abs=0.02)


def test_words_that_were_left_out_are_as_sure_as_they_were(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    stream(model, heard, "", until=81)
    said = heard.recognize(sound(80), language="en", final=False, words=True)
    assert len(said.word_confidences) == len(said.words) == len(said.text.split()) > 5
    assert said.word_confidences[0] == said.words[0].confidence
    assert said.word_confidences[-1] == pytest.approx(0.9, abs=0.02)
    times = [time for word in said.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= 80.4 * 200
    unsure(model, 0.1)
    said = heard.recognize(sound(80), language="en", final=False)
    assert len(said.word_confidences) == len(said.text.split()) > 0
    assert min(said.word_confidences) >= 0.5, "what was heard surely stays so"


def test_words_that_cannot_be_told_from_the_tokens_are_not_said_to_be_sure(
    model: ScriptedModel, words: Vocabulary
) -> None:
    broken = [*words.encode("a"), words.encode("é")[1], *words.encode("b")]
    model.continues = lambda text, _letters: {broken[len(text)] if len(text) < len(broken) else words.end: 9.0}
    heard = utterance(model, words).recognize(sound(10), language="en", final=False)
    assert (heard.text, heard.word_confidences) == ("a b", ())
    model.continues = None
    long = utterance(model, words)
    stream(model, long, "", until=81)
    model.continues = lambda text, _letters: {broken[len(text)] if len(text) < len(broken) else words.end: 9.0}
    said = long.recognize(sound(80), language="en", final=False)
    assert said.text.endswith(" a b")
    assert (long.left_out_ms > 2000, said.word_confidences) == (True, ())


@pytest.mark.parametrize("beam", [1, 3])
def test_an_abandoned_final_leaves_the_utterance_as_it_was(model: ScriptedModel, words: Vocabulary, beam: int) -> None:
    unsure(model)
    heard, alone = (utterance(model, words, beam=beam) for _ in range(2))
    for one in (heard, alone):
        one.recognize(sound(20), language="en", final=False)
    for patience in range(5):
        answers = [True] * patience + [False]
        with pytest.raises(AbandonedError):
            heard.recognize(sound(30), language="en", final=True, wanted=partial(answers.pop, 0))
    for final in (True, False):
        expected = alone.recognize(sound(30), language="en", final=final)
        assert heard.recognize(sound(30), language="en", final=final) == expected


@pytest.mark.parametrize("final", [False, True])
def test_an_utterance_keeps_no_audio_and_nothing_of_the_model_s(words: Vocabulary, final: bool) -> None:
    made: list[weakref.ref[Any]] = []

    class Watched(ScriptedModel):
        def encode(self, features: np.ndarray) -> Encoded:
            encoded = super().encode(features)
            made.extend(weakref.ref(array) for array in (features, *encoded.cross.values()))
            return encoded

        def step(self, tokens: np.ndarray, past: Past, encoded: Encoded, first: int = 0) -> Step:
            step = super().step(tokens, past, encoded, first)
            made.extend(weakref.ref(array) for array in (step.logits, step.attention, *step.past.arrays.values()))
            return step

    model = Watched(words, {"en": TEXT, "ar": TEXT})
    unsure(model)
    heard = utterance(model, words, beam=3)
    samples = sound(20)
    made.append(weakref.ref(samples))
    heard.recognize(samples, language=None, final=final, words=True)
    del samples
    gc.collect()
    assert len(made) > 20
    assert all(reference() is None for reference in made)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("final", [False, True])
def test_samples_that_are_no_numbers_are_refused_and_harm_nothing(
    model: ScriptedModel, words: Vocabulary, bad: float, final: bool
) -> None:
    heard = utterance(model, words)
    audio = sound(20)
    audio[1000] = bad
    with pytest.raises(EngineError, match="finite"):
        heard.recognize(audio, language=None, final=final)
    assert heard.recognize(sound(20), language="en", final=final).text == TEXT[:19].strip()


@pytest.mark.parametrize("count", [75, 3000])
def test_a_prefix_that_fills_the_text_comes_back(model: ScriptedModel, words: Vocabulary, count: int) -> None:
    prefix = "no " * count + "more"
    heard = utterance(model, words).recognize(sound(20), language="en", prefix=prefix, final=True)
    assert (heard.text, heard.confidence) == (prefix, 0.0)
    assert model.fed == []


def test_a_prefix_beyond_what_can_be_said_in_the_time_is_still_gone_on_with(
    model: ScriptedModel, words: Vocabulary
) -> None:
    heard = utterance(model, words).recognize(sound(20), language="en", prefix="no " * 30 + "more", final=True)
    assert heard.text.startswith("no " * 30 + "more")


def test_the_first_pass_is_bounded_whatever_came_before(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words, "it is late " * 2000)
    stream(model, heard, "")
    heard.recognize(sound(120), language="en", final=True)
    assert max(len(fed[0]) for fed in model.fed) <= 51 + 4 + 224


def test_warming_runs_the_model_with_contexts_of_partials_and_finals(model: ScriptedModel, words: Vocabulary) -> None:
    whisper._warm(WhisperEngine(cast("WhisperModel", model), words, "scripted"))
    assert {500, 700, 800} <= set(model.contexts)
    assert model.fed


def test_an_engine_hands_its_beam_on(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model)
    engine = WhisperEngine(cast("WhisperModel", model), words, "scripted", 4)
    engine.open().recognize(sound(10), language="en", final=True)
    assert rows(model) == 4


def openings(model: ScriptedModel, words: Vocabulary) -> list[int]:
    """The rows of each first pass."""
    return [len(fed) for fed in model.fed if fed[0][0] == words.start_of_transcript]


def test_what_goes_on_from_a_prefix_is_not_tried_again(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model, 0.1)
    utterance(model, words).recognize(sound(10), language="en", prefix="the", final=True)
    assert model.contexts == [800]


def test_a_loop_is_searched_again_however_sure_it_is(model: ScriptedModel, words: Vocabulary) -> None:
    model.texts["ar"] = "ha " * 100
    with_beam(model, words, 3).recognize(sound(20), language="ar", final=True)
    assert rows(model) == 3


@pytest.mark.parametrize(("letters", "final", "passes"), [(10, False, [2, 1]), (20, False, [2]), (20, True, [2, 1])])
def test_both_languages_are_read_while_it_is_open_which_it_is(
    model: ScriptedModel, words: Vocabulary, letters: int, final: bool, passes: list[int]
) -> None:
    model.english = 11.0
    utterance(model, words).recognize(sound(letters), language=None, final=final)
    assert openings(model, words) == passes


def test_the_second_try_is_of_the_language_that_was_found(model: ScriptedModel, words: Vocabulary) -> None:
    unsure(model, 0.1)
    utterance(model, words).recognize(sound(10), language=None, final=True)
    assert openings(model, words) == [2, 1]


@pytest.mark.parametrize(("no_speech", "text"), [(0.0, "well then ha we"), (30.0, "")])
def test_a_final_keeps_what_came_before_a_loop_unless_there_may_be_no_speech(
    model: ScriptedModel, words: Vocabulary, no_speech: float, text: str
) -> None:
    model.texts["en"] = "well then" + " ha" * 100
    model.no_speech = no_speech
    assert utterance(model, words).recognize(sound(50), language="en", final=False).text == ""
    assert utterance(model, words).recognize(sound(50), language="en", final=True).text[:15].strip() == text


def test_a_prefix_does_not_count_to_what_can_be_said_in_the_time(model: ScriptedModel, words: Vocabulary) -> None:
    prefix = "abcdefghijklmnopqrstuvwxyz0123456789"
    more = words.encode(prefix + " more")
    model.continues = lambda text, _letters: {more[len(text)] if len(text) < len(more) else words.end: 9.0}
    heard = utterance(model, words).recognize(sound(10), language="en", prefix=prefix, final=True)
    assert heard.text == prefix + " more"


def test_a_draft_is_no_longer_than_a_text(model: ScriptedModel, words: Vocabulary) -> None:
    samples = sound(10)
    options = DecodingOptions(True, "en", draft=words.encode(TEXT * 3))
    Transcriber(words, Decoder(words, model.columns)).transcribe(model, Stretch(Spectrogram(80), samples), options)
    assert len(model.fed[0][0]) == 4 + 224


def test_what_settled_late_and_in_other_pieces_goes_before_what_follows_it(
    model: ScriptedModel, words: Vocabulary
) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(60), language="en", final=False)
    said = heard.recognize(sound(64), language="en", settled="th e train to", final=False).text
    assert heard.left_out_ms > 6000
    assert said.startswith("th e train to the coast leaves ")


def test_after_a_final_nothing_is_left_out(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    stream(model, heard, "", until=81)
    model.offset = 0
    assert heard.left_out_ms > 2000
    heard.recognize(sound(40), language="en", final=True)
    assert heard.left_out_ms == 0
    assert heard.recognize(sound(41), language="en", final=False).text == TEXT[:40].strip()
