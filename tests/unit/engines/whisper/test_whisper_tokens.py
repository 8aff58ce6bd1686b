"""Unit tests of Whisper's vocabulary, on the tokenizer that the embedded model carries."""

from pathlib import Path

import pytest

from hiwar.engines.model_store import ModelStore
from hiwar.engines.whisper.tokens import Vocabulary
from hiwar.errors import EngineUnavailableError

pytestmark = pytest.mark.models

TEXTS = ["Hello there, how are you?", "يغادر القطار إلى الساحل في التاسعة", "I said مرحبا to her"]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    store = ModelStore(tmp_path_factory.mktemp("models"))
    return Vocabulary(store.ensure("whisper-base", lambda _line: None))


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_from_its_tokens(vocabulary: Vocabulary, text: str) -> None:
    assert vocabulary.decode(vocabulary.encode(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_words_take_all_tokens_and_cut_no_character(vocabulary: Vocabulary, text: str) -> None:
    tokens = vocabulary.encode(text)
    words = vocabulary.words(tokens)
    assert [word for word, _ in words] == text.split()
    assert sum(count for _, count in words) == len(tokens)


def test_half_a_character_is_left_out(vocabulary: Vocabulary) -> None:
    tokens = vocabulary.encode("😀😀")
    assert "\ufffd" not in vocabulary.decode(tokens[:-1])


def test_the_start_names_language_and_task(vocabulary: Vocabulary) -> None:
    assert vocabulary.start("en")[0] == vocabulary.start("ar")[0]
    assert vocabulary.start("en")[1] != vocabulary.start("ar")[1]
    assert vocabulary.start("en")[2:] == vocabulary.start("ar")[2:]


def test_special_tokens_never_come_from_text(vocabulary: Vocabulary) -> None:
    assert not set(vocabulary.encode("<|endoftext|> <|ar|>")) & set(vocabulary.start("ar"))
    assert vocabulary.plain([1, *vocabulary.start("en"), 2]) == [1, 2]


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    other = '{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}'
    (tmp_path / "tokenizer.json").write_text(other)
    with pytest.raises(EngineUnavailableError, match="not a Whisper"):
        Vocabulary(tmp_path)
