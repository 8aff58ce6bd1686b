"""The client SDK. It runs on the same sessions as the server and needs no server part and no numpy.

from hiwar.client import AsyncClient

client = AsyncClient("ws://127.0.0.1:8080", api_key="...")
async for audio in client.speak("مرحبا بك", voice="Yara"):
    play(audio)
async for event in client.transcribe(microphone, language="en"):
    print(event)
"""

from hiwar.client.async_client import AsyncClient, Speech
from hiwar.client.connecting import ConnectionFailedError

__all__ = ["AsyncClient", "ConnectionFailedError", "Speech"]
