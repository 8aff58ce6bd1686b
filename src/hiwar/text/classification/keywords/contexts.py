"""Words that tell what a number after them is. Arabic ones stand without the letters that cling to their front."""

from hiwar.text.tokens import Scale

YEAR: frozenset[str] = frozenset({
    "in", "since", "year", "years", "by", "until", "till", "from", "during", "circa", "late", "early", "mid",
    "عام", "عامي", "سنة", "موسم", "صيف", "شتاء", "خريف", "ربيع", "منذ", "حتى", "رؤية", "إكسبو", "اكسبو",
    "مونديال", "مواليد", "قمة", "انتخابات", "أولمبياد", "ميزانية", "طراز", "موديل",
})  # fmt: skip

SHORT_YEAR: frozenset[str] = frozenset({"est", "ca", "c"})

LIKELY_YEAR: frozenset[str] = frozenset({"the", "between", "بين", "عالم"})
"""Before 1900 to 2099 only."""

RESULT: frozenset[str] = frozenset({
    "فاز", "فازت", "خسر", "خسرت", "تعادل", "تعادلا", "تعادلت", "هزم", "هزمت", "تغلب", "تغلبت", "انتصر", "انتصرت",
    "نتيجة", "فوز", "خسارة", "هزيمة", "مباراة", "شوط",
})  # fmt: skip
"""Two numbers with a dash a few words behind one of them are what each side has scored."""

RATED: frozenset[str] = frozenset({"تقييم", "تقييمه", "تقييمها", "درجة", "درجته", "درجتي", "علامة", "علامته", "علامتي"})
"""Two numbers with a stroke behind one of them are so many points of so many, not a fraction."""

FLIGHT: frozenset[str] = frozenset({"flight", "flights", "رحلة", "رحلتك", "رحلات", "للرحلة"})
"""Two letters behind one of them are an airline's, although they may stand for a currency: QR 1155."""

FROM: frozenset[str] = frozenset({"من"})
"""After one of them a dash stands between two ends, also from a larger number to a smaller one: hours, from 9-5."""

JOINS_YEARS: frozenset[str] = frozenset({"to", "and", "or", "through", "و", "أو", "إلى", "الى", "حتى"})

DATE: frozenset[str] = frozenset({"on", "date", "dated", "يوم", "تاريخ", "موافق", "حتى", "لغاية"})
"""Two numbers with a slash behind one of them are day and month."""

CODE: frozenset[str] = frozenset({
    "code", "codes", "pin", "otp", "passcode", "password", "ending", "ends", "extension", "ext", "dial", "call", "id",
    "رمز", "رمزك", "كود", "تنتهي", "ينتهي", "منتهية", "منتهي", "تحويلة", "سري", "مرور", "مرورك", "اتصل", "اتصلوا",
})  # fmt: skip
"""Three digits and more after one of them are said one by one."""

NUMBERED: frozenset[str] = frozenset({
    "account", "card", "number", "reference", "ref", "booking", "confirmation", "tracking", "order", "invoice",
    "ticket", "serial", "policy", "iban", "phone", "customer",
    "حساب", "حسابك", "بطاقة", "بطاقتك", "رقم", "رقمك", "هوية", "جوال", "هاتف",
    "مرجع", "مرجعي", "حجز", "تتبع", "طلب", "طلبك", "فاتورة", "تذكرة", "آيبان",
})  # fmt: skip
"""The same for four digits and more."""

HAS_NUMBER: frozenset[str] = frozenset({"my", "your", "our", "his", "her", "their", "the", "mobile", "contact", "tel"})

JOINS_CODE: frozenset[str] = frozenset({
    "is", "are", "was", "be", "in", "with", "number", "no", "the", "your", "our", "my", "at", "on", "us", "me", "now",
    "as", "to", "of", "for", "by", "one", "time", "last", "four", "digits", "following", "new", "using", "sent", "it",
    "this", "and", "please", "enter", "use", "verification", "from", "reads", "not", "hotline",
})  # fmt: skip
"""English words that may stand between one of those and the digits, beside names."""

CALLED_OUT: frozenset[str] = frozenset({
    "room", "suite", "flight", "train", "bus", "route", "highway", "interstate", "apartment", "gate", "seat", "unit",
    "office", "villa", "hwy", "rte", "rm", "ste", "apt", "bldg",
})  # fmt: skip

STATES: frozenset[str] = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS",
    "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV",
    "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
})  # fmt: skip
"""Postal abbreviations of the USA."""

HOUR: frozenset[str] = frozenset({"ساعة", "ساعه"})

SCALES: dict[str, Scale] = {
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
    "ألف": "thousand", "الف": "thousand", "ألفا": "thousand", "آلاف": "thousand", "الاف": "thousand",
    "مليون": "million", "مليونا": "million", "ملايين": "million", "مليار": "billion", "مليارا": "billion",
    "مليارات": "billion", "بليون": "billion", "تريليون": "trillion", "تريليونات": "trillion", "ترليون": "trillion",
}  # fmt: skip

PREFIXES: frozenset[str] = frozenset({
    "و", "ف", "ب", "ل", "ك", "ال", "بال", "لل", "وال", "وب", "ول", "كال", "فال", "فب", "وبال", "ولل", "وك",
})  # fmt: skip

LETTERED: frozenset[str] = frozenset({
    "block", "gate", "plan", "vitamin", "grade", "type", "group", "section", "building", "terminal", "hepatitis",
    "zone", "wing", "team", "class", "series", "category", "option", "part", "exhibit", "appendix", "annex", "hall",
    "tower", "unit", "room", "level", "an",
})  # fmt: skip
"""A capital A behind one of them is the letter."""

ROMAN_COUNTED: frozenset[str] = frozenset({
    "chapter", "part", "act", "scene", "section", "volume", "book", "phase", "article", "war", "mark", "type", "level",
    "stage", "class", "grade", "episode", "round",
})  # fmt: skip
ROMAN_ORDERED: frozenset[str] = frozenset({
    "pope", "king", "queen", "henry", "louis", "edward", "george", "william", "charles", "james", "richard",
    "elizabeth", "napoleon", "pius", "benedict", "leo", "paul", "ramses", "frederick", "philip", "alexander",
    "nicholas", "peter", "catherine", "ivan", "mohammed", "hassan", "hussein", "abdullah", "francis", "john",
})  # fmt: skip
