"""Servers with tone engines for golden conversations, started when the first asks for one: a dialer and its keys."""

import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import assert_never

import grpc
from golden.faces import Face
from golden.replay import Dialer
from golden.steps import BROKEN_KEYS, KEY, Conversation

from faces.grpc_calls import GrpcDialer
from faces.memory import memory_server
from faces.rest import RestDialer
from faces.websocket import WebSocketDialer
from support.keys import Keys
from support.serving import live_server, model_free_settings

Server = tuple[Dialer, Mapping[str, str]]


class Servers:
    """One for all conversations with the same flags, and each face its own, so that none holds a place of another's."""

    def __init__(self, data_dir: Path, running: ExitStack) -> None:
        self._data_dir = data_dir
        self._running = running
        self._started: dict[tuple[Face, tuple[tuple[str, object], ...]], Server] = {}

    def of(self, face: Face, conversation: Conversation) -> Server:
        """What carries the conversation, and the keys that stand behind their names."""
        wanted = face, tuple(sorted(conversation.flags.items()))
        if wanted not in self._started:
            data_dir = self._data_dir / str(len(self._started))
            self._started[wanted] = self._start(face, dict(conversation.flags), data_dir)
        return self._started[wanted]

    def _start(self, face: Face, flags: dict[str, object], data_dir: Path) -> Server:
        broken = flags.pop(BROKEN_KEYS, False)
        enter = self._running.enter_context
        dialer: Dialer
        match face:
            case Face.MEMORY:
                dialer = server = enter(memory_server(data_dir, flags))
                key = server.key
            case Face.WEBSOCKET:
                live = enter(live_server(data_dir, flags, wait_ready=not _never_ready(flags)))
                dialer, key = WebSocketDialer(live), live.key
            case Face.GRPC:
                live = enter(live_server(data_dir, flags, wait_ready=not _never_ready(flags)))
                host, port = live.running.grpc_address
                dialer, key = GrpcDialer(enter(grpc.insecure_channel(f"{host}:{port}"))), live.key
            case Face.REST:
                live = enter(live_server(data_dir, flags, wait_ready=not _never_ready(flags)))
                dialer, key = RestDialer(live), live.key
            case _:
                assert_never(face)
        keys = {KEY: key, **_make_keys(data_dir)}
        if broken:
            with closing(sqlite3.connect(model_free_settings(data_dir).keys_file)) as store:
                store.execute("DROP TABLE keys")
        return dialer, keys


def _never_ready(flags: Mapping[str, object]) -> bool:
    return any(name.startswith("engines.") for name in flags)


def _make_keys(data_dir: Path) -> dict[str, str]:
    store = Keys(model_free_settings(data_dir).keys_file)
    revoked, revoked_key = store.create("revoked")
    store.revoke(revoked.principal.key_id)
    return {
        "$REVOKED": revoked_key,
        "$TTS_ONLY": store.create("speaks", services=("tts",))[1],
        "$ASR_ONLY": store.create("listens", services=("asr",))[1],
        "$YARA_ONLY": store.create("one voice", voices=("Yara",))[1],
    }
