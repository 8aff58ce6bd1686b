"""When text is given: as soon as it is sure, after its wait, or at once by a flush. All times are made up."""

import pytest

from hiwar.text.feed import Flushed, Segment, SegmentFeed

WAIT_MS = 300


def fed(*pieces: str) -> SegmentFeed:
    """A feed that got one piece each second from 0 on."""
    feed = SegmentFeed(wait_ms=WAIT_MS)
    for second, piece in enumerate(pieces):
        feed.add(piece, float(second))
    return feed


def texts(feed: SegmentFeed, now: float) -> list[str]:
    found: list[str] = []
    while isinstance(segment := feed.next(now), Segment):
        found.append(segment.text)
    return found


@pytest.mark.parametrize(
    ("held", "more", "expected"),
    [
        ("Hello", ".", []),
        ("Hello.", " ", []),
        ("Hello. ", "H", ["Hello."]),
        ("Hello. ", "h", []),
        ("Hello", "\n", ["Hello"]),
        ("wait... n", "o", []),
        ("Dr. S", "m", []),
        ("It costs 3.", "5 now", []),
        ("See No. ", "5 of it", []),
        ('He said "no.', '" Then', ['He said "no."']),
        ("كيف حالك؟ ", "أنا بخير", ["كيف حالك؟"]),
        ("x" * 199 + " ", "y", ["x" * 199]),
        ("word " * 24, "y", [("word " * 20).strip()]),
        ("A first clause here, " + "word " * 8, "one", ["A first clause here,"]),
        ("word " * 13 + "here, " + "word " * 10, "w", [("word " * 13).strip() + " here,"]),
    ],
)
def test_a_segment_is_given_as_soon_as_more_text_cannot_change_it(held: str, more: str, expected: list[str]) -> None:
    feed = fed(held)
    assert texts(feed, 0.0) == []
    feed.add(more, 0.0)
    assert texts(feed, 0.0) == expected


@pytest.mark.parametrize(
    ("held", "expected", "kept"),
    [
        ("How are you?", "How are you?", ""),
        ("I am well.", "I am well.", ""),
        ('She said "no."', 'She said "no."', ""),
        ("أنا بِخَيْرٍ.", "أنا بِخَيْرٍ.", ""),
        ("well, I think, that this is goo", "well, I think,", "that this is goo"),
        ("No, this is goo", "No, this is", "goo"),
        ("this is good ", "this is good", ""),
        ("مرحبا يا صدي", "مرحبا يا", "صدي"),
        ("it costs 20 ", "it costs", "20"),
        ("it costs 20 00", "it costs", "20 00"),
        ("it costs 20, ", "it costs", "20,"),
        ("it costs $ ", "it costs", "$"),
        ("it costs USD ", "it costs", "USD"),
        ("it was 5 % of", "it was", "5 % of"),
        ("at 10: ", "at", "10:"),
        ("we saw Dr. ", "we saw", "Dr."),
        ("we saw No.", "we saw", "No."),
        ("see www.example.", "see", "www.example."),
        ("it costs 3.", "it costs", "3."),
        ("a thing (", "a thing", "("),
        ("(((((((((, this is goo", "this is", "goo"),
    ],
)
def test_a_wait_that_ran_out_gives_what_nothing_can_tear(held: str, expected: str, kept: str) -> None:
    feed = fed(held)
    assert feed.next(0.29) is None
    assert feed.ready_at == pytest.approx(0.3)
    segment = feed.next(0.3)
    assert isinstance(segment, Segment)
    assert segment.text == expected
    feed.end()
    assert texts(feed, 0.3) == ([kept] if kept.strip("$(") else [])


@pytest.mark.parametrize("held", ["", " ", "...", "🙂 ", "hel", "3", "3.", "20 ki", "Dr.", "$ "])
def test_nothing_is_given_for_a_wait_where_all_may_be_torn(held: str) -> None:
    feed = fed(held)
    assert feed.next(100.0) is None
    assert feed.ready_at is None


@pytest.mark.parametrize("held", ["20 ", "20 000 ", "$ 20 ", "Dr. "])
def test_numbers_alone_are_given_after_their_wait(held: str) -> None:
    assert texts(fed(held), 1.0) == [held.strip()]


def test_text_is_held_longer_while_there_is_audio_to_play() -> None:
    feed = fed("this is good ")
    assert feed.next(1.0, hold_until=2.0) is None
    assert feed.ready_at == 2.0
    assert feed.next(2.0, hold_until=2.0) is not None


def test_each_answer_tells_anew_what_is_waited_for() -> None:
    feed = fed("this is good ")
    assert feed.next(0.0) is None
    assert feed.ready_at == pytest.approx(0.3)
    feed.flush()
    assert isinstance(feed.next(0.0), Segment)
    assert feed.ready_at is None


def test_no_space_is_doubled_by_a_wait() -> None:
    feed = fed("it costs 20 ")
    assert isinstance(feed.next(0.3), Segment)
    feed.add(" kg. Now", 1.0)
    assert texts(feed, 1.0) == ["20 kg."]


def test_sure_text_waits_for_no_audio() -> None:
    assert fed("Yes. This").next(0.0, hold_until=9.0) == Segment("Yes.", "Yes. ")


def test_the_wait_begins_with_the_oldest_text_that_is_not_spoken() -> None:
    feed = fed("one two", " three ", "four ")
    assert feed.next(0.0) is None
    assert feed.ready_at == pytest.approx(0.3)
    assert texts(feed, 1.2) == ["one two three four"]
    feed.add("... ", 3.0)
    assert feed.next(4.0) is None
    feed.add("five ", 5.0)
    feed.add("six", 6.0)
    assert feed.next(5.2) is None
    assert feed.ready_at == pytest.approx(5.3)
    assert texts(feed, 5.3) == ["... five"]
    assert feed.next(5.3) is None
    assert feed.ready_at is None
    feed.add(" ", 7.0)
    assert feed.next(6.2) is None
    assert feed.ready_at == pytest.approx(6.3)


def test_a_flush_gives_half_words_too_and_each_is_answered() -> None:
    feed = fed("One. Tw")
    feed.flush()
    feed.flush()
    feed.add("o", 1.0)
    assert texts(feed, 1.0) == ["One.", "Tw"]
    assert feed.next(1.0) == Flushed()
    assert feed.next(1.0) is None
    feed.end()
    assert texts(feed, 1.0) == ["o"]


def test_the_end_gives_all_and_keeps_what_cannot_be_spoken() -> None:
    feed = fed("... One", " 🙂. ?! ")
    feed.end()
    assert not feed.finished
    assert feed.next(0.0) == Segment("One 🙂.", "... One 🙂. ")
    assert feed.next(0.0) is None
    assert feed.finished
    assert feed.rest == "?! "
    assert feed.next(9.0) is None
    assert feed.ready_at is None


def test_a_surrogate_pair_in_two_pieces_is_one_character() -> None:
    feed = fed("x\ud835", "", "\udc00 y\ud835", "z\udc00")
    feed.end()
    assert feed.next(0.0) == Segment("x𝐀 yz", "x𝐀 y\ud835z\udc00")


def test_raw_text_keeps_the_way_it_was_written() -> None:
    feed = SegmentFeed.whole(" \u200fＡ １.\n\n e\u0301t  là.  ﷺ")
    assert [feed.next(0.0) for _ in range(3)] == [
        Segment("A 1.", " \u200fＡ １.\n\n "),
        Segment("ét là.", "e\u0301t  là.  "),
        Segment("صلى الله عليه وسلم", "ﷺ"),
    ]


def test_only_the_first_segment_of_all_is_hurried() -> None:
    long = "This is the first clause of it, " + "and so on " * 10 + "to the end."
    feed = SegmentFeed(wait_ms=WAIT_MS)
    feed.add(long, 0.0)
    feed.flush()
    feed.add(long, 0.0)
    feed.flush()
    assert texts(feed, 0.0) == ["This is the first clause of it,", long.split(", ")[1]]
    assert texts(feed, 0.0) == [long]


@pytest.mark.parametrize("unit", ["a", "ب", "1,", "e.g. ", "🙂", "\u0301", "\n", ". "])
def test_ten_thousand_pieces_of_one_character_are_all_given(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    feed = SegmentFeed(wait_ms=WAIT_MS)
    raws: list[str] = []
    for character in text:
        feed.add(character, 0.0)
        if isinstance(segment := feed.next(0.0), Segment):
            raws.append(segment.raw)
    feed.end()
    while isinstance(segment := feed.next(0.0), Segment):
        raws.append(segment.raw)
    assert "".join(raws) + feed.rest == text


@pytest.mark.parametrize(
    ("text", "continues"),
    [
        ("one two three", [False]),
        ("one two three\nfour", [False, False]),
        ("one, two " * 30, [False, False, False]),
        ("one two " * 60, [True, True, False]),
        ("one two " * 26 + "?!", [True, False]),
    ],
)
def test_a_sentence_goes_on_behind_a_cut_between_two_words(text: str, continues: list[bool]) -> None:
    feed, found = SegmentFeed.whole(text), []
    while isinstance(segment := feed.next(0.0), Segment):
        found.append(segment.continues)
    assert found == continues


@pytest.mark.parametrize(("text", "continues"), [("one two ", True), ("one more, ", False), ("Stop! ", False)])
def test_a_sentence_goes_on_behind_what_was_waited_for_unless_a_mark_ends_it(text: str, continues: bool) -> None:
    segment = fed(text).next(0.3)
    assert isinstance(segment, Segment)
    assert segment.continues is continues


def test_half_a_surrogate_pair_waits_for_the_other_beyond_a_flush() -> None:
    feed = fed("ab \ud835")
    feed.flush()
    feed.add("\udcb4 cd", 0.0)
    feed.end()
    assert feed.next(0.0) == Segment("ab", "ab ")
    assert feed.next(0.0) == Flushed()
    assert feed.next(0.0) == Segment("\U0001d4b4 cd", "\U0001d4b4 cd")


def test_halves_of_a_surrogate_pair_that_come_in_one_piece_are_one_character() -> None:
    feed = SegmentFeed.whole("ab \ud835" + "\udcb4 cd")
    assert feed.next(0.0) == Segment("ab \U0001d4b4 cd", "ab \U0001d4b4 cd")


def test_a_flush_ends_what_it_ends() -> None:
    feed = fed("one two ")
    feed.flush()
    feed.add("three", 0.0)
    segment = feed.next(0.0)
    assert isinstance(segment, Segment)
    assert not segment.continues


def test_a_number_that_was_kept_back_is_given_when_the_next_word_tells_what_it_is() -> None:
    feed = fed("see 3. ")
    assert texts(feed, 0.0) == []
    assert feed.next(0.3) == Segment("see", "see ", continues=True)
    assert feed.next(0.3, hold_until=9.0) is None
    feed.add("T", 0.3)
    assert feed.next(0.3, hold_until=9.0) == Segment("3.", "3. ")


def test_what_cannot_be_spoken_alone_does_not_begin_a_wait() -> None:
    feed = fed("one two ( ")
    assert texts(feed, 1.0) == ["one two"]
    feed.add("three ", 5.0)
    assert feed.next(5.0) is None
    assert feed.ready_at == pytest.approx(5.3)


def test_a_short_sentence_after_a_long_word_is_given_as_soon() -> None:
    feed = fed("o" * 50)
    assert texts(feed, 0.0) == []
    feed.add(" six. Seven. ", 0.0)
    assert texts(feed, 0.0) == ["o" * 50 + " six."]
    feed.add("E", 0.0)
    assert texts(feed, 0.0) == ["Seven."]


def test_a_mark_inside_a_very_long_word_is_no_place_to_cut() -> None:
    feed = fed("x" * 254 + "!" + "x" * 40)
    assert texts(feed, 9.0) == ["x" * 200]
