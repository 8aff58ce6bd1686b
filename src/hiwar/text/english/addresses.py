"""Codes and addresses in English words: what of them is spelled, what is read, and the names of their signs."""

import re

from hiwar.text.english.initialisms import is_spelled, is_spelled_in_codes
from hiwar.text.english.names import SIGNS
from hiwar.text.english.numbers import LARGEST_DIGITS, cardinal, digit_by_digit, in_pairs, year

_NOISE = re.compile(r"\A(?:https?://)?(?:www\.)?", re.IGNORECASE)
_PIECE = re.compile(r"[0-9]+|[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\S", re.ASCII)
_READ_ENDINGS = frozenset(
    {"co", "me", "com", "org", "net", "edu", "gov", "info", "biz", "dev", "app", "online", "store", "site"}
)
_DIGITS = frozenset("0123456789")
_SHORT = 3
_CONSONANTS_MAX = 5
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_TOGETHER_DIGITS_MAX = 8
_YEAR_DIGITS = 4


def letters(text: str) -> str:
    """A T M; a plural or possessive s is joined to the last letter: A T M's."""
    head = text.rstrip("s").rstrip("'’") if text[-1] == "s" and not text.islower() else text
    spelled = " ".join([letter.upper() for letter in head if letter.isalpha()])
    return spelled if head == text else f"{spelled}'s"


def code(parts: tuple[str, ...]) -> str:
    """Letters by name or as the word they make, digits as they are read quickly, and counted between points."""
    if parts[-1] == "s" and len(parts) > 1 and parts[-2].isdigit():
        return _several(code(parts[:-1]) if len(parts) > len(("1990", "s")) else _decade(parts[0]))
    counted = "." in parts
    many = sum(map(len, filter(str.isdigit, parts))) > _TOGETHER_DIGITS_MAX
    words = [_code_part(part, counted=counted, many=many) for part in parts]
    if counted and parts[0] in ("v", "V"):
        words[0] = "version"
    for at in range(1, len(parts) - 1):
        if parts[at] == "x" and parts[at - 1].isdigit() and parts[at + 1].isdigit():
            words[at] = "by"
    return " ".join(words)


def _code_part(part: str, *, counted: bool, many: bool) -> str:
    if part in ".-":
        return "point" if part == "." else "dash"
    if part.isalpha():
        return letters(part) if is_spelled_in_codes(part) else part
    if counted and part[0] != "0" and len(part) <= LARGEST_DIGITS:
        return cardinal(int(part))
    return digit_by_digit(part) if many else in_pairs(part)


def _decade(digits: str) -> str:
    return year(int(digits)) if len(digits) == _YEAR_DIGITS else cardinal(int(digits[:LARGEST_DIGITS]))


def _several(words: str) -> str:
    words = words.removeprefix("one ")
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def address(text: str) -> str:
    """An email or web address, a file name, a mention or a hashtag, without https:// and www."""
    if text[0] == "#":
        return " ".join(["hashtag", *_pieces(text[1:].replace("_", " "))])
    return " ".join(_pieces(_NOISE.sub("", text, count=1).rstrip("/")))


def _pieces(text: str) -> list[str]:
    said: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece[0] in _DIGITS:
            said.append(in_pairs(piece))
        elif piece.isalpha():
            said.append(_address_word(piece, ends_domain=_ends_domain(text, match)))
        elif name := SIGNS.get(piece):
            said.append(name)
    return said


def _ends_domain(text: str, match: re.Match[str]) -> bool:
    """Behind a point, and not the second name of somebody before the @."""
    return text[match.start() - 1 : match.start()] == "." and "@" not in text[match.end() :]


def _address_word(word: str, *, ends_domain: bool) -> str:
    if ends_domain and word not in _READ_ENDINGS and len(word) <= _SHORT:
        return letters(word)
    spelled = is_spelled(word) or len(word) == 1 or (len(word) <= _CONSONANTS_MAX and not _VOWEL.search(word))
    return letters(word.upper()) if spelled else word
