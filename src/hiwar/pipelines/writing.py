"""Writes the transcripts of one stream as it asked for: spelling, digits, and spoken numbers as digits in finals.

What was heard, its times and its confidence stay as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hiwar.text.transcripts import arabic, english
from hiwar.text.transcripts.numbers import eastern, written
from hiwar.vocabulary import Language, RecognitionConfig, Transcript, Word


class Writing:
    """The last step of a transcript, for all of a stream in their order.

    Words are written one by one, so that `stable` stays a prefix of `text` that never changes. Raises HiwarError when
    the stream asks for what is not installed.
    """

    def __init__(self, config: RecognitionConfig) -> None:
        self._digits = config.digits
        self._rewrite = _rewriters(config) if config.itn else None
        self._segment = -1
        self._language: Language | None = None

    def of(self, transcript: Transcript) -> Transcript:
        """The transcript as it leaves the server. Never raises."""
        language = self._language_of(transcript)
        words = [written(word, language, self._digits) for word in transcript.text.split()]
        return replace(
            transcript,
            text=_joined(words),
            stable=_joined(words[: len(transcript.stable.split())]),
            words=tuple(filter(None, [self._word(word, language) for word in transcript.words])),
            itn=self._itn(transcript.text, language) if transcript.is_final else None,
        )

    def _language_of(self, transcript: Transcript) -> Language:
        """The language to write in: that of the segment's first stable word, though later transcripts may change it."""
        if transcript.segment != self._segment:
            self._segment, self._language = transcript.segment, None
        if self._language is None and transcript.stable:
            self._language = transcript.language
        return self._language or transcript.language

    def _word(self, word: Word, language: Language) -> Word | None:
        text = written(word.text, language, self._digits)
        return replace(word, text=text) if text else None

    def _itn(self, text: str, language: Language) -> str | None:
        """Made of what was heard, not of numbers that were put into words since."""
        if self._rewrite is None:
            return None
        heard = _joined([written(word, language, "western") for word in text.split()])
        rewritten = self._rewrite[language](heard)
        if self._digits == "eastern":
            return " ".join([eastern(word, language) for word in rewritten.split()])
        return rewritten


def _rewriters(config: RecognitionConfig) -> Mapping[Language, Callable[[str], str]]:
    if config.language == "en":
        return {"en": english.rewrite, "ar": str}
    return {"en": english.rewrite, "ar": arabic.load_rewriter()}


def _joined(words: list[str]) -> str:
    return " ".join(filter(None, words))
