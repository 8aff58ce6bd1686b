"""Texts to speak: everyday sentences put together at random, so that no two runs ask for the same thing."""

import random

_PHRASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("on Monday morning", "after the long meeting", "before the rain began", "in the old harbour town",
         "during the summer holidays", "at the end of the road", "long before the war", "a few minutes later"),
        ("the young doctor", "a tall engineer", "my neighbour's daughter", "the station master", "an old fisherman",
         "the new teacher", "our driver", "a quiet student"),
        ("carried", "repaired", "painted", "opened", "described", "forgot", "counted", "returned"),
        ("a box of letters", "the broken clock", "the wooden boat", "seven heavy books", "the garden gate",
         "a small silver key", "the map of the city", "the kitchen window"),
        ("near the bridge", "behind the market", "beside the river", "at the railway station", "in the library",
         "under the bright lamp", "on the second floor", "across the street"),
        ("and nobody asked why", "while the children watched", "because the bus was late", "and then went home",
         "although it was very cold", "so that everyone could see it"),
    ),
    "ar": (
        ("في صباح يوم الاثنين", "بعد الاجتماع الطويل", "قبل أن يبدأ المطر", "في المدينة القديمة", "خلال عطلة الصيف",
         "في نهاية الطريق", "قبل سنوات طويلة", "بعد دقائق قليلة"),
        ("حمل", "أصلح", "فتح", "وصف", "نسي", "أعاد", "باع", "وجد"),
        ("الطبيب الشاب", "المهندس الطويل", "مدير المحطة", "الصياد العجوز", "المعلم الجديد", "سائقنا", "طالب هادئ",
         "صاحب المتجر"),
        ("صندوق الرسائل", "الساعة القديمة", "سبعة كتب ثقيلة", "باب الحديقة", "مفتاحا صغيرا", "خريطة المدينة",
         "نافذة المطبخ", "القارب الخشبي"),
        ("قرب الجسر", "خلف السوق", "بجانب النهر", "في محطة القطار", "في المكتبة", "تحت المصباح", "في الطابق الثاني",
         "أمام المدرسة"),
        ("ولم يسأله أحد", "والأطفال يشاهدون", "لأن الحافلة تأخرت", "ثم عاد إلى البيت", "رغم أن الجو كان باردا",
         "حتى يراه الجميع"),
    ),
}  # fmt: skip
_COMMA = {"en": ",", "ar": "،"}
_NEARLY = 0.75


def text_of(language: str, characters: int, seed: int) -> str:
    """At most so many characters and nearly so, cut after a word as a caller's text may be; repeatable by the seed."""
    chance = random.Random(f"{language} {seed}")  # noqa: S311 - repeatable on purpose
    text = ""
    while len(text) < _NEARLY * characters:
        text = _sentences(language, characters, chance)[: characters + 1].rsplit(" ", 1)[0]
    return text


def _sentences(language: str, characters: int, chance: random.Random) -> str:
    text = ""
    while len(text) <= characters:
        text += _sentence(language, chance) + " "
    return text


def _sentence(language: str, chance: random.Random) -> str:
    """About 100 characters; half of them have their first comma early, half late."""
    when, *clause, where, tail = (chance.choice(phrases) for phrases in _PHRASES[language])
    comma = _COMMA[language]
    early = [f"{when}{comma}", *clause, f"{where}{comma}", tail]
    late = [*clause, where, f"{when}{comma}", tail]
    said = " ".join(chance.choice((early, late)))
    return said[0].upper() + said[1:] + "."
