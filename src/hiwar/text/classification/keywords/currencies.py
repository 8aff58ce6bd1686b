"""How currencies are written, by their ISO 4217 codes."""

SYMBOLS: dict[str, str] = {
    "$": "USD", "US$": "USD", "A$": "AUD", "C$": "CAD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₺": "TRY",
    "₽": "RUB", "₩": "KRW", "₪": "ILS", "₱": "PHP", "₦": "NGN", "\u20c1": "SAR", "Rs.": "INR", "Rs": "INR",
}  # fmt: skip

CODES: tuple[str, ...] = (
    "USD", "EUR", "GBP", "SAR", "AED", "EGP", "JOD", "KWD", "QAR", "BHD", "OMR", "IQD", "LBP", "SYP", "YER", "LYD",
    "TND", "DZD", "MAD", "SDG", "TRY", "INR", "PKR", "CNY", "JPY", "CHF", "CAD", "AUD", "RUB", "KRW",
)  # fmt: skip

LOCAL: dict[str, str] = {
    "SR": "SAR",
    "SRs": "SAR",
    "Dh": "AED",
    "Dhs": "AED",
    "DH": "AED",
    "KD": "KWD",
    "BD": "BHD",
    "QR": "QAR",
    "JD": "JOD",
    "LE": "EGP",
}
"""How the region writes them in Latin letters."""

ABBREVIATIONS: dict[str, str] = {
    "ر.س": "SAR", "د.إ": "AED", "د.ا": "AED", "ج.م": "EGP", "د.أ": "JOD", "د.ك": "KWD", "ر.ق": "QAR", "د.ب": "BHD",
    "ر.ع": "OMR", "د.ع": "IQD", "ل.ل": "LBP", "ل.س": "SYP", "ر.ي": "YER", "د.ل": "LYD", "د.ت": "TND", "د.ج": "DZD",
    "د.م": "MAD",
}  # fmt: skip
"""Written with or without a last dot."""

# The country, when it is said, is a word of its own and stays one: the noun alone decides.
ARABIC_WORDS: dict[str, str] = {
    "ريال": "SAR", "ريالا": "SAR", "ريالات": "SAR", "ريالين": "SAR", "ريالان": "SAR",
    "درهم": "AED", "درهما": "AED", "دراهم": "AED", "درهمين": "AED", "درهمان": "AED",
    "دينار": "JOD", "دينارا": "JOD", "دنانير": "JOD", "دينارين": "JOD", "ديناران": "JOD",
    "جنيه": "EGP", "جنيها": "EGP", "جنيهات": "EGP", "جنيهين": "EGP", "جنيهان": "EGP",
    "دولار": "USD", "دولارا": "USD", "دولارات": "USD", "دولارين": "USD", "دولاران": "USD",
    "يورو": "EUR",
}  # fmt: skip
