import string

from hiwar.serving.key_text import digest, key_id_of, new_key


def test_every_key_is_new_and_carries_its_id() -> None:
    keys = {new_key() for _ in range(100)}
    assert len({key_id_of(key) for key in keys} - {None}) == 100


def test_one_wrong_letter_anywhere_is_noticed() -> None:
    key = new_key()
    for place, letter in enumerate(key):
        wrong = next(other for other in string.ascii_letters if other != letter)
        assert key_id_of(key[:place] + wrong + key[place + 1 :]) is None


def test_other_forms_are_no_keys() -> None:
    key = new_key()
    for text in ("", "hiwar_", key + "\n", " " + key, key.upper(), key[:-1], key + "0", "مفتاح", "\ud800" + key):
        assert key_id_of(text) is None


def test_a_digest_tells_keys_apart_and_hides_them() -> None:
    first, second = new_key(), new_key()
    assert digest(first) == digest(first)
    assert digest(first) != digest(second)
    assert len(digest(first)) == 32
