"""The diacritizer adds marks and changes no letter."""

import re
from importlib.resources import files
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.marks import ASK

pytestmark = pytest.mark.models

pytest.importorskip("onnxruntime")
pytest.importorskip("text2tashkeel")
pytest.importorskip("hibari")

from hibari.g2p.oov import OOV  # noqa: E402

from hiwar.engines.onnx_sessions import Session, open_session  # noqa: E402
from hiwar.engines.reading.diacritizer import Diacritizer, model_bytes  # noqa: E402
from hiwar.errors import EngineError  # noqa: E402


@pytest.fixture(scope="module")
def diacritize() -> Diacritizer:
    return Diacritizer(open_session(model_bytes()))


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


def test_marks_a_sentence(diacritize: Diacritizer) -> None:
    assert diacritize("كتاب جديد على الطاولة") == "كِتَابٌ جَدِيدٌ عَلَى الطَّاوِلَةِ"


def test_words_with_marks_stay_as_written(diacritize: Diacritizer) -> None:
    assert "كُتِبَ" in diacritize("كُتِبَ الدرس")
    assert "كَتَبَ" in diacritize("كَتَبَ الدرس")


@pytest.mark.parametrize(
    ("text", "kept"),
    [("كِتاب", "كِتَا"), ("علّم", "عَلَّ"), ("السّلام عليكم", "السَّلَا"), ("مُحَمد", "مُحَم"), ("خَمْسَة", "خَمْسَة"), ("مُوظف", "مُو")],
)
def test_a_word_marked_in_part_is_filled_in_around_its_marks(diacritize: Diacritizer, text: str, kept: str) -> None:
    assert diacritize(text).startswith(kept)


def test_the_end_of_a_marked_word_is_left_and_a_letter_that_asks_is_not(diacritize: Diacritizer) -> None:
    assert diacritize("هَذَا كِتَاب جديد").startswith("هَذَا كِتَاب جَدِيد")
    assert re.match("هَذَا كِتَاب[ًٌٍَُِ] جَدِيد", diacritize(f"هَذَا كِتَاب{ASK} جديد"))


@pytest.mark.parametrize("word", [f"بَرِيد{ASK}ك{ASK}", f"فَرْع{ASK}ك{ASK}", f"طَلَب{ASK}ك{ASK}"])
def test_a_letter_that_asks_before_another_has_a_vowel(diacritize: Diacritizer, word: str) -> None:
    for text in (word, f"عَلَى {word}"):
        assert re.search("[َُِ]ك", diacritize(text))


@pytest.mark.parametrize("text", ["شهدت أسعار الذهب", "لم أجد الكتاب الذي طلبته", "شاهدت بنت البيت"])
def test_no_two_letters_without_a_vowel_meet_unless_after_a_diphthong(diacritize: Diacritizer, text: str) -> None:
    assert not re.search("[^وياى]ْ.ْ", diacritize(text))


def test_the_hamza_left_out_behind_the_article_has_its_vowel(diacritize: Diacritizer) -> None:
    assert "اَهْلِي" in diacritize("البنك الاهلي")


def test_a_hamza_that_was_written_stays_and_none_is_added(diacritize: Diacritizer) -> None:
    for text in ("واحد اضغط لاتصالك", "أحمد سؤال مئة آمن إلى"):
        assert bare(diacritize(text)) == text


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.sampled_from("ابتةىيوأإآؤئءلم ،.5aé\u064e\u0651\u034f"), max_size=60))
def test_no_text_loses_or_gains_a_letter(diacritize: Diacritizer, text: str) -> None:
    assert bare(diacritize(text)) == bare(text).replace(ASK, "")


def test_no_model_is_asked_when_every_word_is_marked() -> None:
    class Unusable(Session):
        def __init__(self) -> None: ...

        def run(self, *_: object) -> NoReturn:
            raise EngineError

    unusable = Diacritizer(Unusable())
    assert unusable("خَمْسَة وَعِشْرُون، 5!") == "خَمْسَة وَعِشْرُون، 5!"
    with pytest.raises(EngineError):
        unusable("خَمْسَة كتب")


def test_a_model_that_takes_something_else_is_an_engine_error() -> None:
    another = open_session((files("hibari") / "assets" / "oov.onnx").read_bytes())
    with pytest.raises(EngineError):
        Diacritizer(another)("كتاب")


def test_a_failing_reader_of_unknown_english_words_is_an_engine_error() -> None:
    english = OOV(session=open_session(model_bytes()))
    with pytest.raises(EngineError):
        english("blorptastic")
