"""Text to tones."""

import numpy as np
import pytest

from hiwar.audio.pcm import Samples
from hiwar.engines.contracts import SpeechPiece, SpokenWord
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineError


def blocks(text: str, *, speed: float = 1.0) -> list[Samples]:
    return [piece.samples for piece in pieces(text, speed=speed)]


def pieces(text: str, *, speed: float = 1.0) -> list[SpeechPiece]:
    return list(ToneSynthesis().synthesize(text, voice="tone", language="en", speed=speed, sample_rate=24000))


def test_a_character_is_a_step_and_a_space_ends_the_segment() -> None:
    sizes_ms = [block.size / 24 for block in blocks("aس")]
    assert sizes_ms == [2 * 40 + 20, 4 * 40 + 20, 2 * 40 + 20 + 40]


def test_speed_changes_only_the_pauses_between_words() -> None:
    durations_ms = {speed: [block.size / 24 for block in blocks("a b", speed=speed)] for speed in (0.5, 1.0, 2.0)}
    assert durations_ms == {
        0.5: [100, 180, 100, 180],
        1.0: [100, 140, 100, 140],
        2.0: [100, 120, 100, 120],
    }


def test_audio_is_within_full_scale_and_starts_and_ends_softly() -> None:
    audio = np.concatenate(blocks("The quick brown fox; الثعلب البني السريع."))
    assert audio.dtype == np.float32
    assert 0.7 < np.abs(audio).max() <= 0.8
    assert abs(audio[0]) < 1e-3
    assert audio[-240:].max() == 0


@pytest.mark.parametrize("text", ["", " ", "\n\t  "])
def test_white_space_alone_is_not_spoken(text: str) -> None:
    assert blocks(text) == []


def test_surrounding_white_space_is_dropped() -> None:
    assert len(blocks("  ab \n")) == len(blocks("ab"))


def test_synthesis_goes_no_further_than_it_is_asked_and_can_be_closed() -> None:
    steps = ToneSynthesis().synthesize("abc" * 3000, voice="tone", language="en", speed=1.0, sample_rate=24000)
    assert next(steps).samples.size == 2400
    steps.close()  # type: ignore[attr-defined]  # the contract promises an iterator; closing is what a driver does
    assert list(steps) == []


def test_another_voice_is_refused() -> None:
    with pytest.raises(EngineError, match="one voice, named tone"):
        list(ToneSynthesis().synthesize("a", voice="Yara", language="ar", speed=1.0, sample_rate=24000))


def test_another_rate_is_refused() -> None:
    with pytest.raises(EngineError, match="24000 Hz"):
        list(ToneSynthesis().synthesize("a", voice="tone", language="ar", speed=1.0, sample_rate=8000))


def test_words_come_with_their_first_character_and_their_times() -> None:
    found = pieces(" ab  c ")
    assert [index for index, piece in enumerate(found) if piece.words] == [0, 4]
    # Two characters of 100 ms, two spaces of 140 ms, one character.
    assert [word for piece in found for word in piece.words] == [SpokenWord(1, 3, 0, 200), SpokenWord(5, 6, 480, 580)]


def test_it_describes_itself() -> None:
    engine = ToneSynthesis()
    assert (engine.info.name, engine.info.sample_rate, engine.info.languages) == ("tone", 24000, ("ar", "en"))
    assert [voice.name for voice in engine.voices] == ["tone"]
    engine.close()
