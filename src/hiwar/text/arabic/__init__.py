"""Arabic: its letters, words, numbers and sounds. Pure functions and data; models are the engines'."""
