"""What Whisper leaves out of a final: a beginning before a later sentence, and what follows the end of one.

How a part of the audio is heard is the engine's.
"""

from collections.abc import Callable
from dataclasses import replace

from hiwar.engines.contracts import Hypothesis, Samples
from hiwar.engines.whisper.features import quietest_place
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Language

Hear = Callable[[int, int, Language], Hypothesis]
"""Hears the samples from one position to another as a final, with word times from the beginning of the utterance."""

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000

_LEFT_MIN_MS = 1500
"""Audio without a word that is heard by itself; pauses inside an utterance are shorter."""

_WORD_MAX_MS = 1000
"""Longer than words are: what a first word lasts beyond this is not its own."""

_CONTINUATIONS_MAX = 4
_CONTINUATION_CONFIDENCE_MIN = 0.5
"""Above what silence and noise get: nothing vouches for what is left."""


def repaired(samples: Samples, heard: Hypothesis, hear: Hear) -> Hypothesis:
    """A final of `samples`, with its words, and what was heard of the audio around them that has none."""
    return _to_the_end(samples, _from_the_beginning(samples, heard, hear), hear)


def _from_the_beginning(samples: Samples, heard: Hypothesis, hear: Hear) -> Hypothesis:
    """What was heard, and what came before: Whisper may also begin with a later sentence.

    Its first word is then said to last from the beginning of the audio until it ends.
    """
    if not heard.words or heard.words[0].end_ms - heard.words[0].start_ms < _LEFT_MIN_MS + _WORD_MAX_MS:
        return heard
    first, *others = heard.words
    end = first.end_ms * _SAMPLES_PER_MS
    cut = quietest_place(samples, end - _WORD_MAX_MS * _SAMPLES_PER_MS, end)
    before = hear(0, cut, heard.language)
    # A first word that takes long, as a number that is spelt, is heard there again.
    if before.confidence < _CONTINUATION_CONFIDENCE_MIN or first.text in before.text.split():
        return heard
    cut_ms = min(cut // _SAMPLES_PER_MS, first.end_ms)
    return _joined(before, replace(heard, words=(replace(first, start_ms=cut_ms), *others)))


def _to_the_end(samples: Samples, heard: Hypothesis, hear: Hear) -> Hypothesis:
    """What was heard, and what follows: Whisper may stop at the end of a sentence with more to come."""
    for _ in range(_CONTINUATIONS_MAX):
        if not heard.words:
            break
        until = heard.words[-1].end_ms * _SAMPLES_PER_MS
        if len(samples) - until < _LEFT_MIN_MS * _SAMPLES_PER_MS:
            break
        more = hear(until, len(samples), heard.language)
        if more.confidence < _CONTINUATION_CONFIDENCE_MIN:
            break
        heard = _joined(heard, more)
    return heard


def _joined(heard: Hypothesis, more: Hypothesis) -> Hypothesis:
    """Two stretches of one utterance as one, as sure as their words are on the whole."""
    words = (*heard.words, *more.words)
    confidence = (heard.confidence * len(heard.words) + more.confidence * len(more.words)) / len(words)
    return Hypothesis(f"{heard.text} {more.text}", heard.language, confidence, words)
