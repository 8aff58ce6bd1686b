"""What is neither letter nor digit: marks that are heard as pauses, signs that are said, and what is silent."""

import re

from hiwar.text.classification.reading import ARABIC, LATIN, Found, Reading
from hiwar.text.tokens import Mark, Silent, Symbol, Word

_MARKS = re.escape(".,!?;:…—–‐‑‒―()[]{}\"'«»“”„‘’‚‹›،؛؟۔٫٬-")
# A run ends where a number, a tag or an emoticon begins.
_MARK = re.compile(rf"[{_MARKS}](?:(?!-\.?[0-9]|\.[0-9]|\([0-9])[{_MARKS}])*")
_JOINT = re.compile(rf"(?<=[{LATIN}{ARABIC}0-9%])[-‐‑–'’](?=[{LATIN}{ARABIC}0-9])")
_EMOTICON = re.compile(r"(?:[:;=]['’]?-?[)(DPpOo3/\\|*\]\[]{1,9}|<3+|\^_*\^|[xX]D+|T_T|-_-)(?=[\s.,!?؟،]|\Z)")
_SAID = "&+=@#*°/×÷±≈≤≥≠<>~%‰$€£¥₹§²³^¢"
_OTHER_WORD = re.compile(r"[^\W\d_]+")
_SILENT = re.compile(rf"[^\w\s{_MARKS}{re.escape(_SAID)}]+|_+")
_DECORATION = re.compile(r"([*#=~<>^/_])\1+|-{3,}")
_TIMES = re.compile(r"(?<=[0-9])\*(?=[0-9])")
_BULLET = re.compile(rf"\A\* [{LATIN}{ARABIC}]")
_HIDING = re.compile(r"\*[0-9]{3,6}(?![0-9#*])")
_RATIO = re.compile(r"(?<=[0-9]):(?=[0-9])")
_ALL_THE_TIME = re.compile(r"(?<=24)/(?=7(?![0-9]))")


def sign(reading: Reading, at: int) -> Found:
    """Whatever stands at a place where no word or number begins."""
    text = reading.text
    emoticon = _EMOTICON.match(text, at)
    if emoticon is not None and (at == 0 or not text[at - 1].isalnum()):
        return Found(emoticon.end(), Silent(emoticon[0]))
    joint = _JOINT.match(text, at) or _ALL_THE_TIME.match(reading.western, at) or _DECORATION.match(text, at)
    if joint is not None:
        return Found(joint.end(), Silent(joint[0]))
    if _RATIO.match(reading.western, at):
        return Found(at + 1, Symbol(":"))
    mark = _MARK.match(text, at)
    if mark is not None:
        return Found(mark.end(), Mark(mark[0]))
    if _TIMES.match(reading.western, at):
        return Found(at + 1, Symbol("×"))
    if reading.western[at] in _SAID:
        said = text[at] != "*" or _is_counted(reading, at)
        return Found(at + 1, Symbol(text[at]) if said else Silent(text[at]))
    other = _OTHER_WORD.match(text, at)
    if other is not None:
        return Found(other.end(), Word(other[0]), reading.language)
    silent = _SILENT.match(text, at)
    return Found(silent.end(), Silent(silent[0])) if silent else Found(at + 1, Silent(text[at]))


def _is_counted(reading: Reading, at: int) -> bool:
    """A star alone or in *100# is said; at a word it emphasises, before other digits it hides some; no bullet is."""
    before = reading.western[at - 1 : at] or " "
    after = reading.western[at + 1 : at + 2] or " "
    if _BULLET.match(reading.text, at):
        return False
    if _HIDING.match(reading.western, at):
        return False
    return not (before.isalpha() or after.isalpha()) and "*" not in (before, after)
