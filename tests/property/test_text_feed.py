"""Text in pieces, cut anywhere and at any times: the same segments as the whole text, and nothing torn or lost."""

import unicodedata
from itertools import cycle, pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from hiwar.text.feed import Flushed, Segment, SegmentFeed
from hiwar.text.normalization import GradualCleaning, clean
from hiwar.text.segmentation import MAX_SEGMENT_CHARACTERS, segments

PROSE = (
    "Hello there", "Dr. Smith", "No. 5", "well,", "he said", '"no."', "20 000", "3.5", "$ 20", "10:30", "5 %", "USD 7",
    "wait...", "really?!", "مرحبا بك،", "كيف حالك؟", "د. أحمد", "١٢٫٥ ريال", "بِسْمِ اللَّهِ", "cafe\u0301", "ＡＢ", "ﷲ",
    "\u200f", "🙂", "(", "\n", "\r\n", ".", "!", ". ", "? ", "، ", ", ", " ", "  ", "-", "x" * 70, "ب" * 130, "کی",
    "\u0301",
)  # fmt: skip
written = st.lists(st.sampled_from(PROSE), max_size=40).map("".join) | st.lists(st.sampled_from(PROSE)).map(" ".join)
any_text = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("aب1 .,؟!\n؛:;\"'()َ🙂é-\u0301\u200b\ufe70\ufdfa\ud800"),
    max_size=300,
)


@st.composite
def cut_texts(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> list[str]:
    text = draw(texts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=30)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def given_now(feed: SegmentFeed, now: float = 0.0) -> list[Segment]:
    found: list[Segment] = []
    while (segment := feed.next(now)) is not None:
        assert isinstance(segment, Segment)
        found.append(segment)
    return found


@given(cut_texts(written | any_text))
@example(["x" * 300, "🙂", "\u0301", " y"])
def test_the_same_segments_however_the_text_is_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    feed = SegmentFeed(wait_ms=1000)
    found: list[Segment] = []
    for piece in pieces:
        feed.add(piece, 0.0)
        found += given_now(feed)
    feed.end()
    found += given_now(feed)
    assert feed.finished
    assert [segment.text for segment in found] == [*segments(clean(text))]
    assert "".join(segment.raw for segment in found) + feed.rest == text


@given(written | any_text)
def test_a_whole_text_gives_its_segments_one_after_another(text: str) -> None:
    feed = SegmentFeed.whole(text)
    found = given_now(feed)
    assert feed.finished
    assert [segment.text for segment in found] == [*segments(clean(text))]
    assert "".join(segment.raw for segment in found) + feed.rest == text


@given(cut_texts(written | any_text))
def test_cleaning_in_stretches_is_cleaning_as_a_whole(pieces: list[str]) -> None:
    cleaning = GradualCleaning()
    stretches = []
    for piece in pieces:
        cleaning.add(piece)
        while (stretch := cleaning.next()) is not None:
            stretches.append(stretch)
    stretches.append(cleaning.rest())
    text = "".join(pieces)
    assert "".join(stretch.raw for stretch in stretches) == text
    lines = [clean(line) for line in clean("".join(stretch.cleaned for stretch in stretches)).split("\n")]
    assert lines == clean(text).split("\n")


@given(
    cut_texts(written),
    st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3)), min_size=1, max_size=8),
    st.integers(0, 2000),
)
def test_no_schedule_of_waits_tears_or_loses_anything(
    pieces: list[str], times: list[tuple[float, float]], wait_ms: int
) -> None:
    text = "".join(pieces)
    feed = SegmentFeed(wait_ms=wait_ms)
    found: list[Segment] = []
    now = 0.0
    for piece, (pause, hold) in zip(pieces, cycle(times), strict=False):
        feed.add(piece, now)
        found += given_now(feed, now)
        now += pause
        while isinstance(segment := feed.next(now, now - pause + hold), Segment):
            found.append(segment)
        ready = feed.ready_at(now + hold)
        assert ready is None or ready >= now + hold
    feed.end()
    found += given_now(feed, now)
    assert "".join(segment.raw for segment in found) + feed.rest == text
    assert all(0 < len(segment.text) <= MAX_SEGMENT_CHARACTERS for segment in found)
    spoken = "".join(segment.text for segment in found)
    assert letters(spoken) == letters(clean(text))
    for before, after in pairwise(found):
        assert_nothing_torn(before, after)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def assert_nothing_torn(before: Segment, after: Segment) -> None:
    assert not unicodedata.combining(after.text[0]) or before.raw[-1:].isspace()
    if len(before.text) > MAX_SEGMENT_CHARACTERS - 10:
        return  # a word that is longer than a segment may be cut
    left, right = before.raw[-1:], after.raw[:1]
    assert not (left.isalnum() and (right.isalnum() or any(map(unicodedata.combining, right))))


@given(
    st.lists(
        st.sampled_from(["pay", "20 000", "5 %", "$ 20", "USD 7", "12 kg", "3.5", "soon", "١٢ ريال", "No. 5"]),
        max_size=20,
    ).map(" ".join),
    st.data(),
)
def test_what_follows_a_number_is_waited_for_unless_nothing_else_is_held(text: str, data: st.DataObject) -> None:
    feed = SegmentFeed(wait_ms=100)
    found: list[Segment] = []
    for second, character in enumerate(text):
        feed.add(character, second)
        if data.draw(st.booleans()):
            found += given_now(feed, second + 0.5)
    for segment in found:
        words = segment.text.split()
        if words[-1][-1].isdigit():
            assert not {"pay", "soon", "kg", "ريال"} & {*words}


@given(st.lists(cut_texts(written), max_size=4))
def test_each_flush_gives_all_before_it(parts: list[list[str]]) -> None:
    feed = SegmentFeed(wait_ms=1000)
    for pieces in parts:
        for piece in pieces:
            feed.add(piece, 0.0)
        feed.flush()
    for pieces in parts:
        spoken = ""
        while isinstance(segment := feed.next(0.0), Segment):
            spoken += segment.text
        assert isinstance(segment, Flushed)
        assert letters(spoken) == letters(clean("".join(pieces)))
    assert feed.next(0.0) is None
    assert not feed.finished
