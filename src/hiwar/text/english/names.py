"""English names of months, weekdays, currencies, units and signs: data only."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
HIJRI_MONTHS = (
    "Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Awwal", "Jumada al-Thani", "Rajab", "Shaban",
    "Ramadan", "Shawwal", "Dhul Qadah", "Dhul Hijjah",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# One and several of the unit, one and several of its part, and into how many decimals the unit is parted.
CURRENCIES: dict[str, tuple[str, str, str, str, int]] = {
    "USD": ("dollar", "dollars", "cent", "cents", 2),
    "EUR": ("euro", "euros", "cent", "cents", 2),
    "GBP": ("pound", "pounds", "penny", "pence", 2),
    "SAR": ("riyal", "riyals", "halala", "halalas", 2),
    "AED": ("dirham", "dirhams", "fils", "fils", 2),
    "EGP": ("Egyptian pound", "Egyptian pounds", "piaster", "piasters", 2),
    "JOD": ("Jordanian dinar", "Jordanian dinars", "fils", "fils", 3),
    "KWD": ("Kuwaiti dinar", "Kuwaiti dinars", "fils", "fils", 3),
    "BHD": ("Bahraini dinar", "Bahraini dinars", "fils", "fils", 3),
    "IQD": ("Iraqi dinar", "Iraqi dinars", "fils", "fils", 3),
    "QAR": ("Qatari riyal", "Qatari riyals", "dirham", "dirhams", 2),
    "OMR": ("Omani rial", "Omani rials", "baisa", "baisas", 3),
    "YER": ("Yemeni rial", "Yemeni rials", "fils", "fils", 2),
    "LBP": ("Lebanese pound", "Lebanese pounds", "piaster", "piasters", 2),
    "SYP": ("Syrian pound", "Syrian pounds", "piaster", "piasters", 2),
    "SDG": ("Sudanese pound", "Sudanese pounds", "piaster", "piasters", 2),
    "LYD": ("Libyan dinar", "Libyan dinars", "dirham", "dirhams", 3),
    "TND": ("Tunisian dinar", "Tunisian dinars", "millime", "millimes", 3),
    "DZD": ("Algerian dinar", "Algerian dinars", "centime", "centimes", 2),
    "MAD": ("Moroccan dirham", "Moroccan dirhams", "centime", "centimes", 2),
    "TRY": ("Turkish lira", "Turkish lira", "kurush", "kurush", 2),
    "INR": ("rupee", "rupees", "paisa", "paise", 2),
    "PKR": ("Pakistani rupee", "Pakistani rupees", "paisa", "paise", 2),
    "CNY": ("yuan", "yuan", "fen", "fen", 2),
    "JPY": ("yen", "yen", "sen", "sen", 2),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes", 2),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent", "cents", 2),
    "AUD": ("Australian dollar", "Australian dollars", "cent", "cents", 2),
    "RUB": ("ruble", "rubles", "kopeck", "kopecks", 2),
    "KRW": ("won", "won", "jeon", "jeon", 2),
    "ILS": ("shekel", "shekels", "agora", "agorot", 2),
    "PHP": ("Philippine peso", "Philippine pesos", "centavo", "centavos", 2),
    "NGN": ("naira", "naira", "kobo", "kobo", 2),
}

# One and several.
UNITS: dict[str, tuple[str, str]] = {
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "ft": ("foot", "feet"), "in": ("inch", "inches"), "yd": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
    "lb": ("pound", "pounds"), "oz": ("ounce", "ounces"), "t": ("ton", "tons"), "L": ("liter", "liters"),
    "mL": ("milliliter", "milliliters"), "km/h": ("kilometer per hour", "kilometers per hour"),
    "mi": ("mile", "miles"), "gal": ("gallon", "gallons"), "hp": ("horsepower", "horsepower"),
    "MB/s": ("megabyte per second", "megabytes per second"), "GB/s": ("gigabyte per second", "gigabytes per second"),
    "mph": ("mile per hour", "miles per hour"), "m/s": ("meter per second", "meters per second"),
    "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"), "KB": ("kilobyte", "kilobytes"), "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"), "TB": ("terabyte", "terabytes"),
    "Kbps": ("kilobit per second", "kilobits per second"), "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"), "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"), "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"), "MW": ("megawatt", "megawatts"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "V": ("volt", "volts"), "mAh": ("milliamp hour", "milliamp hours"), "dB": ("decibel", "decibels"),
    "kcal": ("kilocalorie", "kilocalories"), "h": ("hour", "hours"), "min": ("minute", "minutes"),
    "s": ("second", "seconds"), "ms": ("millisecond", "milliseconds"), "m²": ("square meter", "square meters"),
    "km²": ("square kilometer", "square kilometers"), "cm²": ("square centimeter", "square centimeters"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury"), "mcg": ("microgram", "micrograms"),
    "bpm": ("beat per minute", "beats per minute"), "rpm": ("revolution per minute", "revolutions per minute"),
    "fps": ("frame per second", "frames per second"), "psi": ("pound per square inch", "pounds per square inch"),
    "kg/m²": ("kilogram per square meter", "kilograms per square meter"),
    "mg/kg": ("milligram per kilogram", "milligrams per kilogram"),
    "mg/dL": ("milligram per deciliter", "milligrams per deciliter"),
    "ft²": ("square foot", "square feet"), "m³": ("cubic meter", "cubic meters"), "ha": ("hectare", "hectares"),
}  # fmt: skip

SIGNS: dict[str, str] = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "#": "hash", "*": "star", "°": "degrees", "/": "slash",
    "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "about", "≤": "at most", "≥": "at least",
    "≠": "is not equal to", "<": "less than", ">": "greater than", "~": "about", "%": "percent", "$": "dollars",
    "‰": "per mille",
    "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees", "§": "section", "²": "squared", "³": "cubed",
    "^": "to the power of", "¢": "cents", ".": "dot", "-": "dash", "_": "underscore", ":": "colon",
    "?": "question mark", ",": "comma", "!": "exclamation mark", ";": "semicolon",
}  # fmt: skip
