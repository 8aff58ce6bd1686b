"""Marked words and phrases, and how a careful reader says them in the pausal style of prompts."""

import pytest

from hiwar.text.arabic.phonemes import pronounce

SUN_LETTERS = """
التَّاجِرُ 'attaajir; الثَّوْبُ 'aththawb; الدَّرْسُ 'addars; الذَّهَبُ 'adhdhahab; الرَّجُلُ 'arrajul; الزَّيْتُ 'azzayt
السُّوقُ 'assuuq; الشَّايُ 'ashshaay; الصَّبْرُ 'aSSabr; الضَّوْءُ 'aDDaw'; الطِّفْلُ 'aTTifl; الظُّهْرُ 'aZZuhr
اللَّيْلُ 'allayl; النُّورُ 'annuur; الرَيَاضُ 'arrayaaD; وَالشَّمْسُ washshams; فَالسُّوقُ fassuuq; بِالطَّائِرَةِ biTTaa'ira
كَالنُّورِ kannuur; لِلرَّجُلِ lirrajul; وَلِلنَّاسِ walinnaas; لِلُّغَةِ lillugha; لِلَّيْلِ lillayl; اَلدَّرْسُ 'addars
"""
MOON_LETTERS = """
الْأَبُ 'al'ab; الْبَابُ 'albaab; الْجَوُّ 'aljaww; الْحُبُّ 'alHubb; الْخَيْرُ 'alkhayr; الْعَامُ 'alEaam; الْغَدُ 'alghad
الْفُنْدُقُ 'alfunduq; الْقَلَمُ 'alqalam; الْكِتَابُ 'alkitaab; الْمَاءُ 'almaa'; الْهَاتِفُ 'alhaatif; الْوَقْتُ 'alwaqt
الْيَوْمُ 'alyawm; الْإِنْسَانُ 'al'insaan; الْآنَ 'al'aan; لِلْبَيْتِ lilbayt; وَبِالْوَالِدَيْنِ wabilwaalidayn; ٱلْبَيْتُ 'albayt
"""
SILENT_HAMZA = """
اُكْتُبْ 'uktub; اكْتُبْ 'uktub; اِجْلِسْ 'ijlis; اجْلِسْ 'ijlis; افْتَحْ 'iftaH; ادْخُلُوا 'udkhuluu; انْطَلَقَ 'inTalaq
اجْتَمَعَ 'ijtamaE; احْمَرَّ 'iHmarr; اسْتَخْدَمَ 'istakhdam; اسْتُخْدِمَ 'ustukhdim; افْتُتِحَ 'uftutiH; انْتِظَارٌ 'intiZaar
اسْتِعْلَامٌ 'istiElaam; اتِّصَالٌ 'ittiSaal; اتَّصَلَ 'ittaSal; الْتَزَمَ 'iltazam; الِالْتِزَامُ 'aliltizaam; اِلْتَقَى 'iltaqaa
اسْمٌ 'ism; اسْمُكَ 'ismuk; ابْنُهُ 'ibnuh; ابْنَةٌ 'ibna; امْرَأَةٌ 'imra'a; اثْنَانِ 'ithnaan; اثْنَتَانِ 'ithnataan
وَاجْلِسْ wajlis; وَاسْتَمَعَ wastamaE; فَانْتَظِرْ fantaZir; وَاسْمُهُ wasmuh; بِاسْمِ bism; لِابْنِهِ libnih; وَاتَّصِلْ wattaSil
بِانْتِظَامٍ bintiZaam; لِاتِّصَالِكَ littiSaalik; الِاسْمُ 'alism; الِاتِّصَالُ 'alittiSaal; وَالِانْتِظَارُ walintiZaar
بِالِاسْمِ bilism; لِلِاسْتِعْلَامِ lilistiElaam; كَافَّةً kaaffa; وَالِدِي waalidii; فَاتُورَةٌ faatuura; فَاكْسٌ faaks; بَالِغٌ baaligh
"""
ENDINGS = """
كِتَابًا kitaaban; شُكْرًا shukran; مَسَاءً masaa'an; مَدْرَسَةً madrasa; فَتًى fatan; غَدًا ghadan; جِدًّا jiddan; كِتَابٌ kitaab
كِتَابٍ kitaab; يَكْتُبُ yaktub; كَتَبَ katab; كَتَبَتْ katabat; كَتَبْتُ katabt; قَالُوا qaaluu; دَعَوْا daEaw; لَوْ law
مُوسَى muusaa; حَتَّى Hattaa; الْمُسْتَشْفَى 'almustashfaa; مَبْنًى mabnan; فِى fii; حَيَاةٌ Hayaa; جَامِعَةٌ jaamiEa
حَقّ Haqq; رَدَّ radd; مُهِمّ muhimm; عَامّ Eaamm; خَطُّ khaTT; مِصْرِيّ miSrii; مِصْرِيَّة miSriyya; قَوِيٌّ qawii
نَحْوَ naHw; رَأْيٌ ra'y; عَدُوٌّ Eaduu; حَيٌّ Hayy; دُبَيُّ dubayy; أَبِي 'abii; بَيْتٌ bayt; شَيْءٌ shay'; ضَوْءٌ Daw'
أَنَّ 'anna; لِأَنَّ li'anna; وَأَنَّ wa'anna; أَنْ 'an; أَنْتَ 'anta; نَحْنُ naHnu; سَوْفَ sawfa; ثُمَّ thumma; مَعَ maEa
"""
HIDDEN = """
هَذَا haadhaa; هٰذَا haadhaa; هَذِهِ haadhih; ذَلِكَ dhaalik; كَذَلِكَ kadhaalik; وَلِذَلِكَ walidhaalik; هَكَذَا haakadhaa
لَكِنْ laakin; وَلَكِنْ walaakin; لَكِنَّ laakinna; لَكِنَّهُ laakinnah; وَلَكِنَّهَا walaakinnahaa; هَؤُلَاءِ haa'ulaa'
أُولَئِكَ 'ulaa'ik; الرَّحْمَنِ 'arraHmaan; طَهَ Taahaa; إِلَهٌ 'ilaah; إِلَهِي 'ilaahii; مِئَة mi'a; مِائَة mi'a
مِائَتَانِ mi'ataan; ثَلَاثُمِائَةٍ thalaathumi'a; عَمْرٌو Eamr; دَاوُدُ daawuud; هُوَ huwa; وَهِيَ wahiya; أَنَا 'ana
اللَّهُ 'allaah; وَاللَّهِ wallaah; بِاللَّهِ billaah; لِلَّهِ lillaah; اللَّهُمَّ 'allaahumma; عبدالله Eabdullaah
عَبْدُالرَّحْمَن EabdurraHmaan; عَبْدُالعَزِيزِ EabdulEaziiz; وَلِهَذَا walihaadhaa
"""
HAMZA = """
سُؤَالٌ su'aal; رَأْسٌ ra's; بِئْرٌ bi'r; مُؤَسَّسَةٌ mu'assasa; رَئِيسٌ ra'iis; جُزْءٌ juz'; شُؤُونٌ shu'uun; قِرَاءَةٌ qiraa'a
مَسْؤُولٌ mas'uul; آخَرُ 'aakhar; قُرْآنٌ qur'aan; مِرْآةٌ mir'aa; إِلَى 'ilaa; أُمٌّ 'umm; يَأْتِي ya'tii; مَائِدَةٌ maa'ida
إِلَيْهِ 'ilayh; عَلَيْكَ Ealayk; عَلَيْهِمْ Ealayhim; إِلَيَّ 'ilayy; لَدَيْنَا ladaynaa; عَلَيْكُمْ Ealaykum
"""
OTHERS = """
پَارِيس paariis; چَات chaat; ڤِيدِيُو viidiyuu; گُوگِل guugil
كتب katab; مكتب maktab; كتاب kataab; محمد maHmad; شركة sharka; بنك banak; بيت biit; نور nuur
"""


def cases(*tables: str) -> list[tuple[str, str]]:
    found = [case.split() for table in tables for case in table.replace("\n", ";").split(";") if case.strip()]
    return [(word, phones) for word, phones in found]


def said(text: str) -> str:
    return " ".join("".join(word.phones) + word.pause for word in pronounce(text))


@pytest.mark.parametrize(
    ("word", "phones"), cases(SUN_LETTERS, MOON_LETTERS, SILENT_HAMZA, ENDINGS, HIDDEN, HAMZA, OTHERS)
)
def test_a_word_alone(word: str, phones: str) -> None:
    assert said(word) == phones


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("فِي الْمَدِينَةِ", "fi lmadiina"),
        ("إِلَى الْبَيْتِ", "'ila lbayt"),
        ("عَلَى الطَّاوِلَةِ", "Eala TTaawila"),
        ("كَتَبُوا الدَّرْسَ", "katabu ddars"),
        ("هَذَا الْكِتَابُ", "haadha lkitaab"),
        ("هَذِهِ الْمَدِينَةُ", "haadhihi lmadiina"),
        ("عَنِ الرَّصِيدِ", "Eani rraSiid"),
        ("أَبُو الْقَاسِمِ", "'abu lqaasim"),
        ("مَا اسْمُكَ", "ma smuk"),
        ("فِي اسْمِي", "fi smii"),
        ("قُلِ اسْمَكَ", "qul ismak"),
        ("عَلَى الِاتِّصَالِ", "Eala littiSaal"),
        ("نَعَمْ، الْبَيْتُ", "naEam, 'albayt"),
        ("فِي. الْبَيْتُ", "fii. 'albayt"),
        ("فِي غُرْفَةِ النَّوْمِ", "fii ghurfat annawm"),
        ("صَلَاةُ الْفَجْرِ", "Salaat alfajr"),
        ("مَدِينَةٌ كَبِيرَةٌ", "madiina kabiira"),
        ("الْمَدِينَةُ الْكَبِيرَةُ", "'almadiina lkabiira"),
        ("خَمْسَةَ عَشَرَ", "khamsat Eashar"),
        ("عَبْدُ اللَّهِ", "Eabdu llaah"),
        ("عَبْدُ الرَّحْمَنِ", "Eabdu rraHmaan"),
        ("عَبْدُ الْعَزِيزِ", "Eabdu lEaziiz"),
        ("مُحَمَّدُ بْنُ سَالِمٍ", "muHammad bin saalim"),
        ("بِسْمِ اللَّهِ الرَّحْمَنِ الرَّحِيمِ", "bismi llaah arraHmaan arraHiim"),
        ("إِنْ شَاءَ اللَّهُ", "'in shaa' allaah"),
        ("الْحَمْدُ لِلَّهِ", "'alHamdu lillaah"),
        ("أَنَّ الْحُكُومَةَ", "'anna lHukuuma"),
    ],
)
def test_words_together(text: str, phones: str) -> None:
    assert said(text) == phones


@pytest.mark.parametrize(
    ("word", "stress"),
    [
        ("كِتَابٌ", "kitˈaab"),
        ("مَكْتَبَةٌ", "mˈaktaba"),
        ("مَكْتُوبٌ", "maktˈuub"),
        ("مُحَاضَرَةٌ", "muHˈaaDara"),
        ("مُسْتَقْبَلٌ", "mustˈaqbal"),
        ("كَتَبُوا", "kˈatabuu"),
        ("كَتَبْتُمْ", "katˈabtum"),
        ("يَسْتَمِرُّ", "yastamˈirr"),
        ("مَكْتَبَتُهُ", "maktˈabatuh"),
        ("هُنَا", "hˈunaa"),
        ("مِنْ", "mˈin"),
        ("الْمَلِكُ", "'almˈalik"),
        ("بِالْمِئَةِ", "bilmˈi'a"),
        ("الْكُلُّ", "'alkˈull"),
    ],
)
def test_stress(word: str, stress: str) -> None:
    (spoken,) = pronounce(word)
    assert "".join("ˈ" * (index == spoken.stressed) + phone for index, phone in enumerate(spoken.phones)) == stress
