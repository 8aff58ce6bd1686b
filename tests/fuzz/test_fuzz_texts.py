"""Texts to speak and words that were heard, read to the end; their classes are in `tests/property/test_text_*.py`."""

from hypothesis import given
from hypothesis import strategies as st

from hiwar.text.feed import Segment, SegmentFeed
from hiwar.text.front_end import FrontEnd, explain
from hiwar.text.pronunciations import Lexicon
from hiwar.text.transcripts import english
from hiwar.text.transcripts.numbers import eastern, written
from hiwar.text.transcripts.spelling import plain
from hiwar.transports.rest.subtitles import cues, spread, srt, vtt
from hiwar.vocabulary import DIGIT_STYLES, LANGUAGES, DigitStyle, Language
from support.fuzzing import damaged, fuzzed

FRONT_END = FrontEnd(lambda text: text, Lexicon({"حوار": "حِوَار", "SQL": "/sˈikwəl/"}))
TEXTS = tuple(
    text.encode()
    for text in (
        "Pay $1,250.50 by 3:30 PM on Nov. 5th, 2026, Dr. Smith; see https://a.example/b?c=1 or call +966 50 123 4567!",
        "سدّد ١٬٢٥٠٫٥٠ ريالاً قبل الساعة ٣:٣٠ مساءً في ٥ نوفمبر ٢٠٢٦، د. سالم؛ صفحة 12-15 و[SQL](/sˈikwəl/).",
        "IV x½ 20%–30% #7 a@b.co 🙂👍🏽 1/2/2026 12°C H₂O e=mc² (555) 0501234567 ﷺ ٪50",
    )
)
texts = damaged(TEXTS).map(lambda data: data.decode("utf-8", "surrogateescape")) | st.text(max_size=200)
HEARD = tuple(
    text.encode() for text in ("twenty five dollars and ten cents", "nineteen eighty four", "half past two p m")
)


@fuzzed
@given(texts, st.sampled_from(LANGUAGES))
def test_texts_to_speak(text: str, language: Language) -> None:
    feed = SegmentFeed.whole(text)
    while (segment := feed.next(0.0)) is not None:
        if isinstance(segment, Segment):
            reading = FRONT_END.read(segment.text, language)
            explain(segment.text, reading, {})


@fuzzed
@given(damaged(HEARD).map(lambda data: data.decode("utf-8", "replace")) | texts, st.sampled_from(DIGIT_STYLES))
def test_words_that_were_heard(text: str, style: DigitStyle) -> None:
    english.rewrite(text)
    for word in text.split():
        for language in LANGUAGES:
            written(plain(word, language), language, style)
            eastern(word, language)


@fuzzed
@given(texts, st.integers(0, 10**6), st.integers(0, 10**5))
def test_subtitles(text: str, start_ms: int, length_ms: int) -> None:
    """No text can end its cue, or begin another: the blank line and the arrow are the format's own."""
    words = spread(text, start_ms, start_ms + length_ms)
    shown = tuple(cues([words]))
    assert srt(shown).count(" --> ") == len(shown)
    assert vtt(shown).count(" --> ") == len(shown)
