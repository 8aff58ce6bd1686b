"""The keys of the settings, for one question of a command. What is asked is the commands' own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hiwar.server.settings import Settings
from hiwar.serving.key_store import KeyStore, open_key_store

Answer = TypeVar("Answer")


def ask_keys(settings: Settings, question: Callable[[KeyStore], Awaitable[Answer]]) -> Answer:
    """What the store of keys answers. Blocks. Raises HiwarError when it cannot be used."""

    async def asked() -> Answer:
        store = await open_key_store(settings.keys, settings.keys_file)
        try:
            return await question(store)
        finally:
            await store.close()

    return asyncio.run(asked())
