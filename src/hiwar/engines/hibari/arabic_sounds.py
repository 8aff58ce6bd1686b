"""How the English model is made to say Arabic: neutral phones to the signs of `alphabet`, by what stands beside them.

The model knows no pharyngeals and no emphatics; the backed vowel beside them, which carries most of the contrast,
is what it is given instead. The choices are those that `benchmarks/quality/voice_search.py` found understood best.
"""

from collections.abc import Iterator, Mapping, Sequence

from hiwar.text.arabic.letters import SHORT_OF, VOWELS
from hiwar.text.arabic.phonemes import SpokenWord

SOUNDS: Mapping[str, str] = {
    "b": "b", "t": "t", "th": "θ", "j": "dʒ", "H": "hhɑ̆", "kh": "hk", "d": "d", "dh": "ðː", "r": "ɹ", "z": "z",
    "s": "s", "sh": "ʃ", "S": "s", "D": "dʌ̆", "T": "t", "Z": "z", "E": "ɑ", "gh": "ɡ", "f": "f", "q": "k", "k": "k",
    "l": "l", "m": "m", "n": "n", "h": "h", "w": "w", "y": "i", "p": "p", "ch": "ʧ", "v": "v", "g": "ɡ",
    "'": "", "'+#": "ʌ̆",  # the model never learned its own sign for it; a vowel after a vowel is nearer
    # Where a consonant would go unheard: it is held, or has a short vowel beside it.
    "D+#": "dː", "D+i": "d", "h+#": "hh", "h+C": "hə̆", "m+#": "mm", "r+#": "ə̆ɹ", "r+C": "ɹɹ", "gh+C": "ɡə̆", "j+#": "ʤ",
    "#-q": "kː", "q+#": "kː", "#-kh": "hhk", "kh+u": "x", "#-E": "ɑ̆", "E+C": "ɑ̆", "E+#": "ɑː",
    "a": "ʌ", "i": "ə", "u": "ʊ", "aa": "œɑ", "ii": "ii", "uu": "uw", "a^": "ɑ", "aa^": "ɑɑ", "ay": "A", "aw": "Ow",
    "#-a": "a", "a+#": "œ", "aa+#": "œː", "i+#": "i",
}  # fmt: skip
"""`p+q` is the phone p before q, `q-p` the same behind q; q is a phone (a long vowel by its short one), C for any
consonant, # for the edge of the word. `a^` stands beside an emphatic; `ay` and `aw` are diphthongs; a key such as `tt`
would be a doubled consonant, which is otherwise held."""

_BACKING = frozenset({"S", "D", "T", "Z", "q"})
_FRONTING = frozenset({"i", "ii", "y", "sh"})
_STRESS, _LONG, _EDGE = "ˈ", "ː", "#"


def sounds(word: SpokenWord, table: Mapping[str, str] = SOUNDS) -> str:
    """A word in the model's alphabet, with its stress and the pause after it; "" when the model has no sound for it."""
    said: list[str] = []
    index = 0
    while index < len(word.phones):
        pair = "".join(word.phones[index : index + 2])
        if _is_diphthong(word.phones, index):
            sound, taken = table[pair], 2
        elif _is_doubled(word.phones, index):
            sound, taken = table.get(pair) or _lengthened(_sound(word.phones, index + 1, table)), 2
        else:
            sound, taken = _sound(word.phones, index, table), 1
        said.append((_STRESS if index == word.stressed else "") + sound)
        index += taken
    return "".join(said) + word.pause


def _is_doubled(phones: Sequence[str], index: int) -> bool:
    return phones[index] not in VOWELS and phones[index + 1 : index + 2] == phones[index : index + 1]


def _lengthened(sound: str) -> str:
    return sound[:1] + _LONG + sound[1:] if sound else ""


def _is_diphthong(phones: Sequence[str], index: int) -> bool:
    if phones[index] != "a" or index + 1 == len(phones) or phones[index + 1] not in ("y", "w"):
        return False
    after = phones[index + 2] if index + 2 < len(phones) else ""
    return after not in VOWELS and after != phones[index + 1]


def _sound(phones: Sequence[str], index: int, table: Mapping[str, str]) -> str:
    return next(table[key] for key in _keys(phones, index) if key in table)


def _keys(phones: Sequence[str], index: int) -> Iterator[str]:
    """The keys that fit, the most telling first."""
    phone = phones[index]
    before = phones[index - 1] if index else _EDGE
    after = phones[index + 1] if index + 1 < len(phones) else _EDGE
    if phone in VOWELS and _is_backed(phones, index):
        phone += "^"
    yield f"{phone}+{SHORT_OF.get(after, after)}"
    if after not in VOWELS and after != _EDGE:
        yield f"{phone}+C"
    yield f"{SHORT_OF.get(before, before)}-{phone}"
    yield phone
    yield phone.removesuffix("^")


def _is_backed(phones: Sequence[str], index: int) -> bool:
    before, after = phones[max(0, index - 1) : index], phones[index + 1 : index + 2]
    if phones[index] == "a" and "E" in before:
        return True
    near = phones[max(0, index - 2) : index + 3]
    return not _BACKING.isdisjoint(near) and _FRONTING.isdisjoint((*before, *after))
