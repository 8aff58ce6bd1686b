"""Rebinds public voice names while the server runs: loads beside the streams, remembers, then switches.

Who may ask is `auth`'s; what happens to requests under way is `catalogue`'s.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping

from hiwar.engines.contracts import SynthesisEngine
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import LoadedAs, VoiceBinding, binding_of
from hiwar.serving.catalogue import VoiceCatalogue, bound_voice
from hiwar.serving.workers import Workers
from hiwar.vocabulary import Voice


class Rebinding:
    """One at a time; who comes meanwhile waits.

    `defaults` are the bindings of every name without the file, `engines` the registered names, `load` loads (and
    blocks for seconds). `workers` must yield to all that speak.
    """

    def __init__(
        self,
        catalogue: Callable[[], VoiceCatalogue],
        *,
        defaults: Mapping[str, VoiceBinding],
        engines: Collection[str],
        load: Callable[[LoadedAs], SynthesisEngine],
        file: BindingFile,
        workers: Workers,
    ) -> None:
        """`catalogue` raises EngineUnavailableError while models load."""
        self._catalogue = catalogue
        self._defaults = defaults
        self._engines = engines
        self._load = load
        self._file = file
        self._workers = workers
        self._turn = asyncio.Lock()

    async def bind(self, name: str, reference: str) -> Voice:
        """Bind a name to a voice, as `binding_of` reads it, from now on and at later starts.

        Raises HiwarError for an unknown name or voice, or a voice that cannot be loaded; the name then keeps its own.
        """
        binding = binding_of(reference, self._engines)
        return await self._change(name, binding, reference)

    async def unbind(self, name: str) -> Voice:
        """Give a name back the voice that the settings say. Raises HiwarError as `bind`."""
        self._catalogue().voice(name)
        return await self._change(name, self._defaults[name], None)

    async def _change(self, name: str, binding: VoiceBinding, reference: str | None) -> Voice:
        catalogue = self._catalogue()
        catalogue.voice(name)
        key = binding.loaded_as
        async with self._turn:
            engine = catalogue.loaded(key)
            if engine is None:
                engine = await self._workers.run(lambda: self._load(key), 0.0)
            with catalogue.kept(key, engine):
                bound_voice(name, binding, engine)
                await asyncio.to_thread(self._file.change, name, reference)
                return catalogue.rebind(name, binding)
