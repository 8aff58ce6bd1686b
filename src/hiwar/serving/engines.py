"""The models that are loaded, shared by all streams. What loads them is left to the server."""

from dataclasses import dataclass

from hiwar.engines.contracts import EndOfTurnEngine, RecognitionEngine, VoiceActivityEngine
from hiwar.serving.catalogue import VoiceCatalogue
from hiwar.vocabulary import LanguageChoice


@dataclass(frozen=True, slots=True)
class Engines:
    """Everything that is loaded, shared by all streams."""

    recognition: RecognitionEngine
    voice_activity: VoiceActivityEngine
    catalogue: VoiceCatalogue
    end_of_turn: EndOfTurnEngine | None = None
    english: RecognitionEngine | None = None
    """Hears the streams that ask for English; None leaves them to `recognition`."""

    def close(self) -> None:
        """Release the models; no stream is open and none follows."""
        self.catalogue.close()
        self.recognition.close()
        self.voice_activity.close()
        for optional in (self.end_of_turn, self.english):
            if optional is not None:
                optional.close()

    def recognizer(self, language: LanguageChoice) -> RecognitionEngine:
        """What hears a stream in this language."""
        return self.english if self.english is not None and language == "en" else self.recognition
