"""Arabic with vowel marks to phones: Modern Standard as it is read aloud in prompts, every word in its pausal form.

The marks come from a diacritizer or the writer, numbers from `numbers`. How a phone sounds is the engine's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hiwar.text.arabic.letters import PAUSES, SHORT_OF, VOWELS
from hiwar.text.arabic.words import WordForm, word_form

_TOKEN = re.compile("[\u0621-\u063a\u0641-\u0657\u0670\u0671\u067e\u0686\u06a4\u06af]+|[،,؛;:—.…!؟?]")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """The phones of a word (`letters` lists them; a doubled consonant is two), and the pause after it.

    `stressed` is the index in `phones` of the stressed vowel, -1 without any; `pause` is "" or one of , . ! ?
    `start` is where the word begins in the text.
    """

    phones: tuple[str, ...]
    stressed: int
    pause: str
    start: int


def pronounce(text: str) -> tuple[SpokenWord, ...]:
    """The words of a text with vowel marks, in order. Letters of other scripts and digits are passed over."""
    forms: list[WordForm] = []
    pauses: list[str] = []
    starts: list[int] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in PAUSES:
            pauses[-1:] = [PAUSES[token]] if pauses else []
        elif (form := word_form(token)).phones:
            forms.append(form)
            pauses.append("")
            starts.append(match.start())
    return tuple(
        SpokenWord(phones, _stressed(phones, head), pause, start)
        for (phones, head), pause, start in zip(_join(forms, pauses), pauses, starts, strict=True)
    )


def as_given(phones: Sequence[str]) -> SpokenWord:
    """A word whose phones are known, at the beginning of its text."""
    return SpokenWord(tuple(phones), _stressed(phones, 0), "", 0)


def _join(forms: Sequence[WordForm], pauses: Sequence[str]) -> list[tuple[tuple[str, ...], int]]:
    """Let words meet that no pause divides: their phones, and how many of them are not stressed."""
    joined: list[tuple[str, ...]] = []
    heads: list[int] = []
    for index, form in enumerate(forms):
        phones = form.phones
        if index and not pauses[index - 1]:
            joined[-1], phones = _meet(forms[index - 1], joined[-1], form)
        joined.append(phones)
        heads.append(max(form.head - (len(form.phones) - len(phones)), 0))
    return list(zip(joined, heads, strict=True))


def _meet(before: WordForm, said: tuple[str, ...], form: WordForm) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phones of two neighbours: the t of a construct is heard, the second word's silent hamza and its vowel fall."""
    phones = form.phones
    if before.construct:
        said = (*said, "t")
    # A verb behind a word that ends as before a pause begins afresh: القائمة الرئيسية، اضغط.
    if form.elidable and phones[0] == "'" and (form.head or not before.paused):
        if before.link and said[-1] not in VOWELS:
            said = (*said, before.link)
        if said[-1] in VOWELS and len(phones) > 2:
            return (*said[:-1], SHORT_OF.get(said[-1], said[-1])), phones[2:]
        return said, phones[1:]
    return said, phones


def _stressed(phones: Sequence[str], head: int) -> int:
    """The last superheavy syllable, else the heavy one before the last, else the third from the end, as words are read
    in the Levant (Ryding, A Reference Grammar of Modern Standard Arabic, chapter 2); never the article.
    """
    everywhere = [index for index, phone in enumerate(phones) if phone in VOWELS]
    vowels = [index for index in everywhere if index >= head] or everywhere
    if len(vowels) < 2:
        return vowels[0] if vowels else -1
    last, before = vowels[-1], vowels[-2]
    tail = len(phones) - last - 1
    if tail >= 2 or (phones[last] in SHORT_OF and tail):
        return last
    if len(vowels) == 2 or phones[before] in SHORT_OF or last - before > 2:
        return before
    return vowels[-3]
