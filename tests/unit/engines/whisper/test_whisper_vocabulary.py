"""Unit tests of words from tokens, on a vocabulary with a token for each byte."""

from pathlib import Path

import pytest

from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.errors import EngineUnavailableError
from support.scripted_whisper import vocabulary


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return vocabulary(tmp_path_factory.mktemp("vocabulary"))


@pytest.mark.parametrize(
    ("text", "counts"),
    [("a b", [2, 2]), ("a  b", [2, 3]), (" a", [3]), ("a ", [3]), ("a  ", [4]), ("مرحبا بك", [11, 5]), ("a é", [2, 3])],
)
def test_spaces_are_no_words_and_all_tokens_are_counted(words: Vocabulary, text: str, counts: list[int]) -> None:
    assert words.words(words.encode(text)) == list(zip(text.split(), counts, strict=True))


def test_bytes_that_make_no_character_are_counted_with_the_word_before(words: Vocabulary) -> None:
    tokens = [*words.encode("a"), words.encode("é")[1]]
    assert words.words(tokens) == [("a", 3)]
    assert words.decode(tokens) == "a"


def test_only_spaces_have_no_words(words: Vocabulary) -> None:
    assert words.words(words.encode(" ")) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, content) for name in ("tokenizer.json", "config.json") for content in (None, b"", b"[]", b"\xff")],
)
def test_a_damaged_folder_says_what_to_do(tmp_path: Path, name: str, content: bytes | None) -> None:
    vocabulary(tmp_path)
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineUnavailableError, match="hiwar models pull"):
        Vocabulary(tmp_path)
