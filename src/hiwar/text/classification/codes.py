"""Codes: letters and digits in one, and numbers of versions."""

import re

from hiwar.text.classification.reading import LATIN, POINTS_OF_THOUSANDS, Found, Reading
from hiwar.text.english.initialisms import is_spelled_in_codes
from hiwar.text.tokens import Cardinal, Code, Digits, Letters, Number, Symbol, Word

_VERSION = re.compile(
    rf"(?!{POINTS_OF_THOUSANDS})"
    r"(?:[vV]?[0-9]{1,9}(?:\.[0-9]{1,9}){2,5}|[vV][0-9]{1,9}(?:\.[0-9]{1,9})?)(?![0-9A-Za-z]|\.[0-9])"
)
_TAIL = rf"(?:[A-Za-z]{{1,3}}(?![{LATIN}]))?(?:[0-9]{{1,20}}(?:[A-Za-z]{{1,3}}(?![{LATIN}]))?){{0,8}}"
_AFTER_LETTERS = re.compile(
    rf"(?!(?:to|for|by|on|in|of|and|or|per)-)[A-Za-z]{{1,40}}-?[0-9]{{1,40}}(?:\.[0-9]{{1,9}})?{_TAIL}(?:-[0-9]{{1,20}}){{0,5}}"
)
_AFTER_DIGITS = re.compile(rf"[0-9]{{1,40}}{_TAIL}(?:-(?=[0-9A-Z]{{2}})[0-9A-Z]{{1,20}}){{0,5}}")
_BANK_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?(?![A-Za-z0-9])")
_LETTERS_BEFORE_DIGITS = re.compile(
    r"(?P<letters>[A-Za-z]{1,40})(?:-[0-9]{1,20}|[0-9]{2,20}|(?<=[^A-Za-z][A-Z])[0-9]"
    r"|(?<=[A-Z]{2})[0-9]{2}(?: [0-9]{4}){3,7}(?: [0-9]{1,3})?)"
    r"(?![A-Za-z0-9]|[-.,:/][A-Za-z0-9])"
)
_DIGITS_AFTER_LETTERS = re.compile(
    r"(?:(?<=[A-Za-z])|(?<=[A-Za-z]-))"
    r"(?:(?<=[A-Z]{2})[0-9]{2}(?: [0-9]{4}){3,7}(?: [0-9]{1,3})?|[0-9]{1,20})(?![A-Za-z0-9]|[-.,:/][A-Za-z0-9])"
)
_LETTERS_AFTER_DIGITS = re.compile(r"(?<=[0-9])(?:(?P<times>[xX])(?=[0-9])|[A-Za-z]{1,3}(?![A-Za-z0-9]|-[A-Za-z0-9]))")
_COUNTED_DIGITS_MAX = 3
_PLURAL = re.compile(r"([0-9]{4}|[0-9]0|[0-9]{1,3}(?:,000){1,3})['’]?s(?![A-Za-z])")
_PART = re.compile(r"[0-9]+|[A-Za-z]+|\.")


def version(reading: Reading, at: int) -> Found | None:
    """2.0.1, v1.2, 192.168.1.1: the points are said."""
    match = _VERSION.match(reading.western, at)
    if match is None:
        return None
    return Found(match.end(), Code(tuple(_PART.findall(match[0]))), "en" if match[0][0].isalpha() else None)


def letters_before_digits(reading: Reading, at: int) -> Found | None:
    """In Arabic the letters of GPT-4, SV1023 and a bank account, whose digits are said in Arabic; not of MP3."""
    match = _LETTERS_BEFORE_DIGITS.match(reading.western, at) if reading.language == "ar" else None
    if match is None:
        return None
    letters = match["letters"]
    return Found(match.end("letters"), Letters(letters) if is_spelled_in_codes(letters) else Word(letters), "en")


def digits_after_letters(reading: Reading, at: int) -> Found | None:
    """Those digits: few are counted."""
    match = _DIGITS_AFTER_LETTERS.match(reading.western, at) if reading.language == "ar" else None
    if match is None or reading.found[-1].content == Symbol("×"):
        return None
    groups = tuple(match[0].split())
    if len(groups) > 1 or len(match[0]) > _COUNTED_DIGITS_MAX or match[0].startswith("0"):
        return Found(match.end(), Digits(groups))
    return Found(match.end(), Cardinal(Number(match[0])))


def letters_after_digits(reading: Reading, at: int) -> Found | None:
    """In Arabic the letters of 14C and 4K, whose digits are said in Arabic, and the sign of times in 40x60."""
    match = _LETTERS_AFTER_DIGITS.match(reading.western, at) if reading.language == "ar" else None
    if match is None:
        return None
    if match["times"]:
        return Found(match.end(), Symbol("×"))
    return Found(match.end(), Letters(match[0]) if is_spelled_in_codes(match[0]) else Word(match[0]), "en")


def code_of_letters(reading: Reading, at: int) -> Found | None:
    """SV1023, GPT-4, COVID-19, H2O, and the numbers of bank accounts."""
    account = _BANK_ACCOUNT.match(reading.western, at)
    if account is not None and sum(map(str.isdigit, account[0])) > len(account[0]) // 2:
        return Found(account.end(), Code(tuple(_PART.findall(account[0]))), "en")
    match = _AFTER_LETTERS.match(reading.western, at)
    found = Found(match.end(), Code(tuple(_PART.findall(match[0]))), "en") if match else None
    return version(reading, at) or found


def decade(reading: Reading, at: int) -> Found | None:
    """The 1990s; 1,000s of users."""
    match = _PLURAL.match(reading.western, at)
    return Found(match.end(), Code((match[1].replace(",", ""), "s")), "en") if match else None


def code_of_digits(reading: Reading, at: int) -> Found | None:
    """5G, 12B, 1920x1080."""
    match = _AFTER_DIGITS.match(reading.western, at)
    parts = _PART.findall(match[0]) if match else []
    if match is None or len(parts) < len(("5", "G")) or not any(map(str.isalpha, parts)):
        return None
    return Found(match.end(), Code(tuple(parts)), "en")
