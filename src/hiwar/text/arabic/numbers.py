"""Arabic numbers written out in words with their vowels, so that no diacritizer has to guess them.

Cardinals in the form of counting (three, not the third), decimals, percent, and digit strings read digit by digit.
Dates, times, money and agreement with the counted noun are left as they stand.
"""

import re

LARGEST = 999_999_999_999
"""Numbers above this are read digit by digit."""

_ONES = (
    "صِفْر", "وَاحِد", "اِثْنَان", "ثَلَاثَة", "أَرْبَعَة", "خَمْسَة", "سِتَّة", "سَبْعَة", "ثَمَانِيَة", "تِسْعَة", "عَشَرَة",
    "أَحَدَ عَشَر", "اِثْنَا عَشَر", "ثَلَاثَةَ عَشَر", "أَرْبَعَةَ عَشَر", "خَمْسَةَ عَشَر", "سِتَّةَ عَشَر", "سَبْعَةَ عَشَر",
    "ثَمَانِيَةَ عَشَر", "تِسْعَةَ عَشَر",
)  # fmt: skip
_TENS = ("عِشْرُون", "ثَلَاثُون", "أَرْبَعُون", "خَمْسُون", "سِتُّون", "سَبْعُون", "ثَمَانُون", "تِسْعُون")
_HUNDREDS = (
    "مِئَة", "مِئَتَان", "ثَلَاثُمِئَة", "أَرْبَعُمِئَة", "خَمْسُمِئَة", "سِتُّمِئَة", "سَبْعُمِئَة", "ثَمَانِمِئَة", "تِسْعُمِئَة",
)  # fmt: skip
# One, two, three to ten, eleven and more of each power of a thousand.
_SCALES = (
    (1_000_000_000, "مِلْيَار", "مِلْيَارَان", "مِلْيَارَات", "مِلْيَار"),
    (1_000_000, "مِلْيُون", "مِلْيُونَان", "مَلَايِين", "مِلْيُون"),
    (1_000, "أَلْف", "أَلْفَان", "آلَاف", "أَلْف"),
)
_POINT = "فَاصِلَة"
_PERCENT = "بِالْمِئَة"
_MINUS = "سَالِب"
_PLUS = "زَائِد"
_MIN_DIGIT_STRING = 8
_MAX_DECIMALS_AS_NUMBER = 2

_PROCLITICS = {"و": "وَ", "ف": "فَ", "ب": "بِ", "ل": "لِ", "ك": "كَ"}

_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬٪", "01234567890123456789.,%")
_DIGITS = "[0-9٠-٩۰-۹]"
_NUMBER = re.compile(
    rf"(?P<proclitic>(?<!\w)[وفبلك])?(?P<sign>(?<![\w.,٫٬])[-−+])?(?P<whole>{_DIGITS}{{1,3}}(?:[,٬]{_DIGITS}{{3}}(?!{_DIGITS}))+|{_DIGITS}+)"
    rf"(?:[.٫](?P<decimals>{_DIGITS}+))?(?P<percent> ?[%٪])?"
)


def cardinal(number: int) -> str:
    """The number in words. Raises ValueError outside 0 to LARGEST."""
    if not 0 <= number <= LARGEST:
        raise ValueError("Only whole numbers from 0 to 999,999,999,999 have words here.")
    parts: list[str] = []
    rest = number
    for size, *forms in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            parts.append(_counted(count, *forms))
    if rest or not parts:
        parts.append(_below_thousand(rest))
    return " وَ".join(parts)


def write_numbers(text: str) -> str:
    """The text with every number, in Western or Eastern digits, replaced by words; a space keeps words apart.

    Read digit by digit: a leading zero or plus sign, eight or more digits without separators, and all above LARGEST.
    """
    return _NUMBER.sub(lambda match: _spaced(match, _number_words(match)), text)


def _number_words(match: re.Match[str]) -> str:
    whole = match["whole"].translate(_WESTERN)
    digits = whole.replace(",", "")
    sign = match["sign"]
    by_digit = len(digits) > 1 and (digits[0] == "0" or sign == "+")
    if by_digit or ("," not in whole and len(digits) >= _MIN_DIGIT_STRING) or len(digits) > len(str(LARGEST)):
        words = _digit_by_digit(digits)
    else:
        words = cardinal(int(digits))
    if sign:
        words = f"{_PLUS if sign == '+' else _MINUS} {words}"
    if decimals := match["decimals"]:
        words = f"{words} {_POINT} {_decimals(decimals.translate(_WESTERN))}"
    return f"{words} {_PERCENT}" if match["percent"] else words


def _decimals(digits: str) -> str:
    if len(digits) > _MAX_DECIMALS_AS_NUMBER or digits[0] == "0":
        return _digit_by_digit(digits)
    return cardinal(int(digits))


def _digit_by_digit(digits: str) -> str:
    return " ".join(_ONES[int(digit)] for digit in digits)


def _spaced(match: re.Match[str], words: str) -> str:
    if match["proclitic"]:
        words = _PROCLITICS[match["proclitic"]] + words
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return f"{' ' if before.isalnum() else ''}{words}{' ' if after.isalnum() else ''}"


def _counted(count: int, one: str, two: str, few: str, many: str) -> str:
    if count == 1:
        return one
    if count == 2:
        return two
    last = count % 100
    if last in (1, 2) and count > last:
        return f"{_below_thousand(count - last)} {many} وَ{one if last == 1 else two}"
    words = _below_thousand(count)
    construct = "ُ" if words.endswith("ة") else ""
    return f"{words}{construct} {few if 3 <= last <= 10 else many}"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = [_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest < len(_ONES):
        parts += [_ONES[rest]] if rest or not hundreds else []
    else:
        tens, ones = divmod(rest, 10)
        parts += [_ONES[ones]] if ones else []
        parts.append(_TENS[tens - 2])
    return " وَ".join(parts)
