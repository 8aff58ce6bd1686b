import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hiwar.engines.contracts import SynthesisEngine
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import LoadedAs, VoiceBinding
from hiwar.serving.catalogue import VoiceCatalogue
from hiwar.serving.rebinding import Rebinding
from hiwar.serving.workers import Workers
from support.streams import Gate, run

DEFAULT = LoadedAs("tone")
DEFAULTS = {"Yara": VoiceBinding("tone"), "Nouf": VoiceBinding("tone")}


@dataclass
class Desk:
    """What a rebinding changes, and the loads it asked for; each of them waits at the gate, if there is one."""

    file: BindingFile
    catalogue: VoiceCatalogue
    released: list[SynthesisEngine]
    loads: list[LoadedAs] = field(default_factory=list)
    gate: Gate | None = None

    def load(self, key: LoadedAs) -> SynthesisEngine:
        self.loads.append(key)
        if self.gate is not None:
            self.gate()
        if key.model == "broken":
            raise EngineUnavailableError("This voice cannot be run.")
        return ToneSynthesis()


@asynccontextmanager
async def rebinding(path: Path) -> AsyncIterator[tuple[Rebinding, Desk]]:
    released: list[SynthesisEngine] = []
    catalogue = VoiceCatalogue(DEFAULTS, {DEFAULT: ToneSynthesis()}, released.append)
    desk = Desk(BindingFile(path / "voices.json"), catalogue, released)
    workers = Workers(name="load", threads=1, niceness=19, waiting_max=1)
    try:
        yield (
            Rebinding(
                lambda: catalogue,
                defaults=DEFAULTS,
                engines=("tone", "piper"),
                load=desk.load,
                file=desk.file,
                workers=workers,
            ),
            desk,
        )
    finally:
        await asyncio.to_thread(workers.close)


def test_a_bound_name_is_loaded_switched_and_remembered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            voice = await there.bind("Yara", "kareem")
            assert desk.loads == [LoadedAs("piper", "kareem")]
            assert desk.catalogue.voice("Yara") == voice
            assert desk.file.read() == {"Yara": "kareem"}
            assert desk.catalogue.loaded(LoadedAs("piper", "kareem")) is not None

    run(scenario())


def test_what_is_loaded_is_not_loaded_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            await asyncio.gather(there.bind("Yara", "kareem"), there.bind("Nouf", "kareem"))
            assert desk.loads == [LoadedAs("piper", "kareem")]
            assert desk.file.read() == {"Yara": "kareem", "Nouf": "kareem"}

    run(scenario())


def test_unbinding_gives_the_default_back_and_releases_the_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            before = desk.catalogue.voice("Yara")
            await there.bind("Yara", "kareem")
            other = desk.catalogue.loaded(LoadedAs("piper", "kareem"))
            assert await there.unbind("Yara") == before
            assert desk.file.read() == {}
            assert desk.released == [other]
            assert await there.unbind("Yara") == before

    run(scenario())


def test_the_old_voice_speaks_while_the_new_one_loads(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            desk.gate = Gate()
            before = desk.catalogue.voice("Yara")
            binding = asyncio.create_task(there.bind("Yara", "kareem"))
            await desk.gate.reached.wait()
            with desk.catalogue.lent("Yara") as (voice, _):
                assert voice == before
                assert desk.file.read() == {}
                desk.gate.open()
                await binding
            assert desk.file.read() == {"Yara": "kareem"}

    run(scenario())


@pytest.mark.parametrize(
    ("name", "reference", "code"),
    [
        ("Nobody", "tone/tone", ErrorCode.INVALID_VOICE),
        ("Yara", "../x", ErrorCode.INVALID_REQUEST),
        ("Yara", "broken", ErrorCode.ENGINE_UNAVAILABLE),
        ("Yara", "tone/nope", ErrorCode.ENGINE_UNAVAILABLE),
        ("Yara", "kareem/nope", ErrorCode.ENGINE_UNAVAILABLE),
    ],
)
def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, name: str, reference: str, code: ErrorCode) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            before = dict(desk.catalogue.voices)
            with pytest.raises(HiwarError) as caught:
                await there.bind(name, reference)
            assert caught.value.code is code
            assert desk.catalogue.voices == before
            assert desk.file.read() == {}
            assert [key for key in desk.loads if desk.catalogue.loaded(key)] == []

    run(scenario())


def test_what_cannot_be_remembered_is_not_switched_to(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with rebinding(tmp_path) as (there, desk):
            (tmp_path / "voices.json").write_text("[]")
            before = desk.catalogue.voice("Yara")
            with pytest.raises(HiwarError, match=r"voices\.json"):
                await there.bind("Yara", "kareem")
            assert desk.catalogue.voice("Yara") == before
            assert len(desk.released) == 1

    run(scenario())
