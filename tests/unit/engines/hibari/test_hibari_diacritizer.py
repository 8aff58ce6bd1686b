"""The diacritizer adds marks and changes no letter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiwar.text.arabic_letters import MARKS

pytestmark = pytest.mark.models

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("text2tashkeel")

from hiwar.engines.hibari.diacritizer import Diacritizer, model_bytes  # noqa: E402


@pytest.fixture(scope="module")
def diacritize() -> Diacritizer:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return Diacritizer(onnxruntime.InferenceSession(model_bytes(), options, providers=["CPUExecutionProvider"]))


def bare(text: str) -> str:
    return "".join(character for character in text if character not in MARKS)


def test_marks_a_sentence(diacritize: Diacritizer) -> None:
    assert diacritize("كتاب جديد على الطاولة") == "كِتَابٌ جَدِيدٌ عَلَى الطَّاوِلَةِ"


def test_words_with_marks_stay_as_written(diacritize: Diacritizer) -> None:
    assert "كُتِبَ" in diacritize("كُتِبَ الدرس")
    assert "كَتَبَ" in diacritize("كَتَبَ الدرس")


def test_a_hamza_that_was_written_stays_and_none_is_added(diacritize: Diacritizer) -> None:
    for text in ("واحد اضغط لاتصالك", "أحمد سؤال مئة آمن إلى"):
        assert bare(diacritize(text)) == text


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.sampled_from("ابتةىيوأإآؤئءلم ،.5aé\u064e\u0651"), max_size=60))
def test_no_text_loses_or_gains_a_letter(diacritize: Diacritizer, text: str) -> None:
    assert bare(diacritize(text)) == bare(text)
