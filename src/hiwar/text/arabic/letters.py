"""Data of Arabic pronunciation: letters, marks, words that are not said as they are written.

Phones: consonants b t th j H kh d dh r z s sh S D T Z E gh f q k l m n h w y ' (hamza) p ch v g; vowels a i u aa ii uu.
"""

FATHATAN, DAMMATAN, KASRATAN = "\u064b", "\u064c", "\u064d"
FATHA, DAMMA, KASRA, SHADDA, SUKUN = "\u064e", "\u064f", "\u0650", "\u0651", "\u0652"
DAGGER_ALEF = "\u0670"
MARKS = frozenset("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0654\u0655\u0656\u0657\u0670")

VOWEL_OF_MARK = {
    FATHATAN: "an", DAMMATAN: "un", KASRATAN: "in", DAGGER_ALEF: "aa", FATHA: "a", DAMMA: "u", KASRA: "i",
}  # fmt: skip
"""In the order of precedence when a letter carries several."""

CONSONANTS = {
    "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "H", "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s",
    "ش": "sh", "ص": "S", "ض": "D", "ط": "T", "ظ": "Z", "ع": "E", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l",
    "م": "m", "ن": "n", "ه": "h", "و": "w", "ي": "y", "ء": "'", "أ": "'", "إ": "'", "ؤ": "'", "ئ": "'",
    "پ": "p", "چ": "ch", "ڤ": "v", "گ": "g",
}  # fmt: skip
SUN_LETTERS = frozenset("تثدذرزسشصضطظلن")
VOWELS = frozenset({"a", "i", "u", "aa", "ii", "uu"})
LONG_OF = {"a": "aa", "i": "ii", "u": "uu"}
SHORT_OF = {"aa": "a", "ii": "i", "uu": "u"}

PROCLITICS = {"و": "w a", "ف": "f a", "ب": "b i", "ك": "k a", "ل": "l i"}
"""One-letter words written together with the next one, as they sound without marks."""

EXCEPTIONS = {
    "هذا": "h aa dh aa", "هذه": "h aa dh i h", "هذان": "h aa dh aa n", "هذين": "h aa dh a y n",
    "هكذا": "h aa k a dh aa", "هؤلاء": "h aa ' u l aa '", "ذلك": "dh aa l i k", "ذلكم": "dh aa l i k u m",
    "أولئك": "' u l aa ' i k", "الله": "' a l l aa h", "لله": "l i l l aa h", "اللهم": "' a l l aa h u m m a",
    "عبدالله": "E a b d u l l aa h", "الحمد": "' a l H a m d u", "الرحمن": "' a r r a H m aa n",
    "لكن": "l aa k i n", "طه": "T aa h aa", "هو": "h u w a", "هي": "h i y a", "أنا": "' a n a", "نحن": "n a H n u",
    "داود": "d aa w uu d", "عمرو": "E a m r", "بن": "b i n", "واتساب": "w aa t s aa b", "مع": "m a E a",
    "ثم": "th u m m a", "سوف": "s a w f a", "ليس": "l a y s a",
}  # fmt: skip
"""Bare spelling to phones, for words whose spelling hides a vowel or whose last vowel is kept in every position."""

KEPT_ENDINGS = frozenset({"أن", "إن", "لأن", "كأن", "لكن", "لعل", "ليت", "أنت"})
"""Particles whose last vowel, when it is marked, is said in every position."""

LINKS = {"هذه": "i", "عن": "i", "هل": "i", "قد": "i", "بسم": "i", "عبد": "u"}
"""The vowel that some words have before the article where others end without one."""

PAUSES = {"،": ",", ",": ",", "؛": ",", ";": ",", ":": ",", "—": ",", ".": ".", "…": ".", "!": "!", "؟": "?", "?": "?"}
"""Written marks to the four pauses that are spoken."""
