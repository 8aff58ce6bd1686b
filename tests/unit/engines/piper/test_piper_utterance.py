"""Phonemes become the numbers of a voice, each followed by its pad, and words keep their place."""

from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("hibari")

from hiwar.engines.piper.utterance import SymbolWord, compose
from hiwar.engines.piper.voice_file import VoiceFile, read_voice
from hiwar.engines.reading.phonemizer import Phonemes, WordSpan
from support.tiny_vits import SYMBOLS, write_voice


@pytest.fixture
def voice(tmp_path: Path) -> VoiceFile:
    table = {symbol: [number] for number, symbol in enumerate(SYMBOLS)}
    return read_voice(write_voice(tmp_path, phoneme_id_map=table | {"ŋ": [90, 91]}))


def numbers(voice: VoiceFile, symbols: str) -> list[int]:
    return [number for symbol in symbols for number in voice.symbols[symbol]]


def test_symbols_are_padded_and_marked_at_both_ends(voice: VoiceFile) -> None:
    said = compose(Phonemes("hˈa.", ()), voice)
    assert said.symbols.tolist() == numbers(voice, "^_h_ˈ_a_._$")
    assert said.symbols[: said.begin_marks].tolist() == numbers(voice, "^_")
    assert said.symbols[-said.end_marks :].tolist() == numbers(voice, "$")
    assert said.symbols[said.sound_first : said.sound_last].tolist() == numbers(voice, "h_ˈ_a_")


def test_silence_at_both_ends_is_no_sound(voice: VoiceFile) -> None:
    said = compose(Phonemes("- (a), b!'", ()), voice)
    assert said.symbols[said.sound_first : said.sound_last].tolist() == numbers(voice, "a_)_,_ _b_")


@pytest.mark.parametrize("text", [".", "- !", " "])
def test_a_string_without_a_sound_has_no_sounding_stretch(voice: VoiceFile, text: str) -> None:
    said = compose(Phonemes(text, ()), voice)
    assert said.symbols.tolist() == numbers(voice, f"^_{'_'.join(text)}_$")
    assert said.sound_first == said.sound_last == said.begin_marks


def test_words_and_breaks_are_places_in_the_symbols(voice: VoiceFile) -> None:
    text = "sˈɪŋ, a b."
    words = (WordSpan(0, 5, 0, 4), WordSpan(6, 7, 6, 7), WordSpan(8, 9, 8, 9))
    said = compose(Phonemes(text, words), voice)
    sing, a, b = said.words
    assert (sing.start, sing.end, a.start, a.end, b.start, b.end) == (0, 5, 6, 7, 8, 9)
    assert heard(said.symbols.tolist(), sing) == numbers(voice, "s_ˈ_ɪ_ŋ_")
    assert heard(said.symbols.tolist(), a) == numbers(voice, "a_")
    assert heard(said.symbols.tolist(), b) == numbers(voice, " _b_")
    assert [said.symbols[place] for place in said.breaks] == numbers(voice, "ab")


def test_a_word_begins_where_the_one_before_ends_unless_a_pause_divides_them(voice: VoiceFile) -> None:
    said = compose(Phonemes("a b, d", (WordSpan(0, 1, 0, 1), WordSpan(2, 3, 2, 3), WordSpan(4, 5, 5, 6))), voice)
    first, second, third = said.words
    assert second.first == first.last
    assert heard(said.symbols.tolist(), second) == numbers(voice, " _b_")
    assert heard(said.symbols.tolist(), third) == numbers(voice, "d_")


def heard(symbols: list[int], word: SymbolWord) -> list[int]:
    return symbols[word.first : word.last]
