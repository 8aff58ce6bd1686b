"""Unit tests of one utterance: which of several decodes counts, and what is made of it."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from hiwar.engines.contracts import Hypothesis, Samples, always
from hiwar.pipelines.settings import UtteranceSettings
from hiwar.pipelines.utterance import Recall, Span, Utterance
from hiwar.vocabulary import Language, LanguageChoice, RecognitionConfig, Transcript, Word
from support.scripted_recognition import LevelRecognizer

SPAN = Span(start=16_000, voice_start=17_600, voice_end=32_000)
AUDIO = np.zeros(16_000, np.float32)
BEFORE = Transcript(0, "call me", "call me", 0.9, "en", 0, 500, is_final=True)
TOGETHER = Recall(BEFORE, np.zeros(48_000, np.float32))


class Answers(LevelRecognizer):
    """Answers by the prefix that it is given."""

    def __init__(self, answers: Mapping[str, Hypothesis]) -> None:
        super().__init__()
        self._answers = answers

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None,
        settled: str = "",
        prefix: str = "",
        final: bool,
        words: bool = False,
        wanted: Callable[[], bool] = always,
    ) -> Hypothesis:
        self.asked.append((len(samples), language, prefix, final))
        return self._answers[prefix]


def final(answers: Mapping[str, Hypothesis], language: LanguageChoice = "auto") -> Transcript | None:
    config = RecognitionConfig("test", language=language, word_timestamps=True)
    utterance = Utterance(1, config, UtteranceSettings(), Answers(answers))
    utterance.make_final(AUDIO, SPAN, TOGETHER)
    return utterance.final


def test_a_sure_utterance_is_heard_once() -> None:
    recognizer = Answers({"": Hypothesis("Ishmael", "en", 0.9)})
    utterance = Utterance(1, RecognitionConfig("test"), UtteranceSettings(), recognizer)
    utterance.make_final(AUDIO, SPAN, TOGETHER)
    first = utterance.final
    assert first is not None
    assert (first.text, first.stable, first.is_final) == ("Ishmael", "Ishmael", True)
    assert (first.start_ms, first.end_ms) == (1100, 2000)
    assert utterance.has_final(SPAN)
    utterance.make_final(AUDIO, SPAN, TOGETHER)
    assert utterance.final is first
    assert len(recognizer.asked) == 1


def test_of_two_decodes_in_doubt_the_surer_counts() -> None:
    alone = Hypothesis("Fish meal", "en", 0.5)
    for confidence, text in ((0.6, "Ishmael"), (0.4, "Fish meal")):
        heard = final({"": alone, "call me": Hypothesis("call me Ishmael", "en", confidence)})
        assert heard is not None
        assert heard.text == text


def test_the_language_of_the_utterance_before_is_favoured_in_doubt() -> None:
    alone = Hypothesis("اشمعيل", "ar", 0.5)
    for confidence, language in ((0.45, "en"), (0.3, "ar")):
        heard = final({"": alone, "call me": Hypothesis("call me Ishmael", "en", confidence)})
        assert heard is not None
        assert heard.language == language


def test_what_cannot_be_told_apart_is_heard_alone() -> None:
    alone = Hypothesis("Fish meal", "en", 0.5)
    for together in ("call meIshmael", "call me", "", "called me Ishmael"):
        heard = final({"": alone, "call me": Hypothesis(together, "en", 0.9)})
        assert heard is not None
        assert heard.text == "Fish meal"


def test_words_heard_together_lie_where_they_lie_in_the_stream() -> None:
    words = (Word("call", 0, 300, 1.0), Word("me", 300, 600, 1.0), Word("Ishmael", 2200, 2900, 1.0))
    heard = final({"": Hypothesis("", "en", 0.0), "call me": Hypothesis("call me Ishmael", "en", 0.9, words)})
    assert heard is not None
    # 3 s of audio that end with the utterance's second, which begins 1 s into the stream.
    assert heard.words == (Word("Ishmael", 1200, 1900, 1.0),)


def test_nothing_heard_is_no_final() -> None:
    nothing = Hypothesis("", "en", 0.0)
    assert final({"": nothing, "call me": nothing}, "en") is None


@pytest.mark.parametrize(("voice_ms", "confidence", "said"), [(256, 0.45, False), (256, 0.5, True), (257, 0.45, True)])
def test_a_moment_of_voice_must_be_heard_surely(voice_ms: int, confidence: float, said: bool) -> None:
    recognizer = Answers({"": Hypothesis("Hmm.", "en", confidence)})
    utterance = Utterance(1, RecognitionConfig("test"), UtteranceSettings(), recognizer)
    utterance.make_final(AUDIO, Span(0, 4800, 4800 + 16 * voice_ms))
    assert (utterance.final is not None) is said
