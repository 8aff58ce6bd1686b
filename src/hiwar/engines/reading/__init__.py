"""How engines that speak phonemes read a text: models for vowels and unknown words, and strings of phonemes."""
