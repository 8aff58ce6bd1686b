"""What Arabic abbreviations stand for; single letters by what stands beside them."""

from collections.abc import Sequence

from hiwar.text.arabic.grammar import bare, definite
from hiwar.text.arabic.spelling import letters
from hiwar.text.arabic.surroundings import beside, plain_word, word_before
from hiwar.text.tokens import Abbreviation, Cardinal, Date, Digits, Mark, Phone, Range, Time, Token, Word

# Before a name, by the gender of its bearer.
_TITLES = {
    "د": ("دُكْتُور", "دُكْتُورَة"), "أ": ("أُسْتَاذ", "أُسْتَاذَة"), "م": ("مُهَنْدِس", "مُهَنْدِسَة"),
    "أد": ("أُسْتَاذ الدُّكْتُور", "أُسْتَاذَةُ الدُّكْتُورَة"), "دم": ("دُكْتُور الْمُهَنْدِس", "دُكْتُورَةُ الْمُهَنْدِسَة"),
}  # fmt: skip
_WORDS = {
    "إلخ": "إِلَى آخِرِه", "الخ": "إِلَى آخِرِه", "صب": "صُنْدُوق بَرِيد", "قم": "قَبْلَ الْمِيلَاد", "بم": "بَعْدَ الْمِيلَاد",
    "جم": "جُنَيْه مِصْرِيّ", "رس": "رِيَال سُعُودِيّ", "رع": "رِيَال عُمَانِيّ", "رق": "رِيَال قَطَرِيّ",
    "دإ": "دِرْهَم إِمَارَاتِيّ", "دك": "دِينَار كُوَيْتِيّ",
    "دأ": "دِينَار أُرْدُنِّيّ", "دب": "دِينَار بَحْرَيْنِيّ", "دع": "دِينَار عِرَاقِيّ", "جمع": "جُمْهُورِيَّةُ مِصْرَ الْعَرَبِيَّة",
    "ومأ": "الْوِلَايَاتُ الْمُتَّحِدَةُ الْأَمْرِيكِيَّة", "ذمم": "ذَاتُ مَسْؤُولِيَّة مَحْدُودَة", "شمم": "شَرِكَة مُسَاهِمَة مِصْرِيَّة",
    "شمع": "شَرِكَة مُسَاهِمَة عَامَّة",
    "ه": "هِجْرِيّ", "هـ": "هِجْرِيّ", "ت": "هَاتِف", "ش": "شَارِع", "ط": "طَابِق", "ج": "جَوَّال", "ف": "فَاكْس",
    "س": "سُؤَال", "ق": "دَقِيقَة", "ث": "ثَانِيَة",
    "ك": "كِيلُو", "كم": "كِيلُومِتْر", "سم": "سَنْتِيمِتْر", "مم": "مِلِّيمِتْر", "كغ": "كِيلُوغَرَام",
    "كجم": "كِيلُوغَرَام", "غ": "غَرَام",
    "رض": "رَضِيَ اللهُ عَنْه", "صلعم": "صَلَّى اللهُ عَلَيْهِ وَسَلَّم", "ع": "عَدَد", "تل": "هَاتِف", "تلف": "هَاتِف",
    "موب": "مُوبَايْل", "فق": "فِقْرَة",
}  # fmt: skip
_TITLES_BY_KEY = {bare(short): titles for short, titles in _TITLES.items()}
_WORDS_BY_KEY = {bare(short): words for short, words in _WORDS.items()}
_MORNING, _EVENING, _PAGE, _COMMON_ERA = "صَبَاحًا", "مَسَاءً", "صَفْحَة", "مِيلَادِيّ"
_BLESSING = "صَلَّى اللهُ عَلَيْهِ وَسَلَّم"
_FULL_TITLES = "دكتور دكتورة أستاذ أستاذة مهندس مهندسة الدكتور الأستاذ المهندس يا"
_MEN_WITH_TA_MARBUTA = (
    "أسامة حمزة طلحة معاوية عبيدة قتادة حذيفة عكرمة ربيعة عطية جمعة خليفة أمية سلامة عبادة شحاتة عرفة حارثة"
)
_WOMEN = """
مريم زينب سعاد هند نور هدى منى سلمى ليلى لبنى نجوى ندى رنا دينا رانيا داليا سارا ريم نوف أمل إيمان حنان وفاء هناء أسماء
شيماء دعاء إسراء آلاء نجلاء علياء لمياء سناء هيفاء إلهام ابتسام أحلام شروق مها سمر سحر عبير لينا ياسمين
"""
_NO_ARTICLE_AFTER = frozenset(map(bare, _FULL_TITLES.split()))
_MEN = frozenset(map(bare, _MEN_WITH_TA_MARBUTA.split()))
_WOMEN_BY_KEY = frozenset(map(bare, _WOMEN.split()))


def abbreviation(tokens: Sequence[Token], index: int, value: Abbreviation) -> str:
    """The words it stands for; letters that stand for none are spelled."""
    key = bare("".join([letter for letter in value.text if letter.isalpha()]))
    if (said := _by_neighbours(tokens, index, key)) is not None:
        return said
    if key in _TITLES_BY_KEY:
        return _title(tokens, index, key)
    return _WORDS_BY_KEY.get(key) or letters(value.text)


def _by_neighbours(tokens: Sequence[Token], index: int, key: str) -> str | None:
    before, after = _content(tokens, index, -1), _content(tokens, index, 1)
    if key == "ص":
        if _stands_in_brackets(tokens, index):
            return _BLESSING
        return _MORNING if isinstance(before, Cardinal | Time) and not isinstance(after, Cardinal | Range) else _PAGE
    if key == "م" and not isinstance(after, Word):
        return _EVENING if isinstance(before, Time) else _COMMON_ERA
    if key == "م" and isinstance(before, Time | Date):
        return _EVENING if isinstance(before, Time) else _COMMON_ERA
    if len(word_before(tokens, index).removeprefix("و")) == 1:
        return letters(key)  # one of several, as on number plates
    if key == "ج" and not _is_number_named(tokens, index):
        numbered = isinstance(after, Cardinal) and isinstance(_content(tokens, beside(tokens, index, 1), 1), Mark)
        return "جَوَاب" if numbered or isinstance(after, Mark) else "جُزْء"
    return None


def _stands_in_brackets(tokens: Sequence[Token], index: int) -> bool:
    around = [token.content for token in tokens[max(0, index - 1) : index + 2]]
    return len(around) == 3 and isinstance(around[0], Mark) and isinstance(around[2], Mark) and "(" in around[0].text


def _is_number_named(tokens: Sequence[Token], index: int) -> bool:
    """A telephone number follows, also behind a colon."""
    return any(isinstance(token.content, Phone | Digits) for token in tokens[index + 1 : index + 3])


def _title(tokens: Sequence[Token], index: int, key: str) -> str:
    """With the article before a name, without it when called by it or beside another title."""
    name = plain_word(tokens, beside(tokens, index, 1))
    title = _TITLES_BY_KEY[key][_is_woman(name)]
    if not name or word_before(tokens, index) in _NO_ARTICLE_AFTER:
        return title
    return definite(title)


def _is_woman(name: str) -> bool:
    return name in _WOMEN_BY_KEY or (name.endswith("ة") and name not in _MEN)


def _content(tokens: Sequence[Token], index: int, step: int) -> object:
    at = beside(tokens, index, step)
    return tokens[at].content if at >= 0 else None
