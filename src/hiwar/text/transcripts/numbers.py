"""The digits of one recognised word in the style that was asked for. What is around the word makes no difference.

That keeps a promise: a word that was shown as settled is written the same way in every later transcript.
"""

import re

from hiwar.text.arabic import verbalization as arabic
from hiwar.text.classification import classify
from hiwar.text.english import verbalization as english
from hiwar.text.tokens import (
    Cardinal,
    Date,
    Digits,
    Fraction,
    Mark,
    Measure,
    Money,
    Ordinal,
    Percent,
    Phone,
    Range,
    Silent,
    Symbol,
    Time,
    Token,
)
from hiwar.text.transcripts.spelling import plain, without_marks
from hiwar.vocabulary import DigitStyle, Language

_DIGIT = re.compile("[0-9٠-٩۰-۹½⅓⅔¼¾⅕-⅞]")
_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_SEPARATORS = {"٫": ".", "٬": ",", "٪": "%"}
_EASTERN_SEPARATOR = re.compile("(?<=[0-9])[٫٬](?=[0-9])|(?<=[0-9])٪|٪(?=[0-9])")
# One number with thousands, decimals or both; versions, dates and lists keep their points and commas.
_NUMBER = re.compile(r"(?<![0-9.,])[0-9]++(?:,[0-9]{3})*+(?:\.[0-9]++)?+(?![.,]?[0-9])")
_TO_EASTERN_SEPARATORS = str.maketrans(".,", "٫٬")
_PERCENT = re.compile("(?<=[0-9])%|%(?=[0-9])")
_LATIN_LETTER = re.compile("[A-Za-z]")

_SPELLED = (
    Cardinal | Ordinal | Percent | Money | Measure | Fraction | Date | Time | Range | Phone | Digits | Symbol | Mark
    | Silent
)  # fmt: skip
"""A word is spelled when it is made of these alone: codes, versions and addresses stay as they are."""
_HOUR = "الساعة "
_HALF_DAY = re.compile(" ([AP]) M$")


def written(word: str, language: Language, style: DigitStyle) -> str:
    """A word of a transcript in plain spelling and with its digits in a style; "" when nothing of it is text.

    `language` is the transcript's. A number in words may be several words, divided by single spaces.
    Linear in the length of the word, and never raises.
    """
    text = plain(word, language)
    if not _DIGIT.search(text):
        return text
    if style == "eastern":
        return eastern(text, language)
    text = _western(text)
    return plain(_in_words(text, language), language) if style == "words" else text


def eastern(text: str, language: Language) -> str:
    """A word with the digits of Arabic, when the transcript is Arabic and no Latin letter is in the word."""
    text = _western(text)
    if language == "en" or _LATIN_LETTER.search(text):
        return text
    text = _NUMBER.sub(lambda number: number[0].translate(_TO_EASTERN_SEPARATORS), _PERCENT.sub("٪", text))
    return text.translate(_EASTERN)


def _western(text: str) -> str:
    return _EASTERN_SEPARATOR.sub(lambda sign: _SEPARATORS[sign[0]], text.translate(_WESTERN))


def _in_words(word: str, language: Language) -> str:
    """A word with its numbers spelled in the language; the word itself where it holds more than numbers and marks."""
    tokens = classify(word, language)
    if not all(isinstance(token.content, _SPELLED) for token in tokens):
        return word
    text, glued = "", True
    # Spaces around what is silent are left to `plain`.
    for index, token in enumerate(tokens):
        said = _said(tokens, index)
        is_mark = isinstance(token.content, Mark)
        text += said if glued or is_mark else f" {said}"
        glued = is_mark
    return text


def _said(tokens: tuple[Token, ...], index: int) -> str:
    token = tokens[index]
    if isinstance(token.content, Mark):
        return token.content.text
    if token.language == "ar":
        words = without_marks(arabic.spoken(tokens, index)).replace("،", "")
        # The word is often written before the time itself, as the word before this one.
        return words.removeprefix(_HOUR) if isinstance(token.content, Time) else words
    return _HALF_DAY.sub(r" \1M", english.spoken(tokens, index).replace(",", ""))
