"""Which words in capitals are said letter by letter: ATM and FBI are, NASA and a shouted NOT are not."""

import re

_CAPITALS = re.compile(r"[A-Z]{2,5}(?=(?:['’]?s)?\Z)")
# Syllables of at most two consonants, a vowel or two, and at most two consonants after the last.
_PRONOUNCEABLE = re.compile("(?:[B-DF-HJ-NP-TV-Z]{0,2}[AEIOUY]{1,2})+[B-DF-HJ-NP-TV-Z]{0,2}")
_PRONOUNCEABLE_MIN = 4
_VOWEL = re.compile("[AEIOUYaeiouy]")
_SYLLABLE_MIN = 3

_WORDS = frozenset({
    # Read as words.
    "NASA", "NATO", "PIN", "SIM", "COVID", "OPEC", "UNESCO", "UNICEF", "FIFA", "UEFA", "IBAN", "LASER", "RADAR",
    "AIDS", "SARS", "VAT", "GIF", "JPEG", "RAM", "ROM", "LAN", "WAN", "SWIFT", "NEOM", "MADA", "ABSHER", "ARAMCO",
    "SABIC", "MODON", "OK", "ASAP", "PDA", "SAMA", "GOSI", "MR", "MRS", "MS", "DR", "ST", "SAAS", "GUI", "CAD",
    "ZIP", "MAX", "MIN", "DEWA",
    # Words that stand in capitals only for emphasis.
    "AM", "AN", "AS", "AT", "BE", "BY", "DO", "GO", "HE", "IF", "IN", "IS", "ME", "MY", "NO", "OF", "ON", "OR",
    "SO", "TO", "UP", "WE", "HI", "OH", "AH", "THE", "AND", "ALL", "ANY", "ARE", "ASK", "BAD", "BIG", "BUT",
    "BUY", "CALL", "CAN", "CAR", "DAY", "DID", "END", "FOR", "FUN", "GET", "GOT", "HAD", "HAS", "HER", "HIM",
    "HIS", "HOT", "HOW", "ITS", "LET", "LOW", "MAN", "MAY", "NEW", "NOT", "NOW", "OFF", "OLD", "ONE", "OUR",
    "OUT", "PAY", "PUT", "RED", "RUN", "SAY", "SEE", "SET", "SHE", "SUN", "THIS", "THAT", "TOP", "TRY", "TWO",
    "USE", "WAS", "WAY", "WHY", "WIN", "WITH", "WON", "YES", "YET", "YOU", "HELP", "STOP", "WHAT", "WHEN",
    "MUST", "BEST", "NEXT", "JUST", "MUCH", "SUCH", "FIRST", "LAST", "START", "PRESS", "THEIR", "THERE", "THANK",
    "THINK", "RIGHT", "LIGHT", "NIGHT", "HAPPY", "SHORT",
})  # fmt: skip
_SPELLED = frozenset({
    "UAE", "USA", "ISO", "IATA", "IEEE", "IELTS", "UCLA", "PhD", "IoT",
    # As they are typed in haste; those without a vowel are spelled anyway.
    "id", "otp", "atm", "usb", "usa", "uae", "ceo", "cfo", "cto", "idk", "omg", "imo", "imho", "aka", "faq", "diy",
    "api", "url", "eta", "ai", "ui", "ux",
})  # fmt: skip


def is_spelled(word: str) -> bool:
    """Whether a word as written, also with 's or a plural s, is an initialism said by its letters."""
    match = _CAPITALS.match(word)
    letters = match[0] if match else word
    if letters in _SPELLED:
        return True
    if match is None or letters in _WORDS:
        return False
    return len(letters) < _PRONOUNCEABLE_MIN or _PRONOUNCEABLE.fullmatch(letters) is None


def is_spelled_in_codes(letters: str) -> bool:
    """The same beside digits, where one or two letters, and those without a vowel, are never a word."""
    return is_spelled(letters) or len(letters) < _SYLLABLE_MIN or not _VOWEL.search(letters)
