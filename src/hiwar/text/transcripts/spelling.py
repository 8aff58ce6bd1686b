"""One recognised word in plain modern spelling: no vowel marks, no Qur'anic signs, Arabic letters and punctuation.

How its digits are written is left to `numbers`.
"""

import re
import unicodedata

from hiwar.text.normalization import clean
from hiwar.vocabulary import Language

_LETTERS = "\u0621-\u063a\u0641-\u064a"
# What is written so already; most words are.
_PLAIN = re.compile(rf"[!-+\--:<->@-~]+|[{_LETTERS}]+[.!:،؛؟]?")
# Vowels, small letters, signs of recitation and pauses, ends of verses and their brackets. The dagger alef is apart.
_MARKS = re.compile("[\u064b-\u065f\u06d6-\u06e4\u06e7-\u06ed\u0898-\u089f\u08ca-\u08ff\ufd3e\ufd3f]+")
# Kaf with a second stroke, for hard g, in a word that is not Persian or Urdu otherwise.
_ARABIC_BUT_FOR_GAF = re.compile(rf"[\W\d{_LETTERS}گ]+")

_DAGGER = "\u0670"
# Words that are still spelled without the alef that is heard in them.
_WITHOUT_ALEF = re.compile("هذ|هؤلا|هكذ|ذلك|لكن|[إا]له|لله|رحمن|طه|ولئك")
_ALEF_FOR_DAGGER = re.compile(rf"(?<!ا)(?:و{_DAGGER}(?=ة)|ى{_DAGGER}(?=[{_LETTERS}])|{_DAGGER}(?=[ء-ئب-غف-ي]))")

_LATIN_MARKS, _ARABIC_MARKS = ",;?", "،؛؟"
_TO_ARABIC_MARKS = str.maketrans(_LATIN_MARKS, _ARABIC_MARKS)
_AFTER_ARABIC = re.compile(rf"(?<=[{_LETTERS}])[{_LATIN_MARKS}]")
_ENDS = _LATIN_MARKS + _ARABIC_MARKS + ".:!…\"'()[]{}«»”“’"


def plain(word: str, language: Language) -> str:
    """A word of a transcript as it is written today; "" when nothing of it is text. Of its neighbours it knows nothing.

    A character may stand for several words, which are then divided by single spaces. Latin words keep their letters.
    `language` is the transcript's: in Arabic the punctuation is Arabic behind every word.
    """
    if _PLAIN.fullmatch(word):
        return word
    return " ".join(filter(None, [_plain(part, language) for part in clean(word).split()]))


def without_marks(text: str) -> str:
    """Arabic text without vowel marks."""
    return _MARKS.sub("", text)


def _plain(word: str, language: Language) -> str:
    # Composed once more: look-alikes have become letters that marks belong to.
    word = _with_alefs(without_marks(unicodedata.normalize("NFC", word))).replace("ٱ", "ا")
    if "گ" in word and _ARABIC_BUT_FOR_GAF.fullmatch(word):
        word = word.replace("گ", "ك")
    word = _AFTER_ARABIC.sub(lambda mark: mark[0].translate(_TO_ARABIC_MARKS), word)
    if language == "en":
        return word
    end = len(word.rstrip(_ENDS))
    return word[:end] + word[end:].translate(_TO_ARABIC_MARKS)


def _with_alefs(word: str) -> str:
    """Dagger alefs as today's spelling has them: as an alef, in few words and at the end as nothing."""
    if _DAGGER in word and not _WITHOUT_ALEF.search(word.replace(_DAGGER, "")):
        word = _ALEF_FOR_DAGGER.sub("ا", word)
    return word.replace(_DAGGER, "")
