"""Unicode clean-up of a text before anything else reads it. Words and numbers are left as they are written."""

import re
import unicodedata

# Compatibility forms that have an ordinary spelling: Arabic presentation forms, full-width and ligature letters.
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc\uff01-\uff60\u2100-\u214f]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640"  # soft hyphen, joiner, Arabic letter mark, tatweel
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"  # zero width, bidi, variation selectors
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    "\ud800-\udfff\ufff9-\ufffd]+"  # lone surrogates, annotation and replacement characters
)
# Qur'anic annotation and superscript letters: signs of recitation, not of pronunciation.
_ANNOTATION = re.compile("[\u0610-\u061a\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+")
_MARK_RUN = re.compile("([\u0300-\u036f\u064b-\u065f\u0670]{8})[\u0300-\u036f\u064b-\u065f\u0670]+")
# In this order: after the first, at most one space stands before a line break, so neither can backtrack.
_SPACE = re.compile("[^\\S\n\v\f\r\x85\u2028\u2029]+")
_LINE_BREAK = re.compile(" ?[\n\v\f\r\x85\u2028\u2029]\\s*")

# Letters of neighbouring alphabets that keyboards and copied text put in the place of the Arabic ones.
_LOOK_ALIKES = str.maketrans(
    {
        "ک": "ك", "ڪ": "ك", "ی": "ي", "ې": "ي", "ے": "ي", "ۍ": "ي", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۀ": "ه",
        "ۃ": "ة", "ٲ": "أ", "ٳ": "إ", "ٵ": "أ", "ۆ": "و", "ۇ": "و", "ڵ": "ل", "ڕ": "ر", "ۏ": "و",
    }
)  # fmt: skip


def clean(text: str) -> str:
    """The same text in one spelling: NFC, no invisible characters, single spaces, one newline per line break.

    Never raises. The result has at most 18 times the length (U+FDFA is a whole phrase); runs of more than
    eight combining marks are cut to eight, which also keeps the normalisation linear.
    """
    text = _INVISIBLE.sub("", text)
    text = _MARK_RUN.sub(r"\1", text)
    text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    text = _INVISIBLE.sub("", _ANNOTATION.sub("", text))
    return _LINE_BREAK.sub("\n", _SPACE.sub(" ", text)).strip()
