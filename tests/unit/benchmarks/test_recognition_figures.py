"""One recording's captions in figures, and many recordings together."""

import itertools

import numpy as np
import pytest
from captions import Shown, Stretch, TimedWord
from live_captions import Captions
from measured_captions import measured
from process_use import Use, use_of
from recognition_figures import Asked, configuration, crossed, grouped
from recognition_tables import configuration_tables
from recordings import Recording, Wire
from whole_files import WholeFile

from hiwar.vocabulary import AudioEncoding, Language

WIRE = Wire()


def file(name: str, text: str, language: Language | None = "en", decoded: str | None = None) -> WholeFile:
    """Speech from 1 s to 3 s; the words end 0.5 s apart, the last one with the speech."""
    recording = Recording(name, language, "read" if language else "noise", text, np.zeros(16000 * 4, np.float32))
    words = tuple(TimedWord(word, 1.0 + 0.5 * number) for number, word in enumerate(text.split(), start=1))
    return WholeFile(recording, (Stretch(1.0, 3.0),), text if decoded is None else decoded, words)


def partial(at_s: float, text: str, stable: str, end_s: float, waited_s: float) -> Shown:
    return Shown(at_s, 0, text, stable, final=False, start_s=1.0, end_s=end_s, waited_s=waited_s)


def final(at_s: float, text: str, end_s: float = 3.0) -> Shown:
    return Shown(at_s, 0, text, text, final=True, start_s=1.0, end_s=end_s, waited_s=0.1)


FOUR = "red tan blue green"
SHOWN = [
    partial(1.4, "red", "", 1.28, 0.1),
    partial(2.2, "red ten", "red", 2.0, 0.2),
    partial(2.9, "red tan blue", "red", 2.6, 0.3),
    final(3.6, "Red, tan blue green."),
]


def test_times_run_from_the_beginning_and_the_end_of_speech_in_the_file() -> None:
    found = measured(file("a", FOUR), Captions(SHOWN), WIRE)
    assert (found.first_partial, found.final, found.gap) == (400.0, 600.0, 800.0)
    assert found.word_lag == [-100.0, 900.0, 400.0, 600.0]
    assert found.commit_lag == [700.0, 1600.0, 1100.0, 600.0]


def test_ages_are_the_servers_and_those_since_the_frame_was_sent() -> None:
    found = measured(file("a", FOUR), Captions(SHOWN), WIRE)
    assert found.age == [100.0, 200.0, 300.0]
    # 1.28 s is the end of a frame of 64 ms; 2.0 lies in the one that ends at 2.048, 2.6 in the one at 2.624.
    assert found.age_seen == [120.0, 152.0, 276.0]


def test_revisions_count_for_each_word_of_the_finals() -> None:
    found = measured(file("a", FOUR), Captions(SHOWN), WIRE)
    assert (found.revised, found.revised_as_written, found.final_words) == (1, 4, 4)
    (group, *_) = grouped([found])
    assert (group.flicker, group.flicker_as_written) == (0.25, 1.0)


def test_text_before_speech_begins_is_no_first_partial() -> None:
    found = measured(file("a", FOUR), Captions([partial(0.5, "oh", "", 0.4, 0.1), *SHOWN]), WIRE)
    assert found.first_partial == 400.0


def test_a_final_before_its_audio_is_told() -> None:
    found = [
        measured(file("a", FOUR), Captions([final(at_s, FOUR, end_s=3.0)]), WIRE).early_finals
        for at_s in (2.9, 2.999, 3.1)
    ]
    assert found == [1, 0, 0]


def test_noise_has_no_times_and_its_text_is_told() -> None:
    quiet = measured(file("n1", "", None), Captions([]), WIRE)
    loud = measured(file("n2", "", None), Captions([final(3.6, "Thank you.")]), WIRE)
    assert (loud.first_partial, loud.final) == (None, None)
    found = configuration(Asked(1, "auto", WIRE, 10), [quiet, loud], 3, 10.0, Use(1.0, 100.0), Use(3.0, 120.0))
    assert found.noise_texts == ["n2: Thank you."]
    assert (found.noises, found.left_out, found.groups) == (2, 1, [])
    assert (found.core_seconds_per_audio_second, found.memory_end_mb) == (0.2, 120)


def test_groups_are_all_each_language_and_each_category() -> None:
    found = [
        measured(file("a", FOUR), Captions([final(3.5, FOUR)]), WIRE),
        measured(file("b", "واحد اثنان", "ar"), Captions([final(4.0, "واحد")]), WIRE),
        measured(file("n", "", None), Captions([]), WIRE),
    ]
    groups = {group.name: group for group in grouped(found)}
    assert {name: group.recordings for name, group in groups.items()} == {"all": 2, "ar": 1, "en": 1, "read": 2}
    arabic, english = groups["ar"].streamed, groups["en"].streamed
    assert arabic is not None
    assert english is not None
    assert (arabic.wer, english.wer) == (50.0, 0.0)
    assert groups["all"].words_unseen == 1
    assert groups["all"].final is not None
    assert groups["all"].final.largest == 1000.0


@pytest.mark.parametrize(
    ("text", "names"),
    [("red tan blue green", []), ("and so my fellow red tan", ["a"]), ("and so my red tan", [])],
)
def test_four_words_of_another_recording_are_anothers(text: str, names: list[str]) -> None:
    other = measured(file("b", "and so my fellow americans"), Captions([]), WIRE)
    assert crossed([measured(file("a", FOUR), Captions([final(3.6, text)]), WIRE), other]) == names


def test_a_recording_with_the_same_words_is_no_crossing() -> None:
    both = [measured(file(name, FOUR), Captions([final(3.6, FOUR)]), WIRE) for name in "ab"]
    assert crossed(both) == []


def test_the_tables_show_what_is_not_known_and_what_failed() -> None:
    captions = Captions(SHOWN, failure="server_busy")
    found = configuration(Asked(2, "given", WIRE, 10), [measured(file("a", FOUR), captions, WIRE)], 1, 5.0, None, None)
    text = configuration_tables(found)
    assert "| all | 1 | 400 / 400 / 400 |" in text
    assert "Core-seconds per second of audio: not known." in text
    assert "Streams that failed: a: server_busy." in text


def test_frames_are_whole_and_telephone_frames_last_20_ms() -> None:
    samples = np.zeros(16000, np.float32)
    sizes = [len(frame) for frame in WIRE.frames(samples)]
    assert sum(sizes) == 32000
    assert {*itertools.islice(sizes, 15)} == {2048}
    phone = Wire(8000, AudioEncoding.MULAW)
    assert phone.frame_s == 0.02
    assert [len(frame) for frame in phone.frames(samples)] == [160] * 50


def test_the_use_of_no_process_is_not_known() -> None:
    assert use_of(None) is None
