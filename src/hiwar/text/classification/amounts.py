"""Amounts: cardinals, percent, money, measures, ordinals and fractions."""

import re
import unicodedata

from hiwar.text.classification.keywords import contexts, currencies, units
from hiwar.text.classification.reading import ARABIC, NO_LETTER, NUMBER, Found, Reading, any_of, is_one_of
from hiwar.text.tokens import Cardinal, Fraction, Measure, Money, Number, Ordinal, Percent, Scale, Word
from hiwar.vocabulary import Language

_DOTTED = {f"{form}{dot}": code for form, code in currencies.ABBREVIATIONS.items() for dot in (".", "")}
_CODES = {code: code for code in currencies.CODES} | currencies.LOCAL
_CURRENCY_BEFORE = re.compile(
    rf"(?P<sign>-?)(?:(?P<symbol>{any_of(currencies.SYMBOLS)})|(?P<code>{any_of(_CODES)})|(?P<dotted>{any_of(_DOTTED)}))"
    rf" ?(?=-?(?:{NUMBER}))"
)
_CURRENCY_AFTER = re.compile(
    rf" ?(?:(?P<symbol>{any_of(currencies.SYMBOLS)})(?! ?[0-9])|(?P<code>{any_of(_CODES)}){NO_LETTER}"
    rf"|(?P<dotted>{any_of(_DOTTED)}){NO_LETTER}"
    rf"|(?P<word>{any_of(currencies.ARABIC_WORDS)})\u064b?{NO_LETTER})"
)
_SCALE_WORD = re.compile(rf" ?(?P<word>{any_of(contexts.SCALES)})\u064b?{NO_LETTER}", re.IGNORECASE)
_SCALE_LETTER = re.compile(rf"(?P<letter>k|K|mn|M|m|bn|Bn|B|b|T|tn){NO_LETTER}")
_COUNTED_BY_MILLIONS = re.compile(
    r" (?:people|users|customers|subscribers|views|downloads|jobs|barrels|shares|tonnes|tons|followers|passengers"
    rf"|visitors|workers|homes|copies|units|children|voters|records|accounts|transactions){NO_LETTER}"
)
_LETTERS: dict[str, Scale] = {"k": "thousand", "m": "million", "b": "billion", "t": "trillion"}
_ZEROS: dict[Scale, int] = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
# "3B" is a place, "1.5B" and "$3B" are amounts.
_SCALE_OF_DECIMALS = frozenset({"B"})
_SCALE_OF_MONEY = frozenset({"m", "b", "B", "T"})

_PERCENT = re.compile(" ?%")
_PERCENT_FIRST = re.compile("(?<![0-9])%(?=[0-9])")
_CENT_DIGITS_MAX = 2
_CENTS = re.compile(rf" ?¢|(?P<pence>p){NO_LETTER}")
_LATIN_UNIT = re.compile(
    rf"(?: ?(?:{any_of(units.LATIN)})|(?P<attached>{any_of(units.ATTACHED)})| (?:{any_of(units.APART)})){NO_LETTER}"
    r"(?![-'’²³])"
)
_UNITS = units.LATIN | units.ATTACHED | units.APART
_ARABIC_UNIT = re.compile(rf" ?(?P<unit>{any_of(units.ARABIC)}){NO_LETTER}(?!\.?[{ARABIC}²³])")
_ORDINAL = re.compile(rf"([0-9]{{1,12}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}})(?:st|nd|rd|th|ST|ND|RD|TH){NO_LETTER}")
_FEET_AND_INCHES = re.compile("([0-9]{1,2})['′’](?=[0-9]{1,2}[\"″”])")
_INCHES = re.compile(r'([0-9]{1,2})(?:\.([0-9]{1,2}))?["″”]')
_QUOTE_MAX = 200

_WORDS_OF_RATING = 4
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_VULGAR_FRACTION = re.compile(f"(?:([0-9]{{1,9}}) ?)?([{_VULGAR}])")
_FRACTION = re.compile(r"(?:([0-9]{1,9}) )?([0-9]{1,3})[/⁄]([0-9]{1,4})(?![0-9/⁄%]|[.,:][0-9])")
_USUAL_DENOMINATORS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 64, 100, 1000})


def amount(reading: Reading, at: int) -> Found | None:
    """A number and what it counts, where that is written with it; a number alone is a cardinal."""
    before = _CURRENCY_BEFORE.match(reading.western, at)
    if before is not None:
        return None if _is_flight(reading, before) else _money_after_its_sign(reading, before)
    ordinal = _ORDINAL.match(reading.western, at)
    if ordinal is not None:
        return Found(ordinal.end(), Ordinal(int(ordinal[1].replace(",", ""))))
    percent_first = _PERCENT_FIRST.match(reading.western, at)
    parsed = reading.number_at(percent_first.end() if percent_first else at)
    if parsed is None:
        return None
    number, end = parsed
    if percent_first is not None:
        return Found(end, Percent(number))
    scale, end, language = _scale(reading.western, end, number, of_money=False)
    after = _CURRENCY_AFTER.match(reading.western, end)
    if after is not None:
        # The last point of ر.س. may end the segment as well.
        end = after.end() - (after.end() == len(reading.text) and after[0][-1] == ".")
        return Found(end, Money(number, _currency(after), scale), _currency_language(after) or language)
    if scale:
        # Arabic has the number and what it counts agree, for which it must be whole.
        in_arabic = language == "ar" or (language is None and reading.language == "ar")
        return Found(end, _written_out(number, scale) if in_arabic else Cardinal(number, scale), language)
    counted = _counted(reading.western, number, end) or Found(end, Cardinal(number))
    if counted.content == Measure(number, "m") and _follows_hours(reading):
        return Found(counted.end, Measure(number, "min"))
    return counted


def _follows_hours(reading: Reading) -> bool:
    last = reading.found[-1].content if reading.found else None
    return isinstance(last, Measure) and last.unit == "h"


def _is_flight(reading: Reading, letters: re.Match[str]) -> bool:
    words = [found.content.text for found in reading.found[-2:] if isinstance(found.content, Word)]
    return letters[0].strip().isalpha() and any(is_one_of(word, contexts.FLIGHT) for word in words)


def _money_after_its_sign(reading: Reading, before: re.Match[str]) -> Found | None:
    parsed = reading.number_at(before.end())
    if parsed is None:
        return None
    number, end = parsed
    if before["sign"]:
        number = Number(number.whole, number.fraction, "-", number.grouped)
    scale, end, language = _scale(reading.western, end, number, of_money=True)
    return Found(end, Money(number, _currency(before), scale), _currency_language(before) or language)


def _currency(match: re.Match[str]) -> str:
    if match["symbol"]:
        return currencies.SYMBOLS[match["symbol"]]
    if match["dotted"]:
        return _DOTTED[match["dotted"]]
    if match["code"]:
        return _CODES[match["code"]]
    return currencies.ARABIC_WORDS[match["word"]]


def _currency_language(match: re.Match[str]) -> Language | None:
    return None if match["symbol"] or match["code"] else "ar"


def _scale(text: str, at: int, number: Number, *, of_money: bool) -> tuple[Scale, int, Language | None]:
    word = _SCALE_WORD.match(text, at)
    if word is not None:
        name = word["word"].lower()
        return contexts.SCALES[name], word.end(), "en" if name.isascii() else "ar"
    match = _SCALE_LETTER.match(text, at)
    if match is not None and match["letter"] == "m" and _COUNTED_BY_MILLIONS.match(text, match.end()):
        return "million", match.end(), None
    if match is None or not _may_be_scale(match["letter"], number, of_money=of_money):
        return "", at, None
    return _LETTERS[match["letter"][0].lower()], match.end(), None


def _may_be_scale(letter: str, number: Number, *, of_money: bool) -> bool:
    if letter in _SCALE_OF_MONEY:
        return of_money or (bool(number.fraction) and letter in _SCALE_OF_DECIMALS)
    # "4K" and "8K" are pictures.
    return letter != "K" or of_money or bool(number.fraction) or len(number.whole) > 1


def _written_out(number: Number, scale: Scale) -> Cardinal:
    zeros = _ZEROS[scale] - len(number.fraction)
    if zeros < 0:
        return Cardinal(number, scale)
    digits = (number.whole + number.fraction + zeros * "0").lstrip("0")
    return Cardinal(Number(digits or "0", sign=number.sign))


def _counted(text: str, number: Number, end: int) -> Found | None:
    percent = _PERCENT.match(text, end)
    if percent is not None:
        return Found(percent.end(), Percent(number))
    cents = _CENTS.match(text, end)
    if cents is not None and not number.fraction and len(number.whole) <= _CENT_DIGITS_MAX:
        return Found(
            cents.end(),
            Money(Number("0", number.whole.zfill(_CENT_DIGITS_MAX), number.sign), "GBP" if cents["pence"] else "USD"),
        )
    arabic = _ARABIC_UNIT.match(text, end)
    # With a point it is a doctor's title.
    if arabic is not None and text[end : arabic.end() + 1].strip() != "د.":
        return Found(arabic.end(), Measure(number, units.ARABIC[arabic["unit"]]), "ar")
    latin = _LATIN_UNIT.match(text, end)
    # "1,000s" are thousands.
    if latin is None or (latin["attached"] and number.grouped):
        return None
    return Found(latin.end(), Measure(number, _UNITS[latin[0].strip()]))


def height(reading: Reading, at: int) -> Found | None:
    """The feet of 5'10", and inches: behind those feet and elsewhere."""
    feet = _FEET_AND_INCHES.match(reading.western, at)
    if feet is not None:
        return Found(feet.end(), Measure(Number(feet[1]), "ft"))
    inches = _INCHES.match(reading.western, at)
    if inches is None:
        return None
    last = reading.found[-1].content if reading.found and reading.found[-1].end == at else None
    after_feet = isinstance(last, Measure) and last.unit == "ft"
    if not after_feet and _is_quoted(reading.western, at):
        return None
    return Found(inches.end(), Measure(Number(inches[1], inches[2] or ""), "in"))


def _is_quoted(text: str, at: int) -> bool:
    """Whether a quotation mark behind a number at `at` closes what another one before it has opened."""
    begin = max(0, at - _QUOTE_MAX)
    return text.count('"', begin, at) % 2 == 1 or "“" in text[begin:at]


def fraction(reading: Reading, at: int) -> Found | None:
    """1/2, 2 3/4, ½, 2½; not 24/7 and other pairs that nobody divides."""
    vulgar = _VULGAR_FRACTION.match(reading.western, at)
    if vulgar is not None:
        numerator, denominator = _vulgar(vulgar[2])
        whole = int(vulgar[1]) if vulgar[1] else None
        return Found(vulgar.end(), Fraction(numerator, denominator, whole))
    match = _FRACTION.match(reading.western, at)
    words = [found.content.text for found in reading.found[-_WORDS_OF_RATING:] if isinstance(found.content, Word)]
    if match is None or any(is_one_of(word, contexts.RATED) for word in words):
        return None
    numerator, denominator = int(match[2]), int(match[3])
    if denominator not in _USUAL_DENOMINATORS or numerator > denominator or match[2].startswith("0"):
        return None
    if match[1] is None:
        return Found(match.end(), Fraction(numerator, denominator))
    if match[1] == "0" or numerator == denominator:
        return None
    return Found(match.end(), Fraction(numerator, denominator, int(match[1])))


def _vulgar(character: str) -> tuple[int, int]:
    numerator, _, denominator = unicodedata.normalize("NFKD", character).partition("⁄")
    return int(numerator), int(denominator)
