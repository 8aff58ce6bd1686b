"""Spoken Arabic numbers as digits, by the package arabic-itn. What it would have to guess about a country is undone."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol, TypedDict

from hiwar.errors import ErrorCode, HiwarError

_CHUNK_WORDS = 48
"""The package may take the square of the words that it is given: more are given to it in parts."""
_WORD_CHARS_MAX = 40
"""A longer word is no number that was spoken."""
_MISSING = (
    "Inverse text normalisation of Arabic is not installed; send language=en or leave itn out, "
    "or have the server run: pip install 'hiwar[itn]'"
)
_NOUNS = {"SAR": "ريال", "AED": "درهم", "EGP": "جنيه", "USD": "دولار"}
_NAMED_COUNTRY = re.compile("سعودي|[إا]مارات|مصري|[أا]مريكي")
_COUNTRY_CODE = len("+966")
# Behind "and" it would be taken for "one".
_AND_ELEVEN = re.compile(r"(?<!\S)وأحد(?= عشر(?!\S))")


class _Span(TypedDict):
    """A value that was found, in the order of the text: what it is, how it was spoken, what replaced it."""

    type: str
    raw: str
    value: str


class _Found(TypedDict):
    text: str
    spans: list[_Span]


class _Normalize(Protocol):
    def __call__(self, text: str, country: str) -> _Found: ...


def load_rewriter() -> Callable[[str], str]:
    """What writes a text's spoken numbers as digits; never raises, linear in the length of the text.

    Raises HiwarError when the package is not installed.
    """
    try:
        from arabic_itn import normalize
    except ImportError as error:
        raise HiwarError(ErrorCode.INVALID_REQUEST, _MISSING) from error
    return lambda text: " ".join([_rewritten(chunk, normalize) for chunk in _chunks(text.split())])


def _chunks(words: list[str]) -> Iterator[str]:
    chunk: list[str] = []
    for word in words:
        if chunk and (len(chunk) == _CHUNK_WORDS or len(word) > _WORD_CHARS_MAX or len(chunk[-1]) > _WORD_CHARS_MAX):
            yield " ".join(chunk)
            chunk = []
        chunk.append(word)
    if chunk:
        yield " ".join(chunk)


def _rewritten(text: str, normalize: _Normalize) -> str:
    if len(text) > _WORD_CHARS_MAX and " " not in text:
        return text
    text = _AND_ELEVEN.sub("و أحد", text)
    found = normalize(text, country="SA")
    written, rest = "", found["text"]
    for span in found["spans"]:
        before, _, rest = rest.partition(span["value"])
        written += before + _without_guess(span, normalize)
    return written + rest


def _without_guess(span: _Span, normalize: _Normalize) -> str:
    """A value without a country that was not named: of a telephone number, or of a currency that several have."""
    value = span["value"]
    if span["type"] == "phone":
        is_guess = normalize(span["raw"], country="AE")["text"] != value
        return f"0{value[_COUNTRY_CODE:]}" if is_guess else value
    if span["type"] == "money" and not _NAMED_COUNTRY.search(span["raw"]):
        amount, _, code = value.partition(" ")
        return f"{amount} {_NOUNS[code]}"
    return value
