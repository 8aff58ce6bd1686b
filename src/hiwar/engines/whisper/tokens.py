"""Whisper's vocabulary: prompts, text and words as token ids. What to decode with them is left to the engine."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from tokenizers import Tokenizer

from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import LANGUAGES, Language

_INCOMPLETE = "\ufffd"
"""What a decoder shows for a character whose bytes continue in the next token."""

_ENGLISH_ONLY_END = 50256
"""The end token of GPT-2, whose vocabulary the English-only models took over."""

_NO_SPEECH = ("<|nospeech|>", "<|nocaptions|>")


class _Config(msgspec.Struct):
    """What CTranslate2's config.json says of tokens that must not come: nowhere, and not first."""

    suppress_ids: tuple[int, ...] = ()
    suppress_ids_begin: tuple[int, ...] = ()
    lang_ids: tuple[int, ...] = ()


class Vocabulary:
    """The tokenizer of one model folder. Shared by threads: nothing in it changes.

    Raises EngineUnavailableError for a folder that is none of Whisper's, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self.end = self._special("<|endoftext|>")
        self.start_of_transcript = self._special("<|startoftranscript|>")
        self.no_speech = self._special(*_NO_SPEECH)
        self._previous = self._special("<|startofprev|>")
        self._transcribe = self._special("<|transcribe|>")
        self._no_timestamps = self._special("<|notimestamps|>")
        multilingual = self.end != _ENGLISH_ONLY_END
        self.languages: tuple[Language, ...] = LANGUAGES if multilingual else ("en",)
        self._languages = {language: self._special(f"<|{language}|>") for language in self.languages}
        config = _read(folder / "config.json")
        self.suppressed = config.suppress_ids
        self.suppressed_first = config.suppress_ids_begin
        codes = ((number, self._tokenizer.id_to_token(number)) for number in config.lang_ids)
        self.language_tokens: Mapping[str, int] = (
            {code.strip("<|>"): number for number, code in codes if code} if multilingual else {}
        )
        """The tokens of all languages by their codes; none in an English-only model."""

    def _special(self, *tokens: str) -> int:
        for token in tokens:
            if (number := self._tokenizer.token_to_id(token)) is not None:
                return int(number)
        raise EngineUnavailableError("The recognition model is not a Whisper; choose another with: hiwar models list")

    def start(self, language: Language) -> list[int]:
        """The tokens that ask for a transcript without timestamps."""
        if self.languages == ("en",):
            return [self.start_of_transcript, self._no_timestamps]
        return [self.start_of_transcript, self._languages[language], self._transcribe, self._no_timestamps]

    def previous(self, text: str, most: int) -> list[int]:
        """What goes before `start` to say what came before: the last `most` tokens of the text, none without any."""
        tokens = self.encode(text)[-most:]
        return [self._previous, *tokens] if tokens else []

    def encode(self, text: str) -> list[int]:
        """Text as it continues a transcript, with the space before its first word."""
        if not text:
            return []
        ids: list[int] = self._tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return self.plain(ids)

    def plain(self, ids: Sequence[int]) -> list[int]:
        """Without the special tokens, which all lie at and above the end token."""
        return [number for number in ids if number < self.end]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of plain tokens, without outer spaces. Bytes that make no character are dropped."""
        return self._text(ids).replace(_INCOMPLETE, "").strip()

    def words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        """The words of plain tokens, each with how many tokens it took: characters are not cut, spaces no words."""
        words: list[tuple[str, int]] = []
        pending: list[int] = []
        for number in ids:
            pending.append(number)
            text = self._text(pending)
            if _INCOMPLETE in text or not text.strip():
                continue
            if text[:1].isspace() or not words:
                words.append((text, len(pending)))
            else:
                head, count = words[-1]
                words[-1] = (head + text, count + len(pending))
            pending = []
        if pending and words:
            head, count = words[-1]
            words[-1] = (head, count + len(pending))
        return [(text.strip(), count) for text, count in words]

    def _text(self, ids: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text


def _tokenizer(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise EngineUnavailableError(
            "The recognition model's tokenizer.json is missing or damaged; fetch the model again: hiwar models pull"
        ) from error


def _read(path: Path) -> _Config:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Config)
    except (OSError, msgspec.MsgspecError) as error:
        raise EngineUnavailableError(
            "The recognition model's config.json is missing or damaged; fetch the model again: hiwar models pull"
        ) from error
