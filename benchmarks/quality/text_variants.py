"""What a probe of the text front end expects, as a pattern over words: the notation, named variants, letters, digits.

`a b` words in order · `(a|b c)` one of them · `[a b]` or nothing · `{name}` named variants · `<PIN 4839>` its letters
and digits one by one · `ست~` with or without ta marbuta · `ريال^` with or without the alef of tanween. Both sides are
compared as `words` gives them.
"""

import re
import unicodedata

from hiwar.vocabulary import Language

NAMED: dict[Language, dict[str, str]] = {
    "ar": {
        "year": "عام|سنة|من عام|من سنة|لعام|لسنة|في عام",
        "percent": "بالمئة|في المئة",
        "point": "فاصلة|فاصل|نقطة",
        "dot": "نقطة|دوت|dot",
        "at": "آت|at",
        "hyphen": "شرطة|داش|ناقص|dash",
        "underscore": "شرطة سفلية|شرطة تحتية|أندرسكور|أندر سكور|underscore",
        "slash": "شرطة مائلة|سلاش|على|شرطة|slash",
        "minus": "ناقص|سالب|تحت الصفر",
        "plus": "زائد|بلس|plus",
        "to": "إلى|حتى",
        "am": "صباحا|قبل الظهر",
        "pm": "مساء|بعد الظهر",
        "ah": "هجرية|هجري|للهجرة",
        "ad": "ميلادية|ميلادي|للميلاد",
        "cents": "سنت|سنت^",
    },
    "en": {
        "percent": "percent|per cent",
        "point": "point",
        "dot": "dot|point",
        "at": "at",
        "hyphen": "dash|hyphen|minus",
        "underscore": "underscore",
        "slash": "slash|forward slash",
        "minus": "minus|negative",
        "plus": "plus",
        "to": "to|through|until|till",
        "am": "a m",
        "pm": "p m",
    },
}
_DIGITS: dict[Language, str] = {
    "ar": "صفر واحد (اثنان|إثنان) ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
    "en": "(zero|oh|o) one two three four five six seven eight nine",
}
# How Arabic speakers name Latin letters; the letter itself is right as well.
_LATIN_LETTERS_IN_ARABIC = (
    "إيه|أي|اي", "بي", "سي", "دي", "إي|اي|ئي", "إف|اف", "جي", "إتش|اتش|إيتش", "آي|أي", "جيه|جي", "كيه|كي|كاي",
    "إل|ال", "إم|ام", "إن|ان", "أو|او", "بي", "كيو", "آر|ار", "إس|اس", "تي", "يو", "في|ڤي", "دبليو|دبل يو",
    "إكس|اكس", "واي", "زد|زي|زيد",
)  # fmt: skip
_ARABIC_LETTERS = (
    "ألف باء تاء ثاء جيم حاء خاء دال ذال راء زاي سين شين صاد ضاد طاء ظاء عين غين فاء قاف كاف لام ميم نون هاء واو ياء"
)
_ARABIC_LETTER_NAMES = dict(zip("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", _ARABIC_LETTERS.split(), strict=True))

_ITEM = re.compile(r"[()\[\]|]|\{(?P<named>\w+)\}|<(?P<spelled>[^<>]*)>|(?P<word>[^\s()\[\]{}<>|]+)|\s+")
_OPENING = {"(": "(?:", "[": "(?:"}
_CLOSING = {")": ("(", ")"), "]": ("[", ")?")}

_PAUSES = re.compile(r'[-‐-―,;:!?…،؛؟«»"“”„()\[\]]')
_DOTTED_LETTERS = re.compile(r"(?<!\w)(?:[^\W\d]\.){2,}(?:[^\W\d](?!\w))?")
_ARABIC_SPELLINGS = (
    (re.compile("[أإآٱ]"), "ا"),
    (re.compile(r"مائ(?=ة\b|ت(?:ان|ين|ا|ي)\b)"), "مئ"),
    (re.compile(r"(ثلاث|اربع|خمس|ست|سبع|ثمان|تسع)ي?مئة\b"), r"\1 مئة"),
    (re.compile(r"\b(\w{0,3})ثمان\b"), r"\1ثماني"),
    # Cases of the same word: nominative to the other form.
    (re.compile(r"(مئت|اثن|اثنت)ا\b"), r"\1ي"),
    (re.compile(r"(?<=\w\w)[او]ن\b"), "ين"),
    (re.compile(r"واحدا\b"), "واحد"),
    # Prefixes sound the same when they stand apart.
    (re.compile(r"\b(و|[بل](?=\s+\w{4}))\s+"), r"\1"),
)


def words(text: str) -> list[str]:
    """The words of a text as they are compared: in lower case, one case for Arabic numbers, no vowel marks, no pauses.

    Signs that would have to be spoken, tatweel and invisible characters stay: leaving them is an error.
    """
    text = "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Mn")
    text = _DOTTED_LETTERS.sub(lambda match: " ".join(match[0].replace(".", " ")) + " ", text.lower().replace("’", "'"))
    text = _PAUSES.sub(" ", text)
    for pattern, spelling in _ARABIC_SPELLINGS:
        text = pattern.sub(spelling, text)
    return [word for word in (found.strip(".'‘") for found in text.split()) if word]


def comparable(text: str) -> str:
    """The words with one space behind each: what the pattern of an expectation matches as a whole."""
    return "".join(word + " " for word in words(text))


def pattern(expected: str, language: Language) -> re.Pattern[str]:
    """An expectation as a pattern for `comparable` text. Raises ValueError when it is not written as above."""
    parts: list[str] = []
    opened: list[str] = []
    end = 0
    for item in _ITEM.finditer(expected):
        if item.start() != end:
            break
        end = item.end()
        sign = item[0]
        if sign in _OPENING:
            opened.append(sign)
            parts.append(_OPENING[sign])
        elif sign in _CLOSING:
            opening, closing = _CLOSING[sign]
            if not opened or opened.pop() != opening:
                raise ValueError(f"Brackets do not match: {expected}")
            parts.append(closing)
        else:
            parts.append(_item_pattern(item, language))
    if end != len(expected) or opened:
        raise ValueError(f"Not a whole expectation: {expected}")
    return re.compile(f"(?:{''.join(parts)})")


def _item_pattern(item: re.Match[str], language: Language) -> str:
    if item["named"]:
        if item["named"] not in NAMED[language]:
            raise ValueError(f"No variants have the name {item['named']}.")
        return _any_of(NAMED[language][item["named"]])
    if item["spelled"]:
        return "".join(_any_of(_spelled(sign, language)) for sign in item["spelled"] if not sign.isspace())
    if item["word"]:
        return _word_pattern(item["word"])
    return "|" if item[0] == "|" else ""


def _any_of(variants: str) -> str:
    return "(?:" + "|".join("".join(map(_word_pattern, variant.split())) for variant in variants.split("|")) + ")"


def _word_pattern(word: str) -> str:
    for sign, ending in (("~", "ة"), ("^", "ا")):
        if word.endswith(sign):
            stem = word[:-1]
            return f"(?:{re.escape(comparable(stem))}|{re.escape(comparable(stem + ending))})"
    return re.escape(comparable(word))


def _spelled(sign: str, language: Language) -> str:
    if sign.isdecimal():
        return _DIGITS[language].split()[int(sign)].strip("()")
    if sign in _ARABIC_LETTER_NAMES:
        name = _ARABIC_LETTER_NAMES[sign]
        return f"{sign}|{name}|{name.removesuffix('ء')}"
    if language == "ar" and "a" <= sign.lower() <= "z":
        return f"{sign}|{_LATIN_LETTERS_IN_ARABIC[ord(sign.lower()) - ord('a')]}"
    return sign
