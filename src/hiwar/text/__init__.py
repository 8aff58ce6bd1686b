"""Text in, speakable text out: clean-up, language, segments, Arabic numbers and phones. Pure, no I/O, no numpy."""
