"""Digits said one by one: telephone numbers, accounts, one-time codes, and whatever is too long to be counted."""

import re

from hiwar.text.classification.keywords import contexts
from hiwar.text.classification.reading import COUNTED_NEXT, Found, Reading, is_one_of
from hiwar.text.tokens import Cardinal, Digits, Letters, Mark, Phone, Silent, Symbol, Word

_END = "(?![0-9]|[-.,:/][0-9])"
_INTERNATIONAL = re.compile(rf"(?:\+|00)[1-9](?:[-. ()]{{0,2}}[0-9]){{7,14}}{_END}")
# As it comes out where text runs from right to left.
_PLUS_LAST = re.compile(r"([1-9](?:[- ]?[0-9]){9,14}) ?\+(?! ?[0-9])")
_NORTH_AMERICAN = re.compile(rf"(?:1[-. ])?(?:\([0-9]{{3}}\) ?|[0-9]{{3}}[-.])[0-9]{{3}}[-. ][0-9]{{4}}{_END}")
_SEVEN = re.compile(rf"[0-9]{{3}}-[0-9]{{4}}{_END}")
_SERVICE = re.compile(
    r"(?:9200[- ]?[0-9]{2,5}(?:[- ]?[0-9]{3})?|920[- ]?[0-9]{3}[- ]?[0-9]{3}|(?:1[- ])?800[- ]?[0-9]{3}[- ]?[0-9]{3,4})"
    + _END
)
_SERVICE_DIGITS = frozenset({9, 10, 11})
_NATIONAL = re.compile(
    rf"(?:\(0[0-9]{{1,3}}\)|0[0-9]{{1,4}})(?: ?/ ?(?=[0-9]{{6,8}}(?![0-9])))?(?:[- ]?[0-9]{{2,4}}){{2,4}}{_END}"
)
_NATIONAL_DIGITS = range(9, 12)
# ITU-T E.164: the codes of one and two figures; all others have three.
_COUNTRY_CODE = re.compile("[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}")
_GROUP = re.compile("[0-9]+")

_SPACED = re.compile(r"(?P<single>[0-9](?: [0-9]){2,20})(?:-(?P<rest>[0-9]{2,6}))?(?![0-9]|[-.,:/%][0-9])")
_CARD = re.compile(rf"[0-9X*]{{4}}(?:[- ][0-9X*]{{4}}){{2,4}}{_END}")
_DASHED = re.compile(rf"[0-9]+(?:-[0-9]+){{2,}}|[0-9]{{5}}-[0-9]{{4}}{_END}")
_INTEGER = re.compile(r"[0-9]+(?![0-9A-Za-z%:/]|[.,][0-9])")
_IN_GROUPS = re.compile(r"[0-9]{1,24}(?:[- ][0-9]{1,6}){0,7}(?![0-9A-Za-z%:/]|[-.,][0-9]| [0-9])")
_NAMED_BEHIND = re.compile(
    r" (?:is|as) (?:your|my|the) (?:[\w'-]{1,20} ){0,4}?(?:code|otp|pin|password|passcode)\b", re.IGNORECASE
)
_UNCOUNTED = 8
_AFTER_CODE = 3
_AFTER_NUMBERED = 4
_WORDS_BETWEEN = 6
_IS = frozenset({"is", "هو", "هي"})
_GROUP_MAX = 5
_NINE = 9
_CARD_DIGITS = 16


def phone(reading: Reading, at: int) -> Found | None:
    """A telephone number, by its plus, its leading zeros, or the way it is grouped."""
    text = reading.western
    match = _INTERNATIONAL.match(text, at)
    if match is not None:
        plus = match[0][0] == "+"
        written = match[0][1:] if plus else match[0][2:]
        return Found(match.end(), _international(written, plus=plus))
    match = _PLUS_LAST.match(text, at)
    if match is not None:
        return Found(match.end(), _international(match[1], plus=True))
    for pattern, lengths in ((_SERVICE, _SERVICE_DIGITS), (_NATIONAL, _NATIONAL_DIGITS)):
        match = pattern.match(text, at)
        if match is not None and sum(map(str.isdigit, match[0])) in lengths:
            groups = _groups(match[0])
            return Found(match.end(), Phone(groups if len(groups) > 1 else phone_groups(groups[0])))
    match = _NORTH_AMERICAN.match(text, at) or _SEVEN.match(text, at)
    return Found(match.end(), Phone(_groups(match[0]))) if match else None


def _international(written: str, *, plus: bool) -> Phone:
    groups = _groups(written)
    if len(groups) == 1:
        country = _COUNTRY_CODE.match(written)
        cut = country.end() if country else 0
        groups = (*filter(None, [written[:cut]]), *phone_groups(written[cut:]))
    return Phone(groups if plus else ("00", *groups), plus)


def _groups(written: str) -> tuple[str, ...]:
    return tuple(_GROUP.findall(written))


def phone_groups(digits: str) -> tuple[str, ...]:
    """As numbers of the Gulf are read: 050 123 4567, 50 123 4567, 9200 12345."""
    if len(digits) == _NINE:
        return (digits[:4], digits[4:]) if digits.startswith("9200") else (digits[:2], digits[2:5], digits[5:])
    return digit_groups(digits)


def digit_groups(digits: str) -> tuple[str, ...]:
    """Up to five stay together; more go by threes, the last by fours where that comes out; sixteen by fours."""
    if len(digits) <= _GROUP_MAX:
        return (digits,)
    if len(digits) == _CARD_DIGITS:
        return tuple(digits[start : start + 4] for start in range(0, len(digits), 4))
    fours = len(digits) % 3
    cut = len(digits) - 4 * fours
    threes = [digits[start : start + 3] for start in range(0, cut, 3)]
    return (*threes, *(digits[start : start + 4] for start in range(cut, len(digits), 4)))


def digits(reading: Reading, at: int) -> Found | None:
    """Digits that stand for nothing that is counted, by how they are written."""
    text = reading.western
    spaced = _SPACED.match(text, at)
    if spaced is not None:
        rest = (spaced["rest"],) if spaced["rest"] else ()
        return Found(spaced.end(), Digits((*digit_groups(spaced["single"].replace(" ", "")), *rest)))
    match = _CARD.match(text, at) or _DASHED.match(text, at)
    if match is not None and (groups := _groups(match[0])):
        return Found(match.end(), Digits(groups))
    match = _INTEGER.match(text, at)
    if match is None:
        return None
    if reading.language == "en" and text[at - 1 : at] == "*" and text[match.end() : match.end() + 1] in ("#", "*"):
        return Found(match.end(), Digits((match[0],)))
    long_or_padded = len(match[0]) >= _UNCOUNTED or (match[0][0] == "0" and len(match[0]) > 1)
    return Found(match.end(), Digits(digit_groups(match[0]))) if long_or_padded else None


def digits_of_code(reading: Reading, at: int) -> Found | None:
    """Digits a few words after one that announces them, as in: رمز التحقق هو 482913."""
    match = _IN_GROUPS.match(reading.western, at)
    masked = at > 0 and reading.western[at - 1] in "*•"
    named_behind = match is not None and _NAMED_BEHIND.match(reading.western, match.end()) is not None
    least = _AFTER_NUMBERED if masked or named_behind else _least_digits(reading)
    if match is None or least is None or sum(map(str.isdigit, match[0])) < least:
        return None
    if COUNTED_NEXT.match(reading.western, match.end()) and _may_be_counted(reading):
        return None
    groups = _groups(match[0])
    return Found(match.end(), Digits(digit_groups(groups[0]) if len(groups) == 1 else groups))


def _may_be_counted(reading: Reading) -> bool:
    """Not right behind the word for the code: call 500 customers, an order of 2500 units; but order 10045 ships."""
    before = reading.word_before().lower()
    return before == "call" or before not in contexts.CODE | contexts.NUMBERED


def _least_digits(reading: Reading) -> int | None:
    """How many digits in a row are a code here; None where no word before tells."""
    announced = reading.word_before() in _IS
    for found in reading.found[: -_WORDS_BETWEEN - 1 : -1]:
        if isinstance(found.content, Mark | Silent | Digits | Phone) or found.content == Symbol("#"):
            continue
        if announced and isinstance(found.content, Cardinal):
            continue  # how many digits the code has
        if not isinstance(found.content, Word | Letters):
            return None
        if is_one_of(found.content.text, contexts.CODE):
            return _AFTER_CODE
        if is_one_of(found.content.text, contexts.NUMBERED):
            return _AFTER_NUMBERED
        if found.content.text.islower() and found.content.text not in contexts.JOINS_CODE:
            return None
    return None
