"""The AsyncAPI 3.0 document of the WebSocket endpoints, made of the message definitions that both session roles use."""

import inspect
from collections.abc import Iterable
from typing import get_args

import msgspec

from hiwar import __version__
from hiwar.protocol import messages
from hiwar.transports.specs.examples import MESSAGES
from hiwar.transports.specs.schemas import Json, component_schemas, reference
from hiwar.transports.specs.websockets import (
    AUDIO_OF_THE_CLIENT,
    AUDIO_OF_THE_SERVER,
    HANDSHAKE_HEADERS,
    RECOGNITION_QUERY,
    SECURITY_SCHEMES,
    SIGNING_IN,
    SYNTHESIS_QUERY,
    close_codes,
)
from hiwar.transports.websocket import asr, tts

SYNTHESIS_IN: tuple[type[msgspec.Struct], ...] = (
    messages.SignIn,
    messages.Synthesize,
    messages.Start,
    messages.Text,
    messages.Flush,
    messages.Finish,
    messages.Cancel,
)
RECOGNITION_IN: tuple[type[msgspec.Struct], ...] = (
    messages.SignIn,
    messages.Finalize,
    messages.Finish,
    messages.KeepAlive,
)
_SYNTHESIS_OUT: tuple[type[msgspec.Struct], ...] = get_args(messages.TtsServerMessage)
_RECOGNITION_OUT: tuple[type[msgspec.Struct], ...] = get_args(messages.AsrServerMessage)


def asyncapi_document() -> Json:
    """The whole document, ready to be written as JSON."""
    structs = dict.fromkeys((*SYNTHESIS_IN, *_SYNTHESIS_OUT, *RECOGNITION_IN, *_RECOGNITION_OUT))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hiwar over WebSocket",
            "version": __version__,
            "description": "Text to speech and speech recognition, Arabic and English, streamed. " + SIGNING_IN,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"plain": _server("ws", "On loopback."), "tls": _server("wss", "With a certificate.")},
        "channels": {
            "synthesis": _channel(
                tts.PATH,
                "Text to speech",
                "Requests in turn on one connection, each answered by binary frames of audio and `synthesis_complete`.",
                (*_names(SYNTHESIS_IN), *_names(_SYNTHESIS_OUT), "SpeechAudio"),
                SYNTHESIS_QUERY,
            ),
            "recognition": _recognition(asr.PATH, "Speech recognition"),
            "recognition_older": _recognition(asr.OLDER_PATH, "Speech recognition, for older clients"),
        },
        "operations": {
            **_operations("synthesis", (*_names(SYNTHESIS_IN),), (*_names(_SYNTHESIS_OUT), "SpeechAudio")),
            **_recognition_operations("recognition"),
            **_recognition_operations("recognition_older"),
        },
        "components": {
            "messages": {
                **{kind.__name__: _message(kind) for kind in structs},
                "SpeechAudio": AUDIO_OF_THE_SERVER,
                "RecordedAudio": AUDIO_OF_THE_CLIENT,
            },
            "schemas": component_schemas(structs),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _server(protocol: str, description: str) -> Json:
    return {
        "host": "{address}",
        "protocol": protocol,
        "description": description,
        "variables": {"address": {"default": "127.0.0.1:8080", "description": "Host and port."}},
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY_SCHEMES],
    }


def _recognition(path: str, title: str) -> Json:
    names = (*_names(RECOGNITION_IN), "RecordedAudio", *_names(_RECOGNITION_OUT))
    description = "Binary frames of audio are answered by what is heard in them; `finish` ends the stream."
    return _channel(path, title, description, names, RECOGNITION_QUERY)


def _channel(path: str, title: str, description: str, names: Iterable[str], query: Json) -> Json:
    return {
        "address": path,
        "title": title,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in dict.fromkeys(names)},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {"type": "object", "properties": query},
                "headers": {"type": "object", "properties": HANDSHAKE_HEADERS},
                "bindingVersion": "0.1.0",
            }
        },
        "x-close-codes": close_codes(),
    }


def _recognition_operations(channel: str) -> Json:
    return _operations(channel, (*_names(RECOGNITION_IN), "RecordedAudio"), _names(_RECOGNITION_OUT))


def _operations(channel: str, received: Iterable[str], sent: Iterable[str]) -> Json:
    def operation(action: str, summary: str, names: Iterable[str]) -> Json:
        place = f"#/channels/{channel}"
        refs = [{"$ref": f"{place}/messages/{name}"} for name in names]
        return {"action": action, "channel": {"$ref": place}, "summary": summary, "messages": refs}

    return {
        f"{channel}_receive": operation("receive", "What the client sends.", received),
        f"{channel}_send": operation("send", "What the server answers.", sent),
    }


def _message(kind: type[msgspec.Struct]) -> Json:
    examples = [{"payload": msgspec.to_builtins(example)} for example in MESSAGES[kind]]
    return {
        "name": str(kind.__struct_config__.tag or kind.__name__),
        "title": kind.__name__,
        "summary": inspect.cleandoc(kind.__doc__ or "").splitlines()[0],
        "payload": reference(kind),
        "examples": examples,
    }


def _names(kinds: Iterable[type]) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in kinds)
