"""Words of real text in the phonemes of the packages' own readers, which stay what the packages make of the text."""

import pytest
from hibari.g2p import G2P
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hiwar.engines.contracts import EngineContext
from hiwar.engines.hibari import arabic_sounds
from hiwar.engines.hibari.alphabet import LENGTHS, vocabulary
from hiwar.engines.reading import english
from hiwar.engines.reading.loading import load_front_end, load_readers
from hiwar.engines.reading.phonemizer import Phonemes, Phonemizer
from hiwar.text.front_end import FrontEnd

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def g2p() -> G2P:
    return load_readers()[0]


@pytest.fixture(scope="module")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> FrontEnd:
    return load_front_end(EngineContext(tmp_path_factory.getbasetemp()))[0]


@pytest.fixture(scope="module")
def phonemizer(g2p: G2P, front_end: FrontEnd) -> Phonemizer:
    return Phonemizer(front_end, g2p, frozenset({*vocabulary(), *LENGTHS}), arabic_sounds.sounds)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Hello there, how are you?", "həlˈO|ðˈɛɹ|hˌW|ɑɹ|ju"),
        ("It costs $5.50 at 10:30 am.", "ˌɪt|kˈɔsts|fˈIv dˈɑləɹz ænd fˈɪfti sˈɛnts|æt|tˈɛn θˈɜɹTi ˈA|ˈɛm"),
        ("5 km, then 6km.", "fˈIv|kəlˈɑməTəɹz|ðˈɛn|sˈɪks kəlˈɑməTəɹz"),
        ("Dr. Smith on Jan 5, 2020", "dˈɑktəɹ|smˈɪθ|ˌɔn|ʤˈænjəwˌɛɹi|fˈɪfθ|twˈɛnti twˈɛnti"),
        ("Call 555-1234 now", "kˈɔl|fˈIv fˈIv fˈIv, wˈʌn tˈu θɹˈi fˈɔɹ|nˈW"),
        ("$5 million of 3", "fˈIv|mˈɪljᵊn dˈɑləɹz|ʌv|θɹˈi"),
        ("10:30 11:45 today", "tˈɛn θˈɜɹTi|əlˈɛvᵊn fˈɔɹTi fˈIv|tədˈA"),
        ("Don’t say “hello” (ok).", "dˈOnt|sˈA|hˈɛlO|ˌOkˈA"),
        ("See [it](https://x.y/z) now", "sˈi|ɪt|nˈW"),
        ("rock & roll", "ɹˈɑk|ænd|ɹˈOl"),
    ],
)
def test_every_word_of_the_text_has_its_phonemes(phonemizer: Phonemizer, text: str, spoken: str) -> None:
    (said,) = phonemizer(text, "en")
    assert [said.text[word.first : word.last] for word in said.words] == spoken.split("|")
    assert [text[word.start : word.end] for word in said.words] == text.split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("رصيدك 1500 ريال", 3),
        ("رقم 123 456.", 3),
        ("أو 5 % فقط", 4),
        ("افتح WiFi الآن", 3),
        ("من الWi-Fi.", 2),
        ("2 رسالة جديدة", 3),
    ],
)
def test_every_word_of_arabic_text_sounds_in_its_turn(phonemizer: Phonemizer, text: str, words: int) -> None:
    (said,) = phonemizer(text, "ar")
    assert len(said.words) >= words - 1
    assert {text[word.start : word.end] for word in said.words} <= set(text.split())
    ends = [place for word in said.words for place in (word.first, word.last)]
    assert ends == sorted(ends)


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
        expected = g2p(text.translate({ord("’"): "'"}), normalize_text=False)
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
def test_arabic_phonemes_are_those_of_the_whole_text(phonemizer: Phonemizer, front_end: FrontEnd, text: str) -> None:
    words = (word for run in front_end.read(text, "ar").runs for word in run.spoken)
    alphabet = vocabulary().keys() | set(LENGTHS)
    expected = "".join(filter(alphabet.__contains__, "".join(map(arabic_sounds.sounds, words))))
    parts = phonemizer(text, "ar")
    assert said(parts).replace(" ", "").rstrip(".") == expected.replace(" ", "").rstrip(".")
