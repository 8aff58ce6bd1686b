"""What is said sign by sign: letters by their names, digits, codes, addresses, telephone numbers."""

import re
from collections.abc import Iterable

from hiwar.text.arabic.letters import MARKS
from hiwar.text.arabic.numbers import DIGITS, cardinal, digit_by_digit

LETTER_NAMES = {
    "ا": "أَلِف", "أ": "أَلِف", "إ": "أَلِف", "آ": "أَلِف", "ب": "بَاء", "ت": "تَاء", "ث": "ثَاء", "ج": "جِيم",
    "ح": "حَاء", "خ": "خَاء",
    "د": "دَال", "ذ": "ذَال", "ر": "رَاء", "ز": "زَاي", "س": "سِين", "ش": "شِين", "ص": "صَاد", "ض": "ضَاد", "ط": "طَاء",
    "ظ": "ظَاء", "ع": "عَيْن", "غ": "غَيْن", "ف": "فَاء", "ق": "قَاف", "ك": "كَاف", "ل": "لَام", "م": "مِيم",
    "ن": "نُون", "ه": "هَاء",
    "ة": "تَاء مَرْبُوطَة", "و": "وَاو", "ي": "يَاء", "ى": "أَلِف مَقْصُورَة", "ء": "هَمْزَة", "ؤ": "وَاو", "ئ": "يَاء",
}  # fmt: skip

SIGNS = {
    "&": "وَ", "+": "زَائِد", "=": "يُسَاوِي", "@": "آت", "#": "هَاشْتَاق", "*": "نَجْمَة", "/": "شَرْطَة مَائِلَة",
    "\\": "شَرْطَة مَائِلَة عَكْسِيَّة",
    "×": "فِي", "÷": "عَلَى", "°": "دَرَجَة", "%": "بِالْمِئَة", "٪": "بِالْمِئَة", "‰": "بِالْأَلْف",
    "±": "زَائِد أَوْ نَاقِص", "-": "شَرْطَة",
    "<": "أَصْغَر مِنْ", ">": "أَكْبَر مِنْ", "≤": "أَصْغَر مِنْ أَوْ يُسَاوِي", "≥": "أَكْبَر مِنْ أَوْ يُسَاوِي",
    "≠": "لَا يُسَاوِي", "≈": "يُسَاوِي تَقْرِيبًا",
    "~": "تَقْرِيبًا", "^": "أُسّ", "|": "شَرْطَة عَمُودِيَّة", "_": "شَرْطَة سُفْلِيَّة",
    ".": "نُقْطَة", ":": "نُقْطَتَان",
    "?": "عَلَامَةُ اسْتِفْهَام", "،": "فَاصِلَة", ",": "فَاصِلَة", "$": "دُولَار", "€": "يُورُو",
    "£": "جُنَيْه إِسْتَرْلِينِيّ", "¥": "يِنّ", "₹": "رُوبِيَّة", "¢": "سِنْت",
    "§": "فِقْرَة", "²": "تَرْبِيع", "³": "تَكْعِيب",
}  # fmt: skip

_PAUSE = "،"
_COUNTED_DIGITS_MAX = 3
_SPELLED_LETTERS_MAX = 3
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)
_SCHEME = re.compile("https?://")


def spelled(text: str) -> str:
    """Letters, digits and signs one by one; marks and spaces are passed over, letters of other scripts stay."""
    return " ".join([name for character in text if (name := _name(character))])


def letters(text: str) -> str:
    """Letters and digits by their names, without the points between them."""
    return spelled("".join([character for character in text if character.isalnum()]))


def digit_groups(groups: Iterable[str], *, plus: bool = False) -> str:
    """Groups of digits, each digit by itself, a short pause between the groups."""
    said = f"{_PAUSE} ".join([words for group in groups if (words := spelled(group))])
    return f"{SIGNS['+']} {said}" if plus else said


def code(parts: Iterable[str]) -> str:
    """Letters and numbers of a code: short numbers are counted, long ones and those with a leading zero spelled."""
    return " ".join([words for part in parts if (words := _part(part))])


def address(text: str) -> str:
    """An email or web address, a mention or a hashtag: words as words, numbers as in codes, signs by name."""
    text = _SCHEME.sub("", text, count=1)
    if text.startswith("#"):
        text = text.replace("_", " ")
    pieces = [piece if piece.isalpha() else _part(piece) for piece in _PIECE.findall(text)]
    return " ".join([piece for piece in pieces if piece])


def sign(text: str) -> str:
    """Signs that are said, one after the other; "" for those without a name."""
    return " ".join([SIGNS[character] for character in text if character in SIGNS])


def _name(character: str) -> str:
    if character in MARKS or character.isspace():
        return ""
    if character.isdecimal():
        return DIGITS[int(character)]
    return LETTER_NAMES.get(character) or SIGNS.get(character) or ("" if character.isnumeric() else character)


def _part(part: str) -> str:
    if part.isascii() and part.isdigit():
        counted = len(part) <= _COUNTED_DIGITS_MAX and (len(part) == 1 or part[0] != "0")
        return cardinal(int(part)) if counted else digit_by_digit(part)
    if part.isalpha() and (part.isascii() or len(part) > _SPELLED_LETTERS_MAX):
        return part
    return spelled(part)
