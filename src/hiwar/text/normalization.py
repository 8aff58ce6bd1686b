"""Unicode clean-up of a text before anything else reads it. Words and numbers are left as they are written."""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

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

# Characters that change nothing before them, nor are changed by it: cleaning may begin at each of them.
_START = "!-~\u00c0-\u02af\u0370-\u0482\u048a-\u0556\u060c\u061b\u061f\u0621-\u063a\u0641-\u064a\u0660-\u0669"
_START += "\u0904-\u0939\u2010-\u2027\u2030-\u205e\u3400-\u9fff"
_ANY_START = re.compile(f"[{_START}]")
_LETTER_OR_START = re.compile(rf"\w|[{_START}]|(?<=\s)\S")
_BEFORE_LAST_START = re.compile(f"(?s:.+)(?=[{_START}])")
# Also after a line break: whatever follows, what is spoken ends there.
_BREAKS = "\n\v\f\r\x85\u2028\u2029"
_BEFORE_LAST_WORD = re.compile(rf"(?s:.*)(?:\s(?=[{_START}])|[{_BREAKS}])")
_MAY_BEGIN = re.compile(f"[{_START}{_BREAKS}]")
_UP_TO_LAST_SPACE = re.compile(r"(?s:.*)\s")
_STRETCH_CHARACTERS = 256


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some text as it was written, and the same cleaned, but for outer white space, which it keeps as one character."""

    raw: str
    cleaned: str

    def split(self, cleaned_characters: int) -> tuple["Stretch", "Stretch"]:
        """Two stretches, the first with so many cleaned characters and what was written for them."""
        at = cleaned_characters
        if self.raw != self.cleaned:
            starts = [match.start() for match in _LETTER_OR_START.finditer(self.raw)]
            written = bisect_left(starts, at, key=lambda start: len(_in_one_spelling(self.raw[:start])))
            at = starts[written] if written < len(starts) else len(self.raw)
        return (
            Stretch(self.raw[:at], self.cleaned[:cleaned_characters]),
            Stretch(self.raw[at:], self.cleaned[cleaned_characters:]),
        )


class GradualCleaning:
    """`clean` for a text that comes piece by piece, or whose beginning is wanted first: stretch by stretch.

    The stretches join to the cleaned text, but for outer white space. A surrogate pair may come in two pieces.
    Linear in the length of the text, and in that of a piece when pieces are asked for one by one.
    """

    def __init__(self) -> None:
        self._raw = ""
        self._searched = 0

    def add(self, text: str) -> int:
        """More text, any characters, cut anywhere. By how many characters that makes it longer: a pair is one."""
        if self._raw and "\ud800" <= self._raw[-1] <= "\udbff" and "\udc00" <= text[:1] <= "\udfff":
            pair = (self._raw[-1] + text[0]).encode("utf-16-le", "surrogatepass")
            self._raw, text = self._raw[:-1] + pair.decode("utf-16-le"), text[1:]
        self._raw += text
        return len(text)

    @property
    def held(self) -> str:
        """What was added and not taken yet, as it was written."""
        return self._raw

    @property
    def next_character(self) -> str:
        """What the next stretch begins with, or "" when that is not sure; marks may still join it."""
        return self._raw[:1] if _ANY_START.match(self._raw) else ""

    def next(self) -> Stretch | None:
        """The next stretch, some hundred characters at most where there are words; None: more text may change it."""
        if _MAY_BEGIN.search(self._raw, self._searched) is None:
            return None
        match = _BEFORE_LAST_WORD.match(self._raw, 0, _STRETCH_CHARACTERS)
        if match is not None:
            return self._take(match.end())
        if len(self._raw) >= _STRETCH_CHARACTERS:
            match = _BEFORE_LAST_START.match(self._raw, 0, _STRETCH_CHARACTERS)
            if match is not None:
                return self._take(match.end())
            start = _ANY_START.search(self._raw, _STRETCH_CHARACTERS)
            if start is not None:
                return self._take(start.start())
        self._searched = len(self._raw)
        return None

    def words(self) -> Stretch | None:
        """What `next` holds back up to the last white space, or all of it when it ends in a punctuation mark.

        For who cannot wait. Nothing is taken: `take_words` does that.
        """
        if self._raw and unicodedata.category(self._raw[-1]).startswith("P"):
            return Stretch(self._raw, _in_one_spelling(self._raw))
        match = _UP_TO_LAST_SPACE.match(self._raw)
        return Stretch(match[0], _in_one_spelling(match[0])) if match else None

    def take_words(self, words: Stretch) -> None:
        """What `words` gave has been used."""
        self._raw = self._raw[len(words.raw) :]
        self._searched = 0

    def rest(self) -> Stretch:
        """All that is left, as if the text ended here."""
        return self._take(len(self._raw))

    def _take(self, characters: int) -> Stretch:
        raw, self._raw = self._raw[:characters], self._raw[characters:]
        self._searched = 0
        return Stretch(raw, _in_one_spelling(raw))


def clean(text: str) -> str:
    """The same text in one spelling: NFC, no invisible characters, single spaces, one newline per line break.

    Never raises. The result has at most 18 times the length (U+FDFA is a whole phrase); runs of more than
    eight combining marks are cut to eight, which also keeps the normalisation linear.
    """
    return _in_one_spelling(text).strip()


def _in_one_spelling(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    text = _MARK_RUN.sub(r"\1", text)
    text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    text = _INVISIBLE.sub("", _ANNOTATION.sub("", text))
    return _LINE_BREAK.sub("\n", _SPACE.sub(" ", text))
