"""Names and words of the Arab world that the English G2P gets wrong, in its phonemes; a lexicon goes before them."""

import re

_PHONEMES: dict[str, str] = {
    "abha": "ˈæbhə", "abdulaziz": "ˌæbdʊləzˈiz", "abdullah": "æbdˈʊlə", "absher": "ˈæbʃɪɹ", "ahmad": "ˈɑmɑd",
    "ahmed": "ˈɑmɛd", "aisha": "ɑˈiʃə", "amman": "əmˈɑn", "aramco": "əɹˈæmkO", "awwal": "ˈɑwəl", "aziz": "əzˈiz",
    "baisa": "bˈIzə", "beirut": "bAɹˈut", "burj": "bˈʊɹʤ", "careem": "kəɹˈim", "cetera": "sˈɛTəɹə",
    "dammam": "dæmˈɑm", "dhabi": "dˈɑbi", "dhul": "ðˈʊl", "etihad": "ˌɛTihˈɑd", "habibi": "həbˈibi",
    "hassan": "həsˈɑn", "hijjah": "hˈɪʤə", "hijri": "hˈɪʤɹi", "huda": "hˈudə", "husain": "husˈAn",
    "hussain": "husˈAn", "hussein": "husˈAn", "ibrahim": "ˌɪbɹəhˈim", "jumada": "ʤumˈɑdə", "jumeirah": "ʤumˈAɹə",
    "khaled": "kˈɑlɪd", "khalifa": "kəlˈifə", "khobar": "kˈObɑɹ", "madinah": "mədˈinə", "maryam": "mˈɑɹjəm",
    "mohamed": "mOhˈɑməd", "mohammed": "mOhˈɑməd", "noor": "nˈʊɹ", "nour": "nˈʊɹ", "omar": "ˈOmɑɹ",
    "qadah": "kˈɑdə", "qatari": "kətˈɑɹi", "rabi": "ɹəbˈi", "rahman": "ɹɑmˈɑn", "rajab": "ɹəʤˈɑb",
    "rajhi": "ɹˈɑʤhi", "safar": "səfˈɑɹ", "salman": "sɑlmˈɑn", "sara": "sˈɑɹə", "saud": "sɑˈud",
    "saudia": "sɑˈudiə", "shaban": "ʃɑbˈɑn", "shawwal": "ʃəwˈɑl", "tabuk": "təbˈuk", "thani": "θˈɑni",
    "umrah": "ˈʊmɹə", "youssef": "jˈusəf", "yousef": "jˈusəf", "zainab": "zˈAnəb",
}  # fmt: skip
_ANY = "|".join(sorted(_PHONEMES, key=len, reverse=True))
# What is marked up already is passed over.
_WORD = re.compile(
    rf"\[[^\[\]\n]{{0,100}}\]\([^()\n]{{0,200}}\)|\b(?P<word>{_ANY})(?P<of>'s)?(?![\w'-])", re.IGNORECASE
)


def with_pronunciations(text: str) -> str:
    """The text with those words in the G2P's mark-up, `[Ahmed](/ˈɑmɛd/)`. As many words as before."""
    return _WORD.sub(_marked_up, text)


def _marked_up(match: re.Match[str]) -> str:
    if match["word"] is None:
        return match[0]
    ending = "z" if match["of"] else ""
    return f"[{match[0]}](/{_PHONEMES[match['word'].lower()]}{ending}/)"
