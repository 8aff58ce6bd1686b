"""Words of real text in the phonemes of the packages' own readers, which stay what the packages make of the text."""

import json
from importlib.resources import files

import pytest
from hibari.g2p import G2P
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiwar.engines.hibari import arabic_sounds
from hiwar.engines.reading import english
from hiwar.engines.reading.diacritizer import Diacritizer
from hiwar.engines.reading.loading import load_readers
from hiwar.engines.reading.phonemizer import Phonemes, Phonemizer
from hiwar.text.arabic.lexicon import mark_known_words
from hiwar.text.arabic.numbers import write_numbers
from hiwar.text.arabic.phonemes import pronounce

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def g2p() -> G2P:
    return load_readers()[0]


@pytest.fixture(scope="module")
def diacritizer() -> Diacritizer:
    return load_readers()[1]


@pytest.fixture(scope="module")
def phonemizer(g2p: G2P, diacritizer: Diacritizer) -> Phonemizer:
    alphabet = json.loads((files("hibari") / "assets" / "vocab.json").read_text(encoding="utf-8"))
    return Phonemizer(g2p, diacritizer, frozenset(alphabet), arabic_sounds.sounds)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Hello there, how are you?", "həlˈO|ðˈɛɹ|hˌW|ɑɹ|ju"),
        ("It costs $5.50 at 10:30 am.", "ˌɪt|kˈɔsts|fˈIv dˈɑləɹz ænd fˈɪfti sˈɛnts|æt|tˈɛn θˈɜɹTi|ˌAˈɛm"),
        ("5 km, then 6km.", "fˈIv|kəlˈɑməTəɹz|ðˈɛn|sˈɪks kəlˈɑməTəɹz"),
        ("Dr. Smith on Jan 5, 2020", "dˈɑktəɹ|smˈɪθ|ˌɔn|ʤˈænjəwˌɛɹi|fˈɪfθ|twˈɛnti twˈɛnti"),
        ("Call 555-1234 now", "kˈɔl|fˈIv fˈIv fˈIv, wˈʌn tˈu θɹˈi fˈɔɹ|nˈW"),
        ("$5 million of 3", "fˈIv|mˈɪljᵊn dˈɑləɹz|ʌv|θɹˈi"),
        ("10:30 11:45 today", "tˈɛn θˈɜɹTi|əlˈɛvᵊn fˌɔɹTifˈIv|tədˈA"),
        ("Don’t say “hello” (ok).", "dˈOnt|sˈA|hˈɛlO|ˌOkˈA"),
        ("See [our site](https://x.y/z) now", "sˈi|Wəɹ|sˈIt|nˈW"),
        ("rock & roll", "ɹˈɑk|ænd|ɹˈOl"),
        ("رصيدك 1500 ريال", "ɹɑsˈiidək|ˈʌlf wʌhkʌmsˈʊməæ|ɹəiˈæɑl"),
        ("رقم 123 456.", "ɹˈɑkm|mˈəæ wʌθʌlˈæɑθæ wʌɑəʃɹˈuwn|ʌɹbʌɑˈʊməæ wʌsˈəttæ wʌhkʌmsˈuwn"),
        ("أو 5 % فقط", "ˈOw|hkˈʌmsæ|bˈəlməæ|fˈɑkɑt"),
        ("افتح WiFi الآن", "ˈʌftʌhh|wˈI fˌI|ʌlˈæɑn"),
        ("من الWi-Fi.", "mˈən|ˈəl wˈIfˌI"),
    ],
)
def test_every_word_of_the_text_has_its_phonemes(phonemizer: Phonemizer, text: str, spoken: str) -> None:
    (said,) = phonemizer(text, "ar" if text[0] > "\u0600" else "en")
    assert [said.text[word.first : word.last] for word in said.words] == spoken.split("|")
    assert [text[word.start : word.end] for word in said.words] == text.split()


_WORDS = (
    "the", "5", "km", "$5.50", "10:30", "am", "Dr.", "Smith", "—", "No.", "1/2", "a=b", "1999", "[a", "b](/c", "d/)",
    "(", ")", "don’t", "Jan", "&", "½", "°C",
)  # fmt: skip
_ENGLISH = st.lists(st.one_of(st.sampled_from(_WORDS), st.text("aeT5.,-'’$%:/[]()& ", max_size=8)), max_size=12).map(
    " ".join
)


@settings(deadline=None)
@example("[ ](/a/)")
@example("[](/a/) x")
@example("[b](/ c /) d")
@given(_ENGLISH)
def test_english_phonemes_are_those_of_the_package(g2p: G2P, text: str) -> None:
    try:
        expected = g2p(text)
    except (LookupError, ValueError):
        return
    pieces = english.sounds(g2p, text)
    owners = [owner for _, owner in pieces]
    assert "".join(phonemes for phonemes, _ in pieces).strip() == expected
    assert owners == sorted(owners)
    assert not pieces or 0 <= owners[0] <= owners[-1] < max(1, len(text.split()))


_ARABIC_WORDS = ("السلام", "و25%", "5", "%", "0555", "123", "كِتَاب", "كتاب،", "نعم؟", "\u064e", "٣٫٥", "ا", "–", "ء")
_ARABIC = st.lists(st.sampled_from(_ARABIC_WORDS), max_size=12).map(" ".join)


def said(parts: tuple[Phonemes, ...]) -> str:
    """All that the parts say, without the marks that were put where a sentence was cut."""
    return "".join(part.text[:-1] if part.continues else part.text for part in parts)


@settings(deadline=None)
@given(_ARABIC)
@example(" ".join(["و25%"] * 9))
def test_arabic_phonemes_are_those_of_the_whole_text(
    phonemizer: Phonemizer, diacritizer: Diacritizer, text: str
) -> None:
    marked = diacritizer(mark_known_words(write_numbers(text)))
    expected = " ".join(filter(None, map(arabic_sounds.sounds, pronounce(marked))))
    parts = phonemizer(text, "ar")
    assert said(parts).replace(" ", "").rstrip(".") == expected.replace(" ", "").rstrip(".")
