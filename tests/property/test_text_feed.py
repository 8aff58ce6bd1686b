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
# Long runs of what composes, reorders, expands, vanishes or is no letter.
hostile = st.lists(
    st.tuples(
        st.sampled_from((
            "\ufdfa", "\ufe8d", "\ufe70", "\ufe71", "\u0640", "\u1100", "\u1161", "\u11a8", "가", "ก", "🙂", "\u1361",
            "\u0301", "\u20d2", "\u0591", "\u06d6", "\u200b", "\U0001d15e", " ", "\n", "a", "ب", ".", "Ａ",
        )),
        st.sampled_from((1, 2, 9, 40, 255, 256, 257, 300)),
    ).map(lambda run: run[0] * run[1]),
    max_size=8,
).map("".join)  # fmt: skip


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


@given(cut_texts(written | any_text | hostile))
@example(["x" * 300, "🙂", "\u0301", " y"])
@example(["a" + "\u0301 \ufe70" * 100 + "b"])
@example(["a" + "\u0301   " * 100 + "b"])
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


@given(written | any_text | hostile)
def test_a_whole_text_gives_its_segments_one_after_another(text: str) -> None:
    feed = SegmentFeed.whole(text)
    found = given_now(feed)
    assert feed.finished
    assert [segment.text for segment in found] == [*segments(clean(text))]
    assert "".join(segment.raw for segment in found) + feed.rest == text


@given(cut_texts(written | any_text | hostile))
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
        assert feed.ready_at is None or feed.ready_at > max(now, now - pause + hold - 1e-9)
    feed.end()
    found += given_now(feed, now)
    assert "".join(segment.raw for segment in found) + feed.rest == text
    assert all(0 < len(segment.text) <= MAX_SEGMENT_CHARACTERS for segment in found)
    spoken = "".join(segment.text for segment in found)
    assert letters(spoken) == letters(clean(text))
    for before, after in pairwise(found):
        assert_nothing_torn(before, after)


@given(cut_texts(written | any_text), st.integers(0, 2000), st.floats(0, 9))
@example([".\ufdf2well,"], 1, 0.0)
def test_what_next_leaves_behind_tells_when_it_gives_more(pieces: list[str], wait_ms: int, hold: float) -> None:
    feed = SegmentFeed(wait_ms=wait_ms)
    for second, piece in enumerate(pieces):
        feed.add(piece, second)
        while isinstance(feed.next(second, second + hold), Segment):
            pass
        ready = feed.ready_at
        if ready is None:
            assert feed.next(1e9, second + hold) is None
        elif ready < second + 1:
            assert feed.next((second + ready) / 2 if wait_ms else second, ready) is None
            # Signs that the wait was for are dropped: a letter is spoken, or there is nothing left to wait for.
            assert isinstance(feed.next(ready, second + hold), Segment) or feed.ready_at is None


@given(cut_texts(written | any_text | hostile))
@example([*"1 2 3 4 5, x "])
@example([*"(((((((((, (( this "])
@example(["1 2 3 4 5 6 ", "7 8", "\nsee x"])
@example([*"Dr. No. 4 $ USD 5, 6 x.y 7 "])
def test_a_wait_gives_the_same_however_the_text_came(pieces: list[str]) -> None:
    feed, at_once = SegmentFeed(wait_ms=1000), SegmentFeed(wait_ms=1000)
    found: list[Segment] = []
    for piece in pieces:
        feed.add(piece, 0.0)
        found += given_now(feed)
    at_once.add("".join(pieces), 0.0)
    assert [segment.text for segment in found] == [segment.text for segment in given_now(at_once)]
    assert feed.ready_at == at_once.ready_at
    assert [segment.text for segment in given_now(feed, 1.0)] == [segment.text for segment in given_now(at_once, 1.0)]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def assert_nothing_torn(before: Segment, after: Segment) -> None:
    stands_alone = before.raw[-1:].isspace() or unicodedata.category(before.raw[-1:]).startswith("P")
    assert not unicodedata.combining(after.text[0]) or stands_alone
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
