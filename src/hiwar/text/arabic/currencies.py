"""Currencies and units of measure by their international codes and symbols: the nouns that are counted, as data."""

from dataclasses import dataclass

from hiwar.text.arabic.nouns import Noun


@dataclass(frozen=True, slots=True)
class Currency:
    """`minor` is `minor_digits` places below `major`; None where it is not in use. `adjective` is masculine."""

    major: Noun
    minor: Noun | None = None
    minor_digits: int = 2
    adjective: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """`adjective`, masculine, agrees with the noun; `after` follows it unchanged, as in "an hour"."""

    noun: Noun
    adjective: str = ""
    after: str = ""


def _loan(word: str) -> Noun:
    return Noun(word, word, unchanged=True)


_RIYAL = Noun("رِيَال", "رِيَالَات")
_DIRHAM = Noun("دِرْهَم", "دَرَاهِم")
_DINAR = Noun("دِينَار", "دَنَانِير")
_POUND = Noun("جُنَيْه", "جُنَيْهَات")
_DOLLAR = Noun("دُولَار", "دُولَارَات")
_LIRA = Noun("لِيرَة", "لِيرَات", "f")
_FRANC = Noun("فَرَنْك", "فَرَنْكَات")
_CROWN = Noun("كْرُونَة", "كْرُونَات", "f")
_RUPEE = Noun("رُوبِيَّة", "رُوبِيَّات", "f")
_HALALA = Noun("هَلَلَة", "هَلَلَات", "f")
_FILS = Noun("فِلْس", "فُلُوس")
_QIRSH = Noun("قِرْش", "قُرُوش")
_CENT = Noun("سِنْت", "سِنْتَات")
_CENTIME = Noun("سَنْتِيم", "سَنْتِيمَات")

CURRENCIES = {
    "SAR": Currency(_RIYAL, _HALALA),
    "QAR": Currency(_RIYAL, _DIRHAM),
    "OMR": Currency(_RIYAL, Noun("بَيْسَة", "بَيْسَات", "f"), 3),
    "YER": Currency(_RIYAL, _FILS),
    "IRR": Currency(_RIYAL),
    "AED": Currency(_DIRHAM, _FILS),
    "MAD": Currency(_DIRHAM, _CENTIME),
    "JOD": Currency(_DINAR, _FILS, 3),
    "KWD": Currency(_DINAR, _FILS, 3),
    "BHD": Currency(_DINAR, _FILS, 3),
    "IQD": Currency(_DINAR, _FILS, 3),
    "LYD": Currency(_DINAR, _DIRHAM, 3),
    "TND": Currency(_DINAR, Noun("مِلِّيم", "مِلِّيمَات"), 3),
    "DZD": Currency(_DINAR, _CENTIME),
    "EGP": Currency(_POUND, _QIRSH),
    "SDG": Currency(_POUND, _QIRSH),
    "GBP": Currency(_POUND, Noun("بِنْس", "بِنْسَات"), adjective="إِسْتَرْلِينِيّ"),
    "SYP": Currency(_LIRA, _QIRSH),
    "LBP": Currency(_LIRA, _QIRSH),
    "TRY": Currency(_LIRA, _QIRSH, adjective="تُرْكِيّ"),
    "USD": Currency(_DOLLAR, _CENT),
    "CAD": Currency(_DOLLAR, _CENT, adjective="كَنَدِيّ"),
    "AUD": Currency(_DOLLAR, _CENT, adjective="أُسْتُرَالِيّ"),
    "EUR": Currency(_loan("يُورُو"), _CENT),
    "CHF": Currency(_FRANC, _CENTIME, adjective="سُوِيسْرِيّ"),
    "INR": Currency(_RUPEE, adjective="هِنْدِيّ"),
    "PKR": Currency(_RUPEE, adjective="بَاكِسْتَانِيّ"),
    "JPY": Currency(_loan("يِنّ"), adjective="يَابَانِيّ"),
    "CNY": Currency(_loan("يُوَان"), adjective="صِينِيّ"),
    "RUB": Currency(Noun("رُوبِل", "رُوبِلَات"), adjective="رُوسِيّ"),
    "SEK": Currency(_CROWN, adjective="سُوِيدِيّ"),
    "NOK": Currency(_CROWN, adjective="نَرْوِيجِيّ"),
    "DKK": Currency(_CROWN, adjective="دَنِمَارْكِيّ"),
    "KRW": Currency(_loan("وُون"), adjective="كُورِيّ"),
    "ILS": Currency(Noun("شِيكَل", "شَوَاكِل"), Noun("أَغُورَة", "أَغُورَات", "f")),
    "PHP": Currency(_loan("بِيزُو"), adjective="فِلِبِّينِيّ"),
    "NGN": Currency(_loan("نَايْرَا")),
    "BTC": Currency(_loan("بِتْكُوِين")),
}

_KILOMETRE = Noun("كِيلُومِتْر", "كِيلُومِتْرَات")
_METRE = Noun("مِتْر", "أَمْتَار")
_CENTIMETRE = Noun("سَنْتِيمِتْر", "سَنْتِيمِتْرَات")
_MILLIMETRE = Noun("مِلِّيمِتْر", "مِلِّيمِتْرَات")
_MILE = Noun("مِيل", "أَمْيَال")
_FOOT = Noun("قَدَم", "أَقْدَام", "f")
_GRAM = Noun("غَرَام", "غَرَامَات")
_MILLIGRAM = Noun("مِلِّيغْرَام", "مِلِّيغْرَامَات")
_LITRE = Noun("لِتْر", "لِتْرَات")
_MILLILITRE = Noun("مِلِّيلِتْر", "مِلِّيلِتْرَات")
_DEGREE = Noun("دَرَجَة", "دَرَجَات", "f")
_SECOND = Noun("ثَانِيَة", "ثَوَانٍ", "f")
_PER_HOUR, _PER_SECOND, _AN_HOUR = "فِي السَّاعَة", "فِي الثَّانِيَة", "سَاعَة"

UNITS = {
    "km": Unit(_KILOMETRE), "m": Unit(_METRE), "cm": Unit(_CENTIMETRE), "mm": Unit(_MILLIMETRE),
    "nm": Unit(Noun("نَانُومِتْر", "نَانُومِتْرَات")), "mi": Unit(_MILE), "ft": Unit(_FOOT),
    "in": Unit(Noun("بُوصَة", "بُوصَات", "f")), "yd": Unit(Noun("يَارْدَة", "يَارْدَات", "f")),
    "km2": Unit(_KILOMETRE, "مُرَبَّع"), "m2": Unit(_METRE, "مُرَبَّع"), "cm2": Unit(_CENTIMETRE, "مُرَبَّع"),
    "ft2": Unit(_FOOT, "مُرَبَّع"), "m3": Unit(_METRE, "مُكَعَّب"), "cm3": Unit(_CENTIMETRE, "مُكَعَّب"),
    "ha": Unit(Noun("هِكْتَار", "هِكْتَارَات")),
    "kg": Unit(Noun("كِيلُوغَرَام", "كِيلُوغَرَامَات")), "g": Unit(_GRAM), "mg": Unit(_MILLIGRAM),
    "µg": Unit(Noun("مَيْكْرُوغَرَام", "مَيْكْرُوغَرَامَات")), "t": Unit(Noun("طُنّ", "أَطْنَان")),
    "lb": Unit(Noun("رِطْل", "أَرْطَال")), "oz": Unit(Noun("أُونْصَة", "أُونْصَات", "f")),
    "l": Unit(_LITRE), "L": Unit(_LITRE), "ml": Unit(_MILLILITRE), "mL": Unit(_MILLILITRE),
    "cl": Unit(Noun("سَنْتِيلِتْر", "سَنْتِيلِتْرَات")), "gal": Unit(Noun("غَالُون", "غَالُونَات")),
    "bbl": Unit(Noun("بَرْمِيل", "بَرَامِيل")),
    "°C": Unit(_DEGREE, "مِئَوِيّ"), "°F": Unit(_DEGREE, after="فَهْرِنْهَايْت"), "°": Unit(_DEGREE),
    "K": Unit(Noun("كِلْفِن", "كِلْفِن", unchanged=True)),
    "km/h": Unit(_KILOMETRE, after=_PER_HOUR), "m/s": Unit(_METRE, after=_PER_SECOND),
    "mph": Unit(_MILE, after=_PER_HOUR), "kn": Unit(Noun("عُقْدَة", "عُقَد", "f")),
    "bit": Unit(_loan("بِت")), "B": Unit(_loan("بَايْت")), "KB": Unit(_loan("كِيلُوبَايْت")),
    "kB": Unit(_loan("كِيلُوبَايْت")), "MB": Unit(_loan("مِيغَابَايْت")), "GB": Unit(_loan("غِيغَابَايْت")),
    "TB": Unit(_loan("تِيرَابَايْت")), "PB": Unit(_loan("بِيتَابَايْت")),
    "bps": Unit(_loan("بِت"), after=_PER_SECOND), "kbps": Unit(_loan("كِيلُوبِت"), after=_PER_SECOND),
    "Mbps": Unit(_loan("مِيغَابِت"), after=_PER_SECOND), "Gbps": Unit(_loan("غِيغَابِت"), after=_PER_SECOND),
    "MB/s": Unit(_loan("مِيغَابَايْت"), after=_PER_SECOND), "GB/s": Unit(_loan("غِيغَابَايْت"), after=_PER_SECOND),
    "Hz": Unit(_loan("هِرْتْز")), "kHz": Unit(_loan("كِيلُوهِرْتْز")), "MHz": Unit(_loan("مِيغَاهِرْتْز")),
    "GHz": Unit(_loan("غِيغَاهِرْتْز")),
    "W": Unit(_loan("وَاط")), "kW": Unit(_loan("كِيلُووَاط")), "MW": Unit(_loan("مِيغَاوَاط")),
    "GW": Unit(_loan("غِيغَاوَاط")), "Wh": Unit(_loan("وَاط"), after=_AN_HOUR),
    "kWh": Unit(_loan("كِيلُووَاط"), after=_AN_HOUR), "MWh": Unit(_loan("مِيغَاوَاط"), after=_AN_HOUR),
    "V": Unit(_loan("فُولْت")), "A": Unit(_loan("أَمْبِير")), "mA": Unit(_loan("مِلِّي أَمْبِير")),
    "mAh": Unit(_loan("مِلِّي أَمْبِير"), after=_AN_HOUR), "Ω": Unit(_loan("أُوم")),
    "J": Unit(_loan("جُول")), "kJ": Unit(_loan("كِيلُوجُول")), "N": Unit(_loan("نِيُوتِن")),
    "cal": Unit(Noun("سُعْرَة", "سُعْرَات", "f")), "kcal": Unit(Noun("سُعْرَة", "سُعْرَات", "f"), "حَرَارِيّ"),
    "Pa": Unit(_loan("بَاسْكَال")), "hPa": Unit(_loan("هِكْتُوبَاسْكَال")), "bar": Unit(_loan("بَار")),
    "psi": Unit(Noun("رِطْل", "أَرْطَال"), after="لِلْبُوصَةِ الْمُرَبَّعَة"), "dB": Unit(_loan("دِيسِيبِل")),
    "px": Unit(_loan("بِكْسِل")), "MP": Unit(_loan("مِيغَابِكْسِل")), "hp": Unit(Noun("حِصَان", "أَحْصِنَة")),
    "rpm": Unit(Noun("دَوْرَة", "دَوْرَات", "f"), after="فِي الدَّقِيقَة"),
    "bpm": Unit(Noun("نَبْضَة", "نَبَضَات", "f"), after="فِي الدَّقِيقَة"),
    "h": Unit(Noun("سَاعَة", "سَاعَات", "f")), "min": Unit(Noun("دَقِيقَة", "دَقَائِق", "f")), "s": Unit(_SECOND),
    "ms": Unit(Noun("مِلِّي ثَانِيَة", "مِلِّي ثَانِيَة", "f", unchanged=True)),
    "d": Unit(Noun("يَوْم", "أَيَّام")),
}  # fmt: skip

UNIT_SPELLINGS = {
    "km²": "km2", "m²": "m2", "cm²": "cm2", "ft²": "ft2", "m³": "m3", "cm³": "cm3", "sqm": "m2", "cc": "cm3",
    "℃": "°C", "℉": "°F", "kph": "km/h", "kmh": "km/h", "μg": "µg", "mcg": "µg", "hr": "h", "hrs": "h", "sec": "s",
    "mins": "min", "lbs": "lb", "kb/s": "kbps", "Kbps": "kbps", "Mb/s": "Mbps", "Mbit/s": "Mbps", "Gb/s": "Gbps",
    "Gbit/s": "Gbps", "kbit/s": "kbps", "bit/s": "bps", "b/s": "bps", "kts": "kn", '"': "in", "ohm": "Ω", "lt": "l",
}  # fmt: skip
"""Other spellings of the symbols."""


def unit_of(symbol: str) -> Unit | None:
    """The unit of a symbol in any of its spellings."""
    return UNITS.get(UNIT_SPELLINGS.get(symbol, symbol))
