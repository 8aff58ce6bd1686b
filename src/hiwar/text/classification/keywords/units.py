"""How units are written, by their international symbols."""

LATIN: dict[str, str] = {
    "km": "km", "Km": "km", "KM": "km", "cm": "cm", "mm": "mm", "m": "m", "kg": "kg", "Kg": "kg", "KG": "kg", "g": "g",
    "mg": "mg", "lb": "lb", "lbs": "lb", "oz": "oz", "ft": "ft", "yd": "yd", "L": "L", "l": "L", "ml": "mL", "mL": "mL",
    "km/h": "km/h", "kmh": "km/h", "kph": "km/h", "mph": "mph", "m/s": "m/s", "mi": "mi",
    "°C": "°C", "° C": "°C", "°F": "°F", "° F": "°F", "°": "°",
    "KB": "KB", "kB": "KB", "MB": "MB", "GB": "GB", "TB": "TB", "kbps": "Kbps", "Kbps": "Kbps", "Mbps": "Mbps",
    "MB/s": "MB/s", "GB/s": "GB/s",
    "Gbps": "Gbps", "Hz": "Hz", "kHz": "kHz", "KHz": "kHz", "MHz": "MHz", "GHz": "GHz", "W": "W", "kW": "kW",
    "KW": "kW", "MW": "MW", "kWh": "kWh", "KWh": "kWh", "V": "V", "mAh": "mAh", "dB": "dB", "kcal": "kcal",
    "hr": "h", "hrs": "h", "min": "min", "mins": "min", "sec": "s", "secs": "s", "ms": "ms",
    "m²": "m²", "m2": "m²", "sqm": "m²", "km²": "km²", "km2": "km²", "cm²": "cm²", "m³": "m³", "m3": "m³",
    "sq ft": "ft²", "sq. ft.": "ft²", "sq. ft": "ft²", "sq m": "m²", "sq km": "km²", "mmHg": "mmHg", "mcg": "mcg",
    "bpm": "bpm", "rpm": "rpm", "fps": "fps", "mg/dL": "mg/dL", "mg/kg": "mg/kg", "kg/m²": "kg/m²",
    "kg/m2": "kg/m²", "psi": "psi", "hp": "hp", "gal": "gal", "ft²": "ft²", "ha": "ha",
}  # fmt: skip
"""With or without a space before them."""

ATTACHED: dict[str, str] = {"h": "h", "s": "s", "t": "t", "in": "in"}
"""With a space before them they are something else."""

APART: dict[str, str] = {"C": "°C", "F": "°F", "h": "h", "s": "s"}
"""Without a space they are part of a code."""

ARABIC: dict[str, str] = {
    "كم": "km", "كلم": "km", "م": "m", "سم": "cm", "مم": "mm", "ملم": "mm",
    "كغ": "kg", "كغم": "kg", "كجم": "kg", "كلغ": "kg", "جم": "g", "غ": "g", "غم": "g", "ملغ": "mg", "ملغم": "mg",
    "مجم": "mg", "ملجم": "mg", "مل": "mL", "م²": "m²", "م2": "m²", "كم²": "km²", "كم2": "km²", "سم²": "cm²", "م³": "m³",
    "د": "min", "دق": "min", "ث": "s",
    "م3": "m³", "كم/س": "km/h", "كم/ساعة": "km/h", "كلم/س": "km/h", "كلم/ساعة": "km/h", "كم في الساعة": "km/h",
    "م/ث": "m/s", "°م": "°C", "° م": "°C",
}  # fmt: skip
