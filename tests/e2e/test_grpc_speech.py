"""What the embedded voices say over gRPC, the embedded recogniser understands over gRPC."""

from pathlib import Path

import pytest

import asr_pb2
import tts_pb2
from support.grpc_calls import recognition, services, synthesis
from support.serving import live_server

pytestmark = pytest.mark.models

EMBEDDED = {"engines.synthesis": "hibari", "engines.recognition": "whisper", "engines.voice_activity": "silero"}


def test_what_is_said_over_grpc_is_understood_over_grpc(tmp_path: Path) -> None:
    said = tts_pb2.SynthesisConfig(voice="Yara_en", sample_rate_hz=16000)
    heard = asr_pb2.RecognitionConfig(language_code="en", enable_word_timestamps=True)
    with live_server(tmp_path, EMBEDDED) as server, services(server) as client:
        spoken = client.tts.Synthesize(synthesis("The weather is nice today.", config=said), metadata=client.metadata)
        audio = b"".join(response.audio_content for response in spoken)
        responses = list(client.asr.Recognize(recognition(audio, heard), metadata=client.metadata))
    (result,) = (result for response in responses for result in response.results)
    (alternative,) = result.alternatives
    assert "weather is nice today" in alternative.transcript.lower()
    assert [word.word.lower().strip(".") for word in alternative.words][-1] == "today"
