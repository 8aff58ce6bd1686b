"""English and Arabic in espeak's symbols, without espeak. The expected strings are what espeak-ng 1.52 writes."""

import unicodedata

import pytest

pytest.importorskip("hibari")

from hiwar.engines.piper.arabic import arabic_symbols, english_symbols
from hiwar.engines.piper.english import RespelledG2P, espeak_symbols
from hiwar.text.arabic import letters
from hiwar.text.arabic.phonemes import SpokenWord, pronounce
from support.tiny_vits import SYMBOLS


@pytest.mark.parametrize(
    ("phonemes", "symbols"),
    [
        ("lˈATəɹ", "lˈeɪɾɚ"),
        ("ˈWəɹ", "ˈaʊɚ"),
        ("əpˈYntmənt", "ɐpˈɔɪntmənt"),
        ("θˈɜɹd", "θˈɜːd"),
        ("hˈɜɹi", "hˈɜːɹi"),
        ("mˈɑɹʧ", "mˈɑːɹtʃ"),
        ("ʤˈæks", "dʒˈæks"),
        ("lˈɑɹʤ", "lˈɑːɹdʒ"),
        ("kˈɔfi", "kˈɔfi"),
        ("kˈɔlɪŋ", "kˈɔːlɪŋ"),
        ("kwˈɪkli", "kwˈɪkli"),
        ("stˈʌdiz", "stˈʌdiz"),
        ("bi", "biː"),
        ("lˈivz", "lˈiːvz"),
        ("mjuzˈiəm", "mjuːzˈiəm"),
        ("ði", "ðɪ"),
        ("pˈipᵊl", "pˈiːpəl"),
        ("ðə", "ðə"),
        ("—", ","),
        ("…", "."),
        ("“(", ""),
    ],
)
def test_english_words(phonemes: str, symbols: str) -> None:
    assert espeak_symbols(phonemes) == symbols


@pytest.mark.parametrize(
    ("word", "symbols"),
    [
        ("بَاب", "bˈaːb"),
        ("بَيْت", "bˈait"),
        ("بَوْم", "bˈaum"),
        ("بَيَّن", "bˈajːan"),
        ("رَبَّ", "rˈabː"),
        ("صَاد", "s̪ˈa.ːd"),
        ("طَالِب", "t̪ˈa.ːlib"),
        ("ظَلَام", "ða.lˈaːm"),
        ("ضَرَبَ", "dˤˈa.rab"),
        ("حَال", "ħˈaːl"),
        ("خَيْر", "χˈair"),
        ("غُرْفَة؟", "ɣˈurfa?"),
    ],
)
def test_arabic_words(word: str, symbols: str) -> None:
    assert "".join(map(arabic_symbols, pronounce(word))) == symbols


def test_every_arabic_phone_has_a_symbol_that_voices_know() -> None:
    phones = {*letters.CONSONANTS.values(), *letters.VOWELS}
    for phone in phones:
        symbols = arabic_symbols(SpokenWord((phone, "a"), 1, "", 0))
        assert symbols
        assert set(symbols) <= set(SYMBOLS)
        assert unicodedata.normalize("NFD", symbols) == symbols


def test_an_arabic_voice_is_given_english_in_arabic_sounds() -> None:
    assert english_symbols("ʧˈɛkɪŋ pɹˈOɡɹˌæm vˈɜɹʒən") == "ʃˈikin brˈauɡrˌam fˈirdʒan"


class Reader:
    """Reads every word as the same sound."""

    def tokenize(self, text: str) -> list[str]:
        return text.split()

    def phonemize_tokens(self, tokens: list[str]) -> list["Token"]:
        return [Token("tˈAk"), Token(None)]


class Token:
    def __init__(self, phonemes: str | None) -> None:
        self.phonemes = phonemes


def test_the_tokens_of_the_english_reader_are_respelled() -> None:
    g2p = RespelledG2P(Reader(), espeak_symbols)
    assert g2p.tokenize("a b") == ["a", "b"]
    assert [token.phonemes for token in g2p.phonemize_tokens([])] == ["tˈeɪk", ""]
