"""The utterance before: for how long its audio is kept, and when it is heard again together with the next one."""

from hiwar.pipelines.settings import RecognitionSettings
from hiwar.pipelines.utterance import Recall, Span
from hiwar.pipelines.utterance_buffer import UtteranceBuffer
from hiwar.vocabulary import MODEL_SAMPLE_RATE, Transcript

_SAMPLES_PER_MS = MODEL_SAMPLE_RATE // 1000

_SLACK = 1_000 * _SAMPLES_PER_MS
"""Kept beyond the limit, so that what is recalled does not depend on the chunks that the audio came in."""


class Recollection:
    """The final that was said last, and where. Positions in samples from the start of the stream."""

    def __init__(self, settings: RecognitionSettings) -> None:
        self._gap_max = settings.recall_gap_ms * _SAMPLES_PER_MS
        self._length_max = min(settings.recall_max_ms, settings.utterance_max_ms) * _SAMPLES_PER_MS
        self._final: Transcript | None = None
        self._start = 0
        self._voice_end = 0

    def keep(self, final: Transcript | None, span: Span) -> None:
        """An utterance is over; without a final there is nothing to recall."""
        self._final, self._start, self._voice_end = final, span.start, span.voice_end

    def needed(self, start: int, voice_start: int, end: int) -> int:
        """The oldest position that may be asked for, when the utterance that begins at `start` now goes to `end`."""
        if self._is_near(voice_start) and end - self._start <= self._length_max + _SLACK:
            return min(start, self._start)
        return start

    def recall(self, buffer: UtteranceBuffer, voice_start: int, stop: int) -> Recall | None:
        """The utterance before and this one, if they are near, and short enough to be heard together."""
        if self._final is None or not self._is_near(voice_start) or buffer.begin > self._start:
            return None
        if stop - self._start > self._length_max:
            return None
        return Recall(self._final, buffer.view(self._start, stop))

    def _is_near(self, voice_start: int) -> bool:
        return self._final is not None and voice_start - self._voice_end <= self._gap_max
