"""What begins with a letter: words, and what a word at its beginning gives away."""

import re

from hiwar.text.classification import codes, dates
from hiwar.text.classification.addresses import address
from hiwar.text.classification.amounts import amount
from hiwar.text.classification.keywords import calendar, contexts, currencies
from hiwar.text.classification.numerals import numeral
from hiwar.text.classification.places import state
from hiwar.text.classification.reading import ARABIC, CAPITALIZED, LATIN, VOWEL_MARKS, Found, Reading
from hiwar.text.classification.roman import roman
from hiwar.text.classification.times import joins_date
from hiwar.text.english import abbreviations
from hiwar.text.english.initialisms import is_spelled
from hiwar.text.tokens import Abbreviation, Cardinal, Code, Date, Letters, Measure, Range, Symbol, Word

_WORD = re.compile(rf"[{LATIN}]+(?:['’][{LATIN}]+)*")
_COMPOUND = re.compile(rf"[{LATIN}]+(?:['’][{LATIN}]+)*(?:[-‐‑][{LATIN}]+(?:['’][{LATIN}]+)*){{1,8}}")
_JOINED_TO = frozenset("@.:/_-+%$&0123456789‐‑")
_POINTED = re.compile(
    rf"(?:[A-Za-z]\.){{2,8}}(?:[A-Za-z](?![{LATIN}]))?|[A-Za-z]\.[A-Za-z](?![{LATIN}.])|[Pp]h\.[Dd]\.?"
)
_SLASHED = re.compile(
    rf"(?:[nN]/[aA]|[cC]/[oO]|a/c|[A-Z]/[A-Z])(?![{LATIN}/])|[wW]/(?:o(?![{LATIN}]))?(?=[ {LATIN}]|\Z)"
)
_INITIAL = re.compile(r"[A-Z]\.(?= [A-Z])")
_INITIALS = re.compile(r"[A-Z]\. [A-Z]\.")
_NUMBER_NEXT = re.compile(r"\.? ?#?(?=[0-9])|\. (?=of\b)")
_NAME_NEXT = re.compile(r"\. (?:& |and )?(?=[A-Z])| (?=[A-Z][a-z])")
_SPACED_NUMBER_NEXT = re.compile(r" [0-9]")
_STREET_NEXT = re.compile(r"\.? (?=[A-Z][a-z]|[0-9]{1,3}(?:st|nd|rd|th)\b)")
_WEEKDAYS_WITH_DASH = re.compile(r"\.? ?[-–] ?([A-Z][a-z]+)\b")
_CAPITAL_NEXT = re.compile(" ?[A-Z]")

_ARABIC_WORD = re.compile(f"[{ARABIC}]+")
_ARABIC_POINTED = re.compile(rf"[ء-ي](?:\. ?[ء-ي](?![{ARABIC}]))*\.?")
_ARABIC_TITLE = re.compile(rf"(?P<letter>[أادمشصتسجهق])(?:\.|/) ?(?=[{ARABIC}])")
_AND_TITLE = re.compile(rf"[وفل][أادم][./] ?(?=[{ARABIC}])")
# What stands before numbers (page, part, telephone, street, fax, floor) and colons (question, answer); the blessing.
_ARABIC_LABEL = re.compile(
    r"[صجتش][.:]? ?(?=[+0-9])|[تجف][:/] ?(?=[+0-9(])|ط[.:]? ?(?=[0-9]{1,2}(?![0-9]))"
    r"|[سج](?= ?[0-9]{0,2} ?:)|(?<=\()ص(?=\))"
)
_PLATE = re.compile(
    rf"[ء-ي](?: [ء-ي]){{1,2}}(?= [0-9]{{1,4}}(?![0-9]))|(?<=[0-9] )[ء-ي](?: [ء-ي]){{1,2}}(?! ?[{ARABIC}])"
)
_BEHIND_DIGIT = re.compile("(?<=[0-9]).(?!\\.?[0-9])")
_ET_CETERA = frozenset({"الخ", "إلخ"})
_BEFORE_NUMBER = re.compile(r" ?(?=[-+]?[%$€£¥]?[0-9]|[½¼¾⅓⅔])")
_FIRST_WORDS_OF_MONTHS = frozenset(
    name.partition(" ")[0] for name in (*calendar.ARABIC_MONTHS, *calendar.SYRIAC_MONTHS, *calendar.HIJRI_MONTHS)
)
_FIRST_WORDS_OF_ENGLISH_MONTHS = frozenset(
    name.partition(" ")[0] for name in (*calendar.ENGLISH_MONTHS, *calendar.ENGLISH_HIJRI_MONTHS)
)
_WEEKDAYS = calendar.ENGLISH_WEEKDAYS | calendar.SHORT_WEEKDAYS


def latin_word(reading: Reading, at: int) -> Found:
    """A word of Latin letters, or what begins with it."""
    match = _WORD.match(reading.text, at)
    if match is None:
        return Found(at + 1, Word(reading.text[at]), "en")
    word, end = match[0], match.end()
    if (found := codes.letters_after_digits(reading, at)) is not None:
        return found
    if reading.western[end : end + 1] in _JOINED_TO and end < len(reading.text):
        joined = _joined(reading, at, end)
        if joined is not None:
            return joined
    return (
        _keyword(reading, at, word, end)
        or _abbreviation(reading, word, end)
        or roman(reading, word, end)
        or state(reading, word, end)
        or _word(reading, at, word, end)
    )


def _joined(reading: Reading, at: int, end: int) -> Found | None:
    found = address(reading, at) or joins_date(reading, at)
    if found is not None:
        return found
    slashed = _SLASHED.match(reading.text, at)
    if slashed is not None and slashed[0].isupper() and slashed[0] != "N/A":
        return Found(slashed.end(), Letters(slashed[0].replace("/", "")), "en")
    if slashed is not None:
        return Found(slashed.end(), Abbreviation(slashed[0]), "en")
    if reading.western[end] == ".":
        return _pointed(reading, at)
    if reading.text[at:end].isupper() and reading.western[end] in "$0123456789":
        found = amount(reading, at)
    return found or codes.letters_before_digits(reading, at) or codes.code_of_letters(reading, at)


def _pointed(reading: Reading, at: int) -> Found | None:
    """U.S.A., e.g., Ph.D. The last point may end the segment as well, and is left for that."""
    match = _POINTED.match(reading.text, at)
    if match is None and _begins_name(reading, at):
        match = _INITIAL.match(reading.text, at)
    if match is None:
        return None
    end = match.end() - (match.end() == len(reading.text) and match[0][-1] == ".")
    name = match[0].rstrip(".")
    if name.lower() in abbreviations.OTHERS:
        return Found(end, Abbreviation(name), "en")
    return Found(end, Letters(name.replace(".", "").upper()), "en")


def _begins_name(reading: Reading, at: int) -> bool:
    """Whether a letter with a point is an initial, not the end of a sentence such as: take plan B."""
    before = reading.found[-1].content if reading.found else None
    return at == 0 or isinstance(before, Abbreviation | Letters) or _INITIALS.match(reading.text, at) is not None


def _keyword(reading: Reading, at: int, word: str, end: int) -> Found | None:
    lower = word.lower()
    if lower in _FIRST_WORDS_OF_ENGLISH_MONTHS:
        return dates.english_date(reading, at)
    if lower in _WEEKDAYS and word[0].isupper():
        until = _WEEKDAYS_WITH_DASH.match(reading.western, end)
        if until is not None and until[1].lower() in _WEEKDAYS:
            days = Range(Date(weekday=_WEEKDAYS[lower]), Date(weekday=_WEEKDAYS[until[1].lower()]))
            return Found(until.end(), days, "en")
        pointed = reading.western[end : end + 1] == "."
        return dates.weekday_and_date(reading, end + pointed, _WEEKDAYS[lower], "en")
    if word in currencies.CODES or word in currencies.SYMBOLS or word in currencies.LOCAL:
        return amount(reading, at)
    return None


def _abbreviation(reading: Reading, word: str, end: int) -> Found | None:
    key, text = word.lower(), reading.western
    pointed = text[end : end + 1] == "."
    last = end + pointed == len(text)
    named = word[0].isupper()
    before_name = named and _NAME_NEXT.match(text, end) is not None
    before_number = _NUMBER_NEXT.match(text, end) is not None
    bare = key in abbreviations.WITHOUT_POINT
    short = (
        (key in abbreviations.BEFORE_NUMBERS and before_number and (pointed or (named and bare)))
        or (key in abbreviations.TITLES and before_name and (pointed or bare))
        or (key in abbreviations.AFTER_NAMES and named and (pointed or _is_name(reading.word_before())))
        or (key in abbreviations.OTHERS and (pointed or (bare and not word.isupper())))
        or (key in abbreviations.AFTER_NUMBERS and (pointed or bare))
        or (key in abbreviations.DATES and named and pointed and not last)
        or (key == "st" and before_name)
        or (key in abbreviations.COMPASS and _STREET_NEXT.match(text, end) and _follows_number(reading))
        or (key == "no" and pointed and _is_of_number(reading))
    )
    return Found(end + (pointed and not last), Abbreviation(word), "en") if short else None


def _is_between_numbers(reading: Reading, end: int) -> bool:
    last = reading.found[-1].content if reading.found else None
    return isinstance(last, Cardinal | Measure) and _SPACED_NUMBER_NEXT.match(reading.western, end) is not None


def _is_of_number(reading: Reading) -> bool:
    """Whether something stands before "no." that has one: your no., ref. no."""
    last = reading.found[-1].content if reading.found else None
    if not isinstance(last, Word | Abbreviation):
        return False
    return last.text.lower() in contexts.HAS_NUMBER or last.text.lower() in contexts.NUMBERED


def _follows_number(reading: Reading) -> bool:
    return bool(reading.found) and isinstance(reading.found[-1].content, Cardinal | Code)


def _is_name(word: str) -> bool:
    return CAPITALIZED.match(word) is not None


def _word(reading: Reading, at: int, word: str, end: int) -> Found:
    if word in ("x", "X") and _is_between_numbers(reading, end):
        return Found(end, Symbol(word), "en")
    joined_by_and = reading.western[end : end + 1] == "&" or reading.western[at - 1 : at] == "&"
    is_letter = word == "A" and _is_letter(reading, end)
    if not reading.shouted and (is_spelled(word) or is_letter or (joined_by_and and word.isupper())):
        return Found(end, Letters(word), "en")
    compound = _COMPOUND.match(reading.text, at)
    if compound is None or any(map(is_spelled, re.split("[-‐‑]", compound[0]))):
        return Found(end, Word(word), "en")
    return Found(compound.end(), Word(compound[0]), "en")


def _is_letter(reading: Reading, end: int) -> bool:
    """Whether a capital A inside a sentence is no article: Block A, the A train; not Make A Wish."""
    before = reading.word_before()
    if not before or before.isupper():
        return False
    return before.lower() in contexts.LETTERED or not _CAPITAL_NEXT.match(reading.western, end)


def arabic_word(reading: Reading, at: int) -> Found:
    """A word of Arabic letters, or what begins with it."""
    match = _ARABIC_WORD.match(reading.text, at)
    if match is None:
        return Found(at + 1, Word(reading.text[at]), "ar")
    word, end = match[0], match.end()
    bare = VOWEL_MARKS.sub("", word)
    found = None
    if len(word) == 1 and _ARABIC_LABEL.match(reading.western, at):
        found = Found(end + (reading.western[end] == "."), Abbreviation(f"{word}."), "ar")
    elif len(word) == 1 and (plate := _PLATE.match(reading.western, at)) is not None:
        found = Found(plate.end(), Letters(plate[0]), "ar")
    elif len(word) == 1 and _BEHIND_DIGIT.match(reading.western, at):
        found = Found(end, Letters(word), "ar")
    elif len(word) == 1 and reading.western[end : end + 1] in ("/", "."):
        found = amount(reading, at) or _arabic_letters(reading, at)
    elif _AND_TITLE.match(reading.text, at):
        found = Found(at + 3, Abbreviation(f"{word[1]}."), "ar", word[0])
    elif bare in contexts.PREFIXES:
        found = _with_prefix(reading, bare, end)
    elif bare in _FIRST_WORDS_OF_MONTHS:
        found = dates.arabic_date(reading, at)
    elif bare in calendar.ARABIC_WEEKDAYS:
        found = dates.weekday_and_date(reading, end, calendar.ARABIC_WEEKDAYS[bare], "ar")
    elif bare in _ET_CETERA:
        end += reading.western[end : end + 1] == "." and end + 1 < len(reading.text)
        found = Found(end, Abbreviation("إلخ"), "ar")
    return found or Found(end, Word(word), "ar")


def _arabic_letters(reading: Reading, at: int) -> Found | None:
    """Titles and initials, each letter with its point, however that was written: د., أ.د., ص.ب."""
    title = _ARABIC_TITLE.match(reading.text, at)
    match = _ARABIC_POINTED.match(reading.text, at)
    letters = [letter for letter in (match[0] if match else "") if letter.isalpha()]
    if match is not None and len(letters) > 1:
        end = match.end() - (match.end() == len(reading.text) and match[0][-1] == ".")
        return Found(end, Abbreviation("".join(f"{letter}." for letter in letters)), "ar")
    return Found(title.start("letter") + 2, Abbreviation(f"{title['letter']}."), "ar") if title else None


def _with_prefix(reading: Reading, prefix: str, end: int) -> Found | None:
    number = _BEFORE_NUMBER.match(reading.western, end)
    if number is None:
        return None
    reading.behind_prefix = number.end()
    found = numeral(reading, number.end())
    return Found(found.end, found.content, "ar", prefix) if found else None
