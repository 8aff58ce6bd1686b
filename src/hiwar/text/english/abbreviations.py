"""English abbreviations by their words, without their points and in lower case."""

TITLES: dict[str, str] = {
    "mr": "Mister", "mrs": "Missus", "ms": "Miz", "dr": "Doctor", "prof": "Professor", "gen": "General",
    "col": "Colonel", "capt": "Captain", "lt": "Lieutenant", "sgt": "Sergeant", "rev": "Reverend", "hon": "Honorable",
    "gov": "Governor", "sen": "Senator", "rep": "Representative", "eng": "Engineer",
}  # fmt: skip
"""Before a name."""

AFTER_NAMES: dict[str, str] = {
    "jr": "Junior", "sr": "Senior", "st": "Street", "dr": "Drive", "ave": "Avenue", "rd": "Road", "blvd": "Boulevard",
    "ln": "Lane", "hwy": "Highway", "bldg": "Building", "inc": "Incorporated", "ltd": "Limited", "corp": "Corporation",
    "co": "Company", "bros": "Brothers",
}  # fmt: skip
"""Behind a name. The point may be missing there."""

AFTER_NUMBERS: dict[str, tuple[str, str]] = {
    "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"), "ft": ("foot", "feet"),
}  # fmt: skip
"""One and several."""

COMPASS: dict[str, str] = {"n": "North", "s": "South", "e": "East", "w": "West"}
"""Before the name of a street."""

BEFORE_NUMBERS: dict[str, str] = {
    "no": "number", "nos": "numbers", "vol": "volume", "fig": "figure", "pp": "pages", "p": "page", "ch": "chapter",
    "apt": "apartment", "ext": "extension", "tel": "telephone", "ste": "suite", "bldg": "building", "rm": "room",
    "art": "article", "sec": "section", "hwy": "highway", "rte": "route",
}  # fmt: skip

OTHERS: dict[str, str] = {
    "approx": "approximately", "vs": "versus", "etc": "et cetera", "e.g": "for example", "i.e": "that is",
    "cf": "compare", "dept": "department", "est": "established", "govt": "government", "univ": "university",
    "mt": "Mount", "ft": "Fort", "max": "maximum", "min": "minimum", "avg": "average", "incl": "including",
    "misc": "miscellaneous", "hr": "hour", "hrs": "hours", "pts": "points", "sq": "square", "cu": "cubic",
    "w/o": "without", "w/": "with", "w.r.t": "with respect to", "n/a": "not applicable", "c/o": "care of",
    "a/c": "account", "acct": "account", "appt": "appointment", "msg": "message", "thx": "thanks", "pls": "please",
    "plz": "please", "btw": "by the way", "qty": "quantity", "p.a": "per annum", "a.k.a": "also known as",
    "ref": "reference",
}  # fmt: skip

WITHOUT_POINT: frozenset[str] = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "vs", "etc", "approx", "dept", "govt", "tsp", "tbsp", "pts", "no", "nos", "vol",
    "fig", "apt", "ext", "tel", "ste", "bldg", "rm", "hr", "hrs", "sq", "ft", "n/a", "c/o", "a/c", "acct", "appt",
    "msg", "thx", "pls", "plz", "btw", "qty", "hwy", "rte",
})  # fmt: skip
"""Those before numbers need a capital then."""

DATES: dict[str, str] = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "jun": "June", "jul": "July", "aug": "August",
    "sep": "September", "sept": "September", "oct": "October", "nov": "November", "dec": "December", "mon": "Monday",
    "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "thur": "Thursday",
    "thurs": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
"""With a capital and a point."""
