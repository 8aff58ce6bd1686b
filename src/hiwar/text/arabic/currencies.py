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
    "KRW": Currency(_loan("وُون"), adjective="كُورِيّ"),
    "ILS": Currency(Noun("شِيكَل", "شَوَاكِل"), Noun("أَغُورَة", "أَغُورَات", "f")),
    "PHP": Currency(_loan("بِيزُو"), adjective="فِلِبِّينِيّ"),
    "NGN": Currency(_loan("نَايْرَا")),
}

_KILOMETRE = Noun("كِيلُومِتْر", "كِيلُومِتْرَات")
_METRE = Noun("مِتْر", "أَمْتَار")
_CENTIMETRE = Noun("سَنْتِيمِتْر", "سَنْتِيمِتْرَات")
_MILLIMETRE = Noun("مِلِّيمِتْر", "مِلِّيمِتْرَات")
_MILE = Noun("مِيل", "أَمْيَال")
_FOOT = Noun("قَدَم", "أَقْدَام", "f")
_KILOGRAM = Noun("كِيلُوغَرَام", "كِيلُوغَرَامَات")
_GRAM = Noun("غَرَام", "غَرَامَات")
_MILLIGRAM = Noun("مِلِّيغْرَام", "مِلِّيغْرَامَات")
_DEGREE = Noun("دَرَجَة", "دَرَجَات", "f")
_PER_HOUR, _PER_MINUTE, _PER_SECOND, _AN_HOUR = "فِي السَّاعَة", "فِي الدَّقِيقَة", "فِي الثَّانِيَة", "سَاعَة"

UNITS = {
    "km": Unit(_KILOMETRE), "m": Unit(_METRE), "cm": Unit(_CENTIMETRE), "mm": Unit(_MILLIMETRE),
    "mi": Unit(_MILE), "ft": Unit(_FOOT), "in": Unit(Noun("بُوصَة", "بُوصَات", "f")),
    "yd": Unit(Noun("يَارْدَة", "يَارْدَات", "f")),
    "km²": Unit(_KILOMETRE, "مُرَبَّع"), "m²": Unit(_METRE, "مُرَبَّع"), "cm²": Unit(_CENTIMETRE, "مُرَبَّع"),
    "ft²": Unit(_FOOT, "مُرَبَّع"), "m³": Unit(_METRE, "مُكَعَّب"), "ha": Unit(Noun("هِكْتَار", "هِكْتَارَات")),
    "kg": Unit(_KILOGRAM), "g": Unit(_GRAM), "mg": Unit(_MILLIGRAM),
    "mcg": Unit(Noun("مَيْكْرُوغَرَام", "مَيْكْرُوغَرَامَات")), "t": Unit(Noun("طُنّ", "أَطْنَان")),
    "lb": Unit(Noun("رِطْل", "أَرْطَال")), "oz": Unit(Noun("أُونْصَة", "أُونْصَات", "f")),
    "kg/m²": Unit(_KILOGRAM, after="لِكُلِّ مِتْر مُرَبَّع"), "mg/kg": Unit(_MILLIGRAM, after="لِكُلِّ كِيلُوغَرَام"),
    "mg/dL": Unit(_MILLIGRAM, after="لِكُلِّ دِيسِيلِتْر"),
    "L": Unit(Noun("لِتْر", "لِتْرَات")), "mL": Unit(Noun("مِلِّيلِتْر", "مِلِّيلِتْرَات")),
    "gal": Unit(Noun("غَالُون", "غَالُونَات")),
    "°C": Unit(_DEGREE, "مِئَوِيّ"), "°F": Unit(_DEGREE, after="فَهْرِنْهَايْت"), "°": Unit(_DEGREE),
    "km/h": Unit(_KILOMETRE, after=_PER_HOUR), "m/s": Unit(_METRE, after=_PER_SECOND),
    "mph": Unit(_MILE, after=_PER_HOUR), "mmHg": Unit(_MILLIMETRE, after="زِئْبَق"),
    "KB": Unit(_loan("كِيلُوبَايْت")), "MB": Unit(_loan("مِيغَابَايْت")), "GB": Unit(_loan("غِيغَابَايْت")),
    "TB": Unit(_loan("تِيرَابَايْت")), "Kbps": Unit(_loan("كِيلُوبِت"), after=_PER_SECOND),
    "Mbps": Unit(_loan("مِيغَابِت"), after=_PER_SECOND), "Gbps": Unit(_loan("غِيغَابِت"), after=_PER_SECOND),
    "MB/s": Unit(_loan("مِيغَابَايْت"), after=_PER_SECOND), "GB/s": Unit(_loan("غِيغَابَايْت"), after=_PER_SECOND),
    "Hz": Unit(_loan("هِرْتْز")), "kHz": Unit(_loan("كِيلُوهِرْتْز")), "MHz": Unit(_loan("مِيغَاهِرْتْز")),
    "GHz": Unit(_loan("غِيغَاهِرْتْز")), "W": Unit(_loan("وَاط")), "kW": Unit(_loan("كِيلُووَاط")),
    "MW": Unit(_loan("مِيغَاوَاط")), "kWh": Unit(_loan("كِيلُووَاط"), after=_AN_HOUR), "V": Unit(_loan("فُولْت")),
    "mAh": Unit(_loan("مِلِّي أَمْبِير"), after=_AN_HOUR),
    "kcal": Unit(Noun("سُعْرَة", "سُعْرَات", "f"), "حَرَارِيّ"), "dB": Unit(_loan("دِيسِيبِل")),
    "psi": Unit(Noun("رِطْل", "أَرْطَال"), after="لِلْبُوصَةِ الْمُرَبَّعَة"), "hp": Unit(Noun("حِصَان", "أَحْصِنَة")),
    "rpm": Unit(Noun("دَوْرَة", "دَوْرَات", "f"), after=_PER_MINUTE),
    "bpm": Unit(Noun("نَبْضَة", "نَبَضَات", "f"), after=_PER_MINUTE),
    "fps": Unit(Noun("إِطَار", "إِطَارَات"), after=_PER_SECOND),
    "h": Unit(Noun("سَاعَة", "سَاعَات", "f")), "min": Unit(Noun("دَقِيقَة", "دَقَائِق", "f")),
    "s": Unit(Noun("ثَانِيَة", "ثَوَانٍ", "f")),
    "ms": Unit(Noun("مِلِّي ثَانِيَة", "مِلِّي ثَانِيَة", "f", unchanged=True)),
}  # fmt: skip
