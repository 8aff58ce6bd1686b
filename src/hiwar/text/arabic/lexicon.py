"""Frequent words of prompts and menus with their vowels, where diacritizers are known to guess wrong."""

import re

from hiwar.text.arabic.letters import MARKS

_MARKED_WORDS = (
    # Imperatives of menus.
    "اِضْغَطْ", "اِخْتَرْ", "أَدْخِلْ", "اِنْتَظِرْ", "اُتْرُكْ", "أَعِدْ", "كَرِّرْ", "اُكْتُبْ", "اِتَّصِلْ", "رَاجِعْ", "تَحَدَّثْ", "أَكِّدْ",
    # Counted words.
    "صِفْر", "وَاحِد", "وَاحِدَة", "اِثْنَان", "اِثْنَيْن", "ثَلَاثَة", "أَرْبَعَة", "خَمْسَة", "سِتَّة", "سَبْعَة", "ثَمَانِيَة", "تِسْعَة", "عَشَرَة",
    "مِئَة", "أَلْف", "مِلْيُون", "رِيَال", "دِرْهَم", "دِينَار", "جُنَيْه", "دُولَار",
    # Greetings and set phrases.
    "السَّلَام", "عَلَيْكُم", "شُكْرًا", "أَهْلًا", "سَهْلًا", "عَفْوًا", "مَرْحَبًا", "حَالُك", "فَضْلِك", "لِاتِّصَالِك",
    # Service words.
    "الْبَنْك", "بَنْك", "فَرْع", "الْفَرْع", "حِسَابِك", "رَصِيدِك", "الرَّمْز", "الِائْتِمَان", "الْإِنْتِرْنِت", "الْمُوبَايِل",
)  # fmt: skip

_WORD = re.compile("[\u0621-\u063a\u0641-\u0652\u0670\u0671]+")
_ONE_ALEF = str.maketrans("أإآٱ", "اااا")
_CONJUNCTIONS = {"و": "وَ", "ف": "فَ"}


def _bare(word: str) -> str:
    return "".join(letter for letter in word if letter not in MARKS).translate(_ONE_ALEF)


_MARKED = {_bare(word): word for word in _MARKED_WORDS}


def mark_known_words(text: str) -> str:
    """The text with the lexicon's words marked, also after "and" and "so"; words that carry marks stay as written.

    Hamzas of the alef may be left out in the text, as they often are.
    """
    return _WORD.sub(lambda match: _marked(match[0]), text)


def _marked(word: str) -> str:
    if not MARKS.isdisjoint(word):
        return word
    bare = _bare(word)
    if bare in _MARKED:
        return _MARKED[bare]
    conjunction, rest = bare[:1], bare[1:]
    if conjunction in _CONJUNCTIONS and rest in _MARKED:
        return _CONJUNCTIONS[conjunction] + _MARKED[rest]
    return word
