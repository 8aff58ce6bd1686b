"""How recognised text is written: plain modern spelling, digits in the style asked for, spoken numbers as digits."""
