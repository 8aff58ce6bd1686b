"""Unicode clean-up of a text before anything else reads it. Words and numbers are left as they are written."""

import re
import unicodedata
from dataclasses import dataclass

# Compatibility forms with an ordinary spelling: Arabic presentation forms, full-width and ligature letters; no marks of
# trade, which are not said.
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc\uff01-\uff60\u2100-\u211f\u2121\u2123-\u214f]+")
_UNSEEN = (
    "\u00ad\u034f\u061c\u0640"  # soft hyphen, joiner, Arabic letter mark, tatweel
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"  # zero width, bidi, variation selectors
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    "\ufff9-\ufffd"  # annotation and replacement characters
    "\u0610-\u061a\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Qur'anic signs of recitation
)
_INVISIBLE = re.compile(f"[{_UNSEEN}\ud800-\udfff]+")
# Long enough for a run of combining marks to be cut: they are no letters, ASCII, arrows, drawings or emoji.
_MAY_HOLD_MARK_RUN = re.compile(r"[^\w\s!-~\u2190-\u2bff\U0001f000-\U0001faff]{9,}")
_MARKS_MAX = 8
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

# Characters that change nothing before them, nor are changed by it: cleaning may begin at each of them. All letters and
# digits but vowels and endings of Hangul, which compose, and forms of marks, which begin with a space or a tatweel.
_START = (
    r"(?![\u0640\u1160-\u11ff\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe7f])"
    r"[\w!-~\u00a1-\u00ac\u00ae-\u00bf\u060c\u061b\u061f\u066a-\u066d\u06d4\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    r"\u2100-\u2bff\u3001-\u3029\ue000-\uf8ff\uff01-\uff60\U0001f000-\U0001faff]"
)
_ANY_START = re.compile(_START)
_BEFORE_LAST_START = re.compile(f"(?s:.+)(?={_START})")
# Those that marks behind them do not turn into something of which a sentence's end is judged differently.
_STEADY = re.compile(
    "[!-~\u00c0-\u02af\u0370-\u0482\u048a-\u0556\u060c\u061b\u061f\u0621-\u063a\u0641-\u064a\u0660-\u0669]"
)
# Also after a line break: whatever follows, what is spoken ends there.
_BREAKS = "\n\v\f\r\x85\u2028\u2029"
_BEFORE_LAST_WORD = re.compile(rf"(?s:.*)(?:\s(?={_START})|[{_BREAKS}])")
_MAY_BEGIN = re.compile(f"{_START}|[{_BREAKS}]")
_UP_TO_LAST_SPACE = re.compile(r"(?s:.*)\s")
# Nothing joins a space, but what comes to one itself would be a second one.
_START_OR_AFTER_SPACE = re.compile(
    rf"{_START}|(?<=\s)(?=[{_UNSEEN}\ud800-\udfff]*[^\s{_UNSEEN}\ud800-\udfff\ufc5e-\ufc63\ufe70-\ufe7f])"
)
_BLANK = re.compile(rf"[\s{_UNSEEN}]+")
_STRETCH_CHARACTERS = 256
_STRIDE = 16


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some text as it was written, and the same cleaned, but for outer white space, which it keeps as one character."""

    raw: str
    cleaned: str

    def split(self, cleaned_characters: int) -> tuple["Stretch", "Stretch", "Stretch"]:
        """Cut it behind so many cleaned characters: what was written for them, what that gave more, and the others."""
        at = through = cleaned_characters
        if self.raw != self.cleaned:
            at, through = self._written_for(cleaned_characters)
        return (
            Stretch(self.raw[:at], self.cleaned[:cleaned_characters]),
            Stretch("", self.cleaned[cleaned_characters:through]),
            Stretch(self.raw[at:], self.cleaned[through:]),
        )

    def _written_for(self, cleaned_characters: int) -> tuple[int, int]:
        """The shortest beginning of `raw` that gives so many cleaned characters, and how many it gives in all.

        Goes from one place where cleaning may begin to another, first in strides: cleans little more than it must.
        """
        at = length = 0
        for stride in (_STRIDE, 1):
            while at < len(self.raw) and length < cleaned_characters:
                start = _START_OR_AFTER_SPACE.search(self.raw, at + stride)
                stop = start.start() if start else len(self.raw)
                through = length + len(_in_one_spelling(self.raw[at:stop])) if start else len(self.cleaned)
                if stride > 1 and through >= cleaned_characters:
                    break
                at, length = stop, through
        return at, max(length, cleaned_characters)


class GradualCleaning:
    """`clean` for a text that comes piece by piece, or whose beginning is wanted first: stretch by stretch.

    The stretches join to the cleaned text, but for outer white space.
    Linear in the length of the text, also when it comes in single characters.
    """

    def __init__(self) -> None:
        self._raw = ""
        self._searched = 0
        self._after_space = True
        self._words = Stretch("", "")

    def add(self, text: str) -> None:
        """More text, any characters, cut anywhere."""
        self._raw += text

    @property
    def held(self) -> str:
        """What was added and not taken yet, as it was written."""
        return self._raw

    @property
    def next_character(self) -> str:
        """What the next stretch begins with, or "" when that is not sure; marks may still join it."""
        return self._raw[:1] if _STEADY.match(self._raw) else ""

    def next(self) -> Stretch | None:
        """The next stretch; None: more text may change it.

        It is written in 256 characters at most, unless there are more marks and signs in a row.
        """
        blank = _BLANK.match(self._raw) if self._after_space else None
        if blank is not None:
            return self._take(blank.end())
        end = self._sure_end()
        if end is None:
            self._searched = len(self._raw)
            return None
        return self._take(end)

    def _sure_end(self) -> int | None:
        """Where the next stretch ends; looks at no character twice that it has looked at in vain."""
        long = len(self._raw) > _STRETCH_CHARACTERS
        if self._searched <= _STRETCH_CHARACTERS:
            if not long and _MAY_BEGIN.search(self._raw, self._searched) is None:
                return None
            match = _BEFORE_LAST_WORD.match(self._raw, 0, _STRETCH_CHARACTERS)
            if match is None and long:
                match = _BEFORE_LAST_START.match(self._raw, 0, _STRETCH_CHARACTERS)
                match = match or _UP_TO_LAST_SPACE.match(self._raw, 0, _STRETCH_CHARACTERS)
            if match is not None:
                return match.end()
        start = _ANY_START.search(self._raw, max(self._searched, _STRETCH_CHARACTERS)) if long else None
        return start.start() if start else None

    def words(self) -> Stretch | None:
        """What `next` holds back up to the last white space, or all of it when it ends in a punctuation mark.

        For who cannot wait. Nothing is taken: `take_words` does that.
        """
        raw = self._raw[:_STRETCH_CHARACTERS]
        if raw != self._raw or not unicodedata.category(raw[-1:] or " ").startswith("P"):
            match = _UP_TO_LAST_SPACE.match(raw)
            raw = match[0] if match else ""
        if raw != self._words.raw:
            self._words = Stretch(raw, _in_one_spelling(raw))
        return self._words if raw else None

    def take_words(self, words: Stretch) -> None:
        """What `words` gave has been used."""
        self._remove(words)

    def rest(self) -> Stretch:
        """All that is left, as if the text ended here."""
        return self._take(len(self._raw))

    def _take(self, characters: int) -> Stretch:
        raw = self._raw[:characters]
        cleaned = _in_one_spelling(raw)
        stretch = Stretch(raw, cleaned.lstrip(" ") if self._after_space else cleaned)
        self._remove(stretch)
        return stretch

    def _remove(self, stretch: Stretch) -> None:
        self._raw = self._raw[len(stretch.raw) :]
        self._searched = 0
        if stretch.cleaned:
            self._after_space = stretch.cleaned[-1].isspace()


@dataclass(frozen=True, slots=True)
class Traced:
    """Cleaned text, but for outer white space, and for each of its characters the span of the raw text it came from."""

    cleaned: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """The span of the raw text that gave `cleaned[start:end]`, which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def trace(text: str) -> Traced:
    """Clean a text and keep where each character came from. For looking at; `GradualCleaning` is for speaking."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        start = _START_OR_AFTER_SPACE.search(text, at + 1)
        stop = start.start() if start else len(text)
        piece = _in_one_spelling(text[at:stop])
        pieces.append(piece)
        starts += [at] * len(piece)
        ends += [at + (len(text[at:stop].rstrip()) or stop - at)] * len(piece)
        at = stop
    return Traced("".join(pieces), tuple(starts), tuple(ends))


def clean(text: str) -> str:
    """The same text in one spelling: NFC, no invisible characters, single spaces, one newline per line break.

    Never raises. The result has at most 18 times the length (U+FDFA is a whole phrase); runs of more than
    eight combining marks are cut to eight, which also keeps the normalisation linear.
    """
    return _in_one_spelling(text).strip()


def _in_one_spelling(text: str) -> str:
    text = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _INVISIBLE.sub("", text)
    text = _MAY_HOLD_MARK_RUN.sub(_with_short_mark_runs, text)
    # And once more, for letters that NFC takes apart.
    text = _MAY_HOLD_MARK_RUN.sub(_with_short_mark_runs, unicodedata.normalize("NFC", text)).translate(_LOOK_ALIKES)
    return _LINE_BREAK.sub("\n", _SPACE.sub(" ", text))


def _with_short_mark_runs(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_MAX:
            kept.append(character)
    return "".join(kept)
