"""Whisper's vocabulary: prompts, text and words as token ids. What to decode with them is left to the engine."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from hiwar.errors import EngineUnavailableError
from hiwar.vocabulary import LANGUAGES, Language

_INCOMPLETE = "\ufffd"
"""What a decoder shows for a character whose bytes continue in the next token."""


class Vocabulary:
    """The tokenizer of one model folder. Shared by threads: nothing in it changes."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._end = self._special("<|endoftext|>")
        self._start = self._special("<|startoftranscript|>")
        self._task = (self._special("<|transcribe|>"), self._special("<|notimestamps|>"))
        self._languages = {language: self._special(f"<|{language}|>") for language in LANGUAGES}

    def _special(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise EngineUnavailableError(
                "The recognition model is not a multilingual Whisper; choose another with: hiwar models list"
            )
        return int(number)

    def start(self, language: Language) -> list[int]:
        """The tokens that ask for a transcript without timestamps."""
        return [self._start, self._languages[language], *self._task]

    def encode(self, text: str) -> list[int]:
        """Text as it continues a transcript, with the space before its first word."""
        if not text:
            return []
        ids: list[int] = self._tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return self.plain(ids)

    def plain(self, ids: Sequence[int]) -> list[int]:
        """Without the special tokens, which all lie at and above the end token."""
        return [number for number in ids if number < self._end]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of plain tokens, without outer spaces. Bytes that make no character are dropped."""
        return self._text(ids).replace(_INCOMPLETE, "").strip()

    def words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        """The words of plain tokens, each with how many tokens it took; a character is never cut."""
        words: list[tuple[str, int]] = []
        pending: list[int] = []
        for number in ids:
            pending.append(number)
            text = self._text(pending)
            if _INCOMPLETE in text:
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
