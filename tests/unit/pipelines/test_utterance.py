"""Unit tests of one utterance: which of several decodes counts, and what is made of it."""

from collections.abc import Callable, Mapping, Sequence

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


class Sequential(LevelRecognizer):
    """Answers in turn."""

    def __init__(self, answers: Sequence[Hypothesis]) -> None:
        super().__init__()
        self._answers = iter(answers)

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
        return next(self._answers)


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
    alone = Hypothesis("اشمعيل يا صديقي", "ar", 0.5)
    for confidence, language in ((0.45, "en"), (0.3, "ar")):
        heard = final({"": alone, "call me": Hypothesis("call me Ishmael my friend", "en", confidence)})
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


@pytest.mark.parametrize(
    ("text", "language", "voice_ms", "confidence", "said"),
    [
        ("Hmm.", "en", 2000, 0.46, False),
        ("Hmm.", "en", 2000, 0.5, True),
        ("I am sorry.", "en", 400, 0.46, False),
        ("I am sorry.", "en", 401, 0.46, True),
        ("مرحبا", "ar", 300, 0.3, False),
        ("مرحبا", "ar", 300, 0.35, True),
    ],
)
def test_a_moment_of_voice_or_a_word_must_be_heard_surely(
    text: str, language: Language, voice_ms: int, confidence: float, said: bool
) -> None:
    recognizer = Answers({"": Hypothesis(text, language, confidence)})
    utterance = Utterance(1, RecognitionConfig("test"), UtteranceSettings(), recognizer)
    span = Span(0, 4800, 4800 + 16 * voice_ms)
    utterance.make_final(AUDIO, span)
    assert (utterance.final is not None) is said


def test_of_a_partial_less_is_asked() -> None:
    for confidence, said in ((0.36, True), (0.34, False)):
        utterance = Utterance(
            1, RecognitionConfig("test"), UtteranceSettings(), Answers({"": Hypothesis("And", "en", confidence)})
        )
        assert (utterance.partial(AUDIO, Span(0, 4800, 8000), settle=False) is not None) is said


def timed(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, 1100 + 100 * at, 1200 + 100 * at, 0.5) for at, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("shown", "heard"),
    [
        ("I'd like to speak", "I would like to speak now"),
        ("the block books were", "the blockbooks were here"),
        ("we walk home", "We walk, home again"),
        ("one two three", "zero one two three four"),
    ],
)
def test_words_have_times_where_the_final_was_heard_otherwise(shown: str, heard: str) -> None:
    """The stable words stay, and each word of the transcript has its time, in order and inside the voice."""
    config = RecognitionConfig("test", word_timestamps=True, language="en")
    partial = Hypothesis(f"{shown} x", "en", 0.9)
    recognizer = Sequential([partial] * 3 + [Hypothesis(heard, "en", 0.9, timed(heard))])
    utterance = Utterance(1, config, UtteranceSettings(), recognizer)
    for _ in range(3):
        utterance.partial(AUDIO, SPAN, settle=True)
    utterance.make_final(AUDIO, SPAN)
    assert utterance.final is not None
    assert utterance.final.text.startswith(shown)
    assert [word.text for word in utterance.final.words] == utterance.final.text.split()
    edges = [edge for word in utterance.final.words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert all(1100 <= edge <= 2000 for edge in edges)
