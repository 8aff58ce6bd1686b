import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.errors import ErrorCode, HiwarError
from hiwar.text.transcripts.arabic import load_rewriter

pytest.importorskip("arabic_itn")

REWRITTEN: list[tuple[str, str]] = [
    ("عمره خمسة وعشرون عاما", "عمره 25 عاما"),
    ("في سنة ألفين وستة وعشرين", "في سنة 2026"),
    ("الساعة تلاتة ونص العصر", "الساعة 15:30"),
    ("عنده ثلاثة أولاد وأحد عشر كتابا", "عنده ثلاثة أولاد و 11 كتابا"),
    ("واحد صاحبي، ألف مبروك", "واحد صاحبي، ألف مبروك"),
    ("كيف حالك اليوم؟", "كيف حالك اليوم؟"),
    ("", ""),
]
WITHOUT_A_GUESS: list[tuple[str, str]] = [
    ("المبلغ ميتين وخمسين ريال", "المبلغ 250 ريال"),
    ("المبلغ ميتين وخمسين ريال قطري", "المبلغ 250 ريال قطري"),
    ("المبلغ ميتين وخمسين ريال سعودي", "المبلغ 250 SAR"),
    ("عشرة جنيه وخمسين قرش", "10.50 جنيه"),
    ("رقمي صفر خمسة صفر واحد اتنين تلاتة اربعة خمسة ستة سبعة", "رقمي 0501234567"),
    ("زائد تسعة ستة ستة خمسة صفر واحد اتنين تلاتة اربعة خمسة ستة سبعة", "+966501234567"),
    ("زائد تسعة سبعة واحد خمسة صفر واحد اتنين تلاتة اربعة خمسة ستة سبعة", "+971501234567"),
]


@pytest.mark.parametrize(("spoken", "digits"), REWRITTEN, ids=range(len(REWRITTEN)))
def test_spoken_numbers_become_digits(spoken: str, digits: str) -> None:
    assert load_rewriter()(spoken) == digits


@pytest.mark.parametrize(("spoken", "digits"), WITHOUT_A_GUESS, ids=range(len(WITHOUT_A_GUESS)))
def test_no_country_is_guessed(spoken: str, digits: str) -> None:
    assert load_rewriter()(spoken) == digits


WORDS = [
    "واحد", "وأحد", "عشر", "عشرين", "وعشرين", "مئة", "ألف", "آلاف", "مليون", "صفر", "ريال", "ريالين", "وخمسين",
    "هللة", "الساعة", "ونص", "إلا", "ربع", "العصر", "يوم", "الخميس", "من", "أكتوبر", "سنة", "ألفين", "رقم",
    "الطلب", "ايه", "بي", "دوت", "آت", "جيميل", "كوم", "زائد", "دبل", "25", "٠٥٠", "2026", "a", ".", "@", "-",
    "كتاب،", "و",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=60))
def test_any_words_can_be_rewritten(words: list[str]) -> None:
    load_rewriter()(" ".join(words))


def test_very_long_texts_are_rewritten_too() -> None:
    rewrite = load_rewriter()
    assert rewrite("كتاب " * 5_000).split() == ["كتاب"] * 5_000
    assert rewrite("a . " * 2_000)
    assert rewrite("9" * 6_000) == "9" * 6_000
    assert rewrite(f"عشرون {'9' * 6_000} عشرون") == f"20 {'9' * 6_000} 20"


def test_the_package_never_gets_many_words_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given_words: list[int] = []

    def normalize(text: str, country: str) -> dict[str, object]:
        given_words.append(len(text.split()))
        return {"text": text, "spans": []}

    package = ModuleType("arabic_itn")
    monkeypatch.setattr(package, "normalize", normalize, raising=False)
    monkeypatch.setitem(sys.modules, "arabic_itn", package)
    text = " ".join(map(str, range(100)))
    assert load_rewriter()(text) == text
    assert given_words == [48, 48, 4]


def test_without_the_package_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arabic_itn", None)
    with pytest.raises(HiwarError, match=r"send language=en or leave itn out.*pip install 'hiwar\[itn\]'") as caught:
        load_rewriter()
    assert caught.value.code is ErrorCode.INVALID_REQUEST
