"""Addresses: email, web, domains, file names, mentions and hashtags."""

import re

from hiwar.text.classification.reading import ARABIC, LATIN, Found, Reading
from hiwar.text.tokens import Address

# Every run is bounded, so that a look at each place of a long text stays linear.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?"
_TOP = (
    "com|org|net|edu|gov|mil|info|biz|io|ai|app|dev|tv|me|co|sa|ae|eg|jo|kw|qa|bh|om|iq|lb|sy|ye|ma|tn|dz|ly|ps|sd"
    "|uk|us|ca|de|fr|es|it|nl|eu|tr|in|pk|cn|jp|ru|ch|au|xyz|online|store|site|tech|cloud"
)
_PATH = r"(?:[/?#][^\s<>\"“”«»،؛؟]{0,2000})?"
_EMAIL = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}@{_LABEL}(?:\.{_LABEL}){{1,5}}")
_WEB = re.compile(
    rf"(?:https?://|www\.)[^\s<>\"“”«»،؛؟]{{1,2000}}|(?:{_LABEL}\.){{1,4}}(?:{_TOP})(?![A-Za-z0-9-]|\.[A-Za-z0-9]){_PATH}"
)
_FILE = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,20}){0,3}\."
    r"(?:pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|gif|svg|mp[34]|wav|zip|exe|py|js|html?|json|xml|apk|md|yaml|toml)"
    r"(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_TAG = re.compile(rf"#(?=[0-9_]{{0,40}}[{LATIN}{ARABIC}])[{LATIN}{ARABIC}0-9_]{{1,200}}+(?!-[0-9])")
_MENTION = re.compile(r"@[A-Za-z_][A-Za-z0-9_.]{1,60}")
_CLOSERS = ".,;:!?…'’)]}"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def address(reading: Reading, at: int) -> Found | None:
    """An address that begins with a letter or digit. What ends a sentence or a bracket behind it is no part of it."""
    text = reading.western
    match = _EMAIL.match(text, at)
    if match is None:
        match = _WEB.match(text, at) or _FILE.match(text, at)
    if match is None:
        return None
    end = _without_closers(text, at, match.end())
    return Found(end, Address(reading.text[at:end]), "en") if end > at else None


def _without_closers(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _CLOSERS:
        opener = _BRACKETS.get(text[end - 1])
        if opener is not None and text.count(opener, start, end) >= text.count(text[end - 1], start, end):
            break
        end -= 1
    return end


def tag(reading: Reading, at: int) -> Found | None:
    """A hashtag or a mention, which begin with their signs. Arabic letters in a hashtag make it Arabic."""
    if at and reading.western[at - 1].isalnum():
        return None
    match = _TAG.match(reading.western, at) or _MENTION.match(reading.western, at)
    if match is None:
        return None
    end = _without_closers(reading.western, at, match.end())
    written = reading.western[at:end]
    return Found(end, Address(written), "ar" if any("\u0620" <= letter <= "\u064a" for letter in written) else "en")
