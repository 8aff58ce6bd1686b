"""How a request's text would be read: cut and read as for speaking, traced back to the text as it was sent."""

from collections.abc import Iterator
from dataclasses import replace

from hiwar.engines.contracts import SynthesisEngine
from hiwar.text.explanation import SegmentReading, TokenReading
from hiwar.text.feed import Segment, SegmentFeed
from hiwar.text.language import language_of
from hiwar.text.normalization import Traced, trace
from hiwar.vocabulary import LanguageChoice, Voice


def explain(text: str, *, voice: Voice, engine: SynthesisEngine, language: LanguageChoice) -> Iterator[SegmentReading]:
    """The segments of a text in order, a step of bounded compute each. Raises EngineError."""
    feed = SegmentFeed.whole(text)
    before = 0
    while not feed.finished:
        segment = feed.next(0.0)
        if isinstance(segment, Segment):
            spoken = language if language != "auto" else language_of(segment.text, voice.language)
            tokens = engine.explain(segment.text, voice=voice.engine_voice, language=spoken)
            traced = trace(segment.raw)
            at = max(0, traced.cleaned.find(segment.text))
            start, end = traced.written(at, at + len(segment.text))
            placed = tuple([_placed(token, segment, traced, at, before) for token in tokens])
            yield SegmentReading(before + start, before + end, segment.text, spoken, placed)
            before += len(segment.raw)


def _placed(token: TokenReading, segment: Segment, traced: Traced, at: int, before: int) -> TokenReading:
    start, end = traced.written(at + token.start, at + token.end)
    return replace(token, start=before + start, end=before + end, written=segment.raw[start:end])
