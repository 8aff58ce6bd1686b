"""Unit tests of hearing an utterance again and again, on a model that follows a script."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hiwar.engines.contracts import AbandonedError
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.errors import EngineError
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
    return ScriptedModel(words, {"en": TEXT, "ar": "qad " + TEXT})


def test_what_was_heard_before_is_checked_in_one_pass(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    first = heard.recognize(sound(20), language="en", final=False)
    alone = len(model.fed)
    again = heard.recognize(sound(20), language="en", final=False)
    assert (first.text, again) == (TEXT[:19].strip(), first)
    assert alone == 21
    assert len(model.fed) - alone == 1


def test_only_what_is_new_is_read_token_by_token(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(20), language="en", final=False)
    before = len(model.fed)
    assert heard.recognize(sound(25), language="en", final=False).text == TEXT[:24].strip()
    assert len(model.fed) - before == 6


@pytest.mark.parametrize("changed", ["the brain to the coast", "the rain to the coast", "the t-rain to the coast"])
def test_a_wrong_draft_changes_nothing_but_the_cost(model: ScriptedModel, words: Vocabulary, changed: str) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(22), language="en", final=False)
    model.texts["en"] = changed
    alone = utterance(model, words).recognize(sound(24), language="en", final=False)
    before = len(model.fed)
    assert heard.recognize(sound(24), language="en", final=False) == alone
    assert alone.text == changed
    assert len(model.fed) - before <= 8


def test_a_final_hears_everything_with_the_last_partial_as_its_draft(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(30), language="en", final=False)
    before = len(model.fed)
    assert heard.recognize(sound(29), language="en", final=True).text == TEXT[:28].strip()
    assert len(model.fed) - before == 1


def test_the_context_is_fitted_to_the_audio(model: ScriptedModel, words: Vocabulary) -> None:
    for letters in (10, 40):
        utterance(model, words).recognize(sound(letters), language="en", final=False)
        utterance(model, words).recognize(sound(letters), language="en", final=True)
    short, least, longer, longest = model.contexts
    assert short < least == 800
    assert 808 < longer < longest == 1050


def test_a_long_partial_costs_no_more_than_a_short_one(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    shown = ""
    for letters in range(10, 141, 2):
        before = heard.left_out_ms
        text = heard.recognize(sound(letters), language="en", settled=shown, final=False).text
        if heard.left_out_ms != before:
            # The stand-in speaks from where its audio begins, so that this hearing said too much.
            model.offset = min(SPACES, key=lambda place: abs(place * 200 - heard.left_out_ms))
            text = heard.recognize(sound(letters), language="en", settled=shown, final=False).text
        assert text.split() == TEXT[: len(text)].split()
        assert abs(len(text) - letters) <= 8
        shown = " ".join(text.split()[:-2])
    assert max(model.contexts) <= 1100
    assert heard.left_out_ms > 16_000
    model.offset = 0
    assert heard.recognize(sound(140), language="en", final=True).text == TEXT[:139].strip()
    assert model.contexts[-1] >= 2800


def test_settled_words_that_are_not_the_ones_heard_leave_nothing_out(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    for letters in (46, 48, 50):
        heard.recognize(sound(letters), language="en", settled="something else entirely", final=False)
    assert heard.left_out_ms == 0


def test_nobody_waiting_stops_it_and_harms_nothing(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(10), language="en", final=False)
    for patience in range(4):
        answers = [True] * patience + [False]
        before = len(model.contexts) + len(model.fed)
        with pytest.raises(AbandonedError):
            heard.recognize(sound(20), language="en", final=False, wanted=partial(answers.pop, 0))
        assert len(model.contexts) + len(model.fed) - before == patience
    assert heard.recognize(sound(20), language="en", final=False).text == TEXT[:19].strip()


def test_the_language_is_found_in_the_first_pass(model: ScriptedModel, words: Vocabulary) -> None:
    model.english = 0.0
    heard = utterance(model, words)
    first = heard.recognize(sound(10), language=None, final=False)
    assert (first.language, first.text[:4]) == ("ar", "qad ")
    assert len(model.fed) == 11
    assert heard.recognize(sound(10), language=None, final=False).language == "ar"
    assert len(model.fed) == 12


def test_a_later_hearing_may_find_another_language(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words)
    heard.recognize(sound(10), language=None, final=False)
    model.english = 0.0
    assert heard.recognize(sound(40), language=None, final=False).language == "ar"
    assert heard.recognize(sound(40), language="en", final=False).language == "en"


@pytest.mark.parametrize("better", ["ar", "en"])
def test_in_doubt_the_language_that_reads_better_wins(model: ScriptedModel, words: Vocabulary, better: str) -> None:
    model.english = 11.0
    for language in model.sure:
        model.sure[language] = 8.0 if language == better else 7.0
    for final in (False, True):
        assert utterance(model, words).recognize(sound(10), language=None, final=final).language == better


def test_text_before_the_utterance_goes_before_the_prompt(model: ScriptedModel, words: Vocabulary) -> None:
    said = "it is late " * 20 + "so run"
    utterance(model, words, said + ".").recognize(sound(10), language="en", final=True)
    fed = model.fed[0][0]
    assert words.decode(fed[: fed.index(words.start_of_transcript)]) == said[-50:].strip()
    assert fed.index(words.start_of_transcript) == 51


def test_an_english_only_model_gets_no_language_token(tmp_path: Path) -> None:
    english = vocabulary(tmp_path / "english", english_only=True)
    model = ScriptedModel(english, {"en": TEXT})
    assert english.languages == ("en",)
    heard = utterance(model, english).recognize(sound(10), language=None, final=False)
    assert (heard.language, heard.text) == ("en", TEXT[:9].strip())
    assert model.fed[0] == [english.start("en")]


def test_a_loop_stops_early_and_says_nothing(model: ScriptedModel, words: Vocabulary) -> None:
    model.texts["en"] = "ha " * 100
    heard = utterance(model, words).recognize(sound(50), language="en", final=False)
    assert (heard.text, heard.confidence) == ("", 0.0)
    assert len(model.fed) < 20


def test_a_final_in_doubt_is_read_once_more_with_more_context(model: ScriptedModel, words: Vocabulary) -> None:
    model.texts["en"] = "ha " * 100
    utterance(model, words).recognize(sound(20), language="en", final=True)
    assert model.contexts == [800, 1500]


def test_more_text_than_anyone_can_say_is_cut_off(model: ScriptedModel, words: Vocabulary) -> None:
    model.continues = lambda text, _letters: {ord("a") + len(text) % 13: 8.0}
    assert utterance(model, words).recognize(sound(20), language="en", final=False).text == ""
    assert len(model.fed) == 33


def test_a_prefix_begins_the_result(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words).recognize(sound(10), language="en", prefix="a", final=True)
    assert heard.text == "a" + TEXT[1:9].rstrip()


def test_a_beam_finds_what_greed_misses(model: ScriptedModel, words: Vocabulary) -> None:
    good, bad = words.encode("good")[1:], words.encode("bad")[1:]

    def tempting(text: list[int], _letters: int) -> dict[int, float]:
        if not text:
            return {bad[0]: 8.2, good[0]: 8.0}
        said = good if text[0] == good[0] else bad
        sure = 9.0 if said is good else 6.0
        return {said[len(text)] if len(text) < len(said) else words.end: sure}

    model.continues = tempting
    assert utterance(model, words).recognize(sound(10), language="en", final=True).text == "bad"
    assert utterance(model, words, beam=3).recognize(sound(10), language="en", final=True).text == "good"


def test_words_sound_where_the_model_looked(model: ScriptedModel, words: Vocabulary) -> None:
    heard = utterance(model, words).recognize(sound(30), language="en", final=True, words=True)
    assert [word.text for word in heard.words] == heard.text.split()
    # A letter is 200 ms and the space before a word counts to it.
    expected = [0, 800, 2000, 2600, 3400, 4600]
    assert [word.start_ms for word in heard.words][:6] == pytest.approx(expected, abs=200)
    assert all(word.confidence > 0.8 for word in heard.words)


def test_audio_longer_than_the_model_hears_is_refused(model: ScriptedModel, words: Vocabulary) -> None:
    with pytest.raises(EngineError):
        utterance(model, words).recognize(np.zeros(31 * 16000, np.float32), language="en", final=True)
