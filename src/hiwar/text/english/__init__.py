"""English in words: numbers, dates, money and whatever else is not written as it is said. Pure functions and data."""
