"""How often an utterance is heard for a partial: with the machine idle, with streams that wait, and under pressure."""

from hiwar.pipelines.settings import RecognitionSettings


class PartialPace:
    """Of one stream. Positions are audio in ms from its start."""

    def __init__(self, settings: RecognitionSettings) -> None:
        self.reduced = False
        """Whether less is to be spent on the stream, for the sake of others."""
        self._settings = settings
        self._asked_ms = 0.0
        self._interval_ms = 0.0

    @property
    def interval_ms(self) -> int:
        """Audio from one partial to the next when nothing has to wait."""
        return self._settings.partial_interval_reduced_ms if self.reduced else self._settings.partial_interval_ms

    def begin(self, voice_start_ms: float) -> None:
        """An utterance begins."""
        self._asked_ms = voice_start_ms
        self._interval_ms = self.interval_ms

    def is_due(self, heard_ms: float, *, is_first: bool) -> bool:
        """Whether to ask for a partial of the audio so far."""
        return heard_ms - self._asked_ms >= (self._settings.first_partial_ms if is_first else self._interval_ms)

    def begun(self, asked_ms: float, heard_ms: float) -> None:
        """A partial that was asked for begins, of what has arrived until now: who had to wait asks less often."""
        self._asked_ms = heard_ms
        longest_ms = max(self.interval_ms, self._settings.partial_interval_max_ms)
        self._interval_ms = min(longest_ms, self.interval_ms + heard_ms - asked_ms)
