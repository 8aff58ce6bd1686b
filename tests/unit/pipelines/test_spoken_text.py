from hiwar.engines.contracts import SpokenWord
from hiwar.pipelines.spoken_text import SpokenText
from hiwar.vocabulary import WordTime

SEGMENT = "Hello there, friend."
WORDS = (SpokenWord(0, 5, 0.0, 300.0), SpokenWord(6, 12, 300.0, 700.0), SpokenWord(13, 20, 900.0, 1300.4))


def test_words_and_characters_count_once_they_have_been_spoken_to_their_end() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin(SEGMENT, SEGMENT)
    spoken.add(WORDS, 0.0)
    counted = [spoken.counts(at_ms) for at_ms in (0, 297, 300, 699.9, 1000, 1301)]
    assert counted == [(0, 0), (0, 0), (5, 1), (12, 2), (12, 2), (20, 3)]


def test_words_are_given_out_once_when_they_begin_with_the_times_of_the_request() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin(SEGMENT, SEGMENT)
    spoken.add(WORDS[:2], 1000.0)
    assert spoken.words_begun(1000.0) == ()
    assert spoken.words_begun(1200.0) == (WordTime("Hello", 1000, 1300),)
    assert spoken.words_begun(9000.0) == (WordTime("there,", 1300, 1700),)
    spoken.add(WORDS[2:], 1000.0)
    assert spoken.words_begun(9000.0) == (WordTime("friend.", 1900, 2300),)
    assert spoken.words_begun(9000.0) == ()


def test_characters_are_those_of_the_text_as_it_was_written() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin("One two.", "  One \u200b two.")
    spoken.add((SpokenWord(0, 3, 0.0, 10.0), SpokenWord(4, 8, 10.0, 20.0)), 0.0)
    assert (spoken.counts(10.0), spoken.counts(20.0)) == ((5, 1), (12, 2))


def test_a_word_whose_letters_were_cleaned_up_counts_by_its_length() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin("سلام عليكم", "ســلام عليكم")
    spoken.add((SpokenWord(0, 4, 0.0, 10.0), SpokenWord(5, 10, 10.0, 20.0)), 0.0)
    assert spoken.counts(10.0) == (4, 1)
    assert spoken.counts(20.0) == (12, 2)


def test_a_word_is_not_looked_for_behind_another_like_it_far_away() -> None:
    raw = "ـaـ " + "b " * 100 + "aa"
    spoken = SpokenText(knows_words=True)
    spoken.begin(raw.replace("ـ", ""), raw)
    spoken.add((SpokenWord(0, 1, 0.0, 10.0),), 0.0)
    assert spoken.counts(10.0)[0] == 2
    spoken.begin("aa", "x" * 100 + "aa")
    spoken.add((SpokenWord(0, 2, 20.0, 30.0),), 0.0)
    assert spoken.counts(30.0)[0] == 2


def test_a_segment_of_which_no_words_are_known_counts_at_its_end() -> None:
    spoken = SpokenText(knows_words=False)
    spoken.begin("One two.", "One two. ")
    assert spoken.counts(990.0) == (0, 0)
    spoken.end(1000.0)
    spoken.begin("Three.", "Three.")
    assert spoken.counts(1000.0) == (9, 2)
    spoken.end(1500.0)
    assert spoken.counts(1500.0) == (15, 3)


def test_the_end_counts_everything_whatever_the_encoder_holds_back() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin("One two.", "One two.")
    spoken.add((SpokenWord(0, 3, 0.0, 10.0),), 0.0)
    spoken.end(1000.0)
    spoken.finish(" ?!")
    assert spoken.counts(0.0) == (11, 1)


def test_audio_that_is_still_in_the_encoder_counts_as_spoken() -> None:
    spoken = SpokenText(knows_words=True)
    spoken.begin("One.", "One.")
    spoken.end(1000.0)
    assert spoken.counts(998.5) == (4, 0)
