"""The client SDK. It runs on the same sessions as the server and needs no server part and no numpy.

from hiwar.client import AsyncClient

client = AsyncClient("ws://127.0.0.1:8080", api_key="...")
async for audio in client.speak("مرحبا بك", voice="Yara"):
    play(audio)
async for audio in client.speak(pieces_of_a_language_model(), voice="Yara_en"):
    play(audio)
async for event in client.transcribe(microphone, language="en"):
    print(event)
"""

from hiwar.client.async_client import AsyncClient
from hiwar.client.connecting import ConnectionFailedError
from hiwar.client.speech import Speech
from hiwar.client.trust import KnownCertificate

__all__ = ["AsyncClient", "ConnectionFailedError", "KnownCertificate", "Speech"]
