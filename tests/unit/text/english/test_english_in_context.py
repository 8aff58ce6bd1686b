"""English figures and letters whose reading depends on what stands around them."""

import pytest

from hiwar.text.classification import classify
from hiwar.text.english.verbalization import spoken
from hiwar.text.normalization import clean
from hiwar.text.tokens import Letters, Mark


def say(text: str) -> str:
    tokens = classify(clean(text), "en")
    words = [spoken(tokens, index) for index, token in enumerate(tokens) if not isinstance(token.content, Mark)]
    return " ".join(filter(None, words))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Codes, and what only stands near a word for one.
        ("Your OTP is 30581", "Your O T P is three zero five eight one"),
        ("code 4821 expires", "code four eight two one expires"),
        ("call 500 customers", "call five hundred customers"),
        ("Call 999 now", "Call nine nine nine now"),
        ("an order of 2500 units", "an order of two thousand five hundred units"),
        ("The order weighs 1500 kg", "The order weighs one thousand five hundred kilograms"),
        ("482913 is your login code", "four eight two, nine one three is your login code"),
        ("482913 is your score", "four hundred eighty two thousand nine hundred thirteen is your score"),
        ("dial *123#", "dial star one two three hash"),
        ("10.0.0.1:80", "ten point zero point zero point one colon eighty"),
        ("16:9", "sixteen to nine"),
        ("100 MB/s over 5 mi", "one hundred megabytes per second over five miles"),
        ("35‰ salt", "thirty five per mille salt"),
        # Years.
        ("the World Cup, 2026", "the World Cup twenty twenty six"),
        ("2024 was hot", "twenty twenty four was hot"),
        ("the 1990s, 1,000s of fans", "the nineteen nineties thousands of fans"),
        ("2050 people", "two thousand fifty people"),
        ("est. 1984", "established nineteen eighty four"),
        ("the 2024/25 season", "the twenty twenty four to twenty five season"),
        # Days of a month.
        ("In May 5 people left", "In May five people left"),
        ("March 3 km", "March three kilometers"),
        ("on March 3", "on March third"),
        ("05-Nov-26", "November fifth, twenty twenty six"),
        ("2026-12-05T18:30", "December fifth, twenty twenty six eighteen thirty"),
        # Addresses.
        ("42 W. Elm St.", "forty two West Elm Street"),
        ("500 E. 42nd St.", "five hundred East forty second Street"),
        ("1600 Oak Avenue", "sixteen hundred Oak Avenue"),
        ("1600 oaks", "one thousand six hundred oaks"),
        ("a 60 W lamp", "a sixty watt lamp"),
        ("Springfield, IL 62704", "Springfield I L six two seven zero four"),
        ("Portland, OR 97201", "Portland O R nine seven two zero one"),
        ("in Riyadh 11564.", "in Riyadh one one five six four"),
        ("in Riyadh 11564 people", "in Riyadh eleven thousand five hundred sixty four people"),
        ("Flight SV 1023, Room 101", "Flight S V ten twenty three Room one oh one"),
        # Ratios, sizes and units.
        ("16:9, 3:1", "sixteen to nine three to one"),
        ("25 m x 10 m", "twenty five meters by ten meters"),
        ("30 x 20 cm, 3 x 4 = 12", "thirty by twenty centimeters three times four equals twelve"),
        ("120/80 mmHg, 4.8/5", "one hundred twenty over eighty millimeters of mercury four point eight out of five"),
        ('a 55" TV', "a fifty five inch T V"),
        ('"the number is 55" he said', "the number is fifty five he said"),
        ("2h 45m, 45m", "two hours forty five minutes forty five meters"),
        ("20m people, 20m rope", "twenty million people twenty meters rope"),
        ("2 tsp salt, 1/2 tsp. salt", "two teaspoons salt one half teaspoon salt"),
        ("per sq. ft. of floor", "per square foot of floor"),
        ("a $5 bill, $5 bills", "a five dollar bill five dollars bills"),
        # Letters.
        ("the HR dept.", "the H R department"),
        ("Chapter I, Rocky IV", "Chapter one Rocky four"),
        ("Elizabeth I of England, as John I think", "Elizabeth the first of England as John I think"),
        ("Start IV fluids, size XL", "Start I V fluids size X L"),
        ("my id, thx", "my I D thanks"),
        ("n/a, c/o Ali, A/C", "not applicable care of Ali A C"),
        ("your no. please, the answer is no. It", "your number please the answer is no It"),
        ("Dr. A. Khan, Oak Dr.", "Doctor A Khan Oak Drive"),
        ("Mr. & Mrs. Ali", "Mister and Missus Ali"),
        ("1st-3rd", "first to third"),
        ("SR 5, Dhs 10, 50p", "five riyals ten dirhams fifty pence"),
    ],
)
def test_what_is_said(text: str, words: str) -> None:
    assert say(text) == words


@pytest.mark.parametrize(
    ("text", "is_letter"),
    [
        ("in Block A", True),
        ("got an A in art", True),
        ("Gate A Terminal", True),
        ("A day", False),
        ("Make A Wish", False),
        ("WHAT A DAY", False),
    ],
)
def test_a_capital_a_inside_a_sentence_is_the_letter(text: str, is_letter: bool) -> None:
    assert (Letters("A") in [token.content for token in classify(text, "en")]) is is_letter
