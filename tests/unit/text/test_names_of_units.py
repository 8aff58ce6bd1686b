"""What `classification` finds has a name in both languages, and no name is without use."""

from hiwar.text.arabic import currencies as arabic
from hiwar.text.classification.keywords import currencies, units
from hiwar.text.english import names as english


def test_units() -> None:
    found = {symbol for table in (units.LATIN, units.ATTACHED, units.APART, units.ARABIC) for symbol in table.values()}
    assert found == arabic.UNITS.keys() == english.UNITS.keys()


def test_currencies() -> None:
    tables = (currencies.SYMBOLS, currencies.LOCAL, currencies.ABBREVIATIONS, currencies.ARABIC_WORDS)
    found = {code for table in tables for code in table.values()}.union(currencies.CODES)
    assert found == arabic.CURRENCIES.keys() == english.CURRENCIES.keys()
