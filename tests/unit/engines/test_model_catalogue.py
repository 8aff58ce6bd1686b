import re

import pytest

from hiwar.engines import registry
from hiwar.engines.model_catalogue import CATALOGUE, RECOMMENDED_ARABIC_VOICE
from hiwar.engines.model_entries import CatalogueEntry, HubRepository

ON_HUB = [entry for entry in CATALOGUE if isinstance(entry.source, HubRepository)]
VOICES = [entry for entry in ON_HUB if entry.kind == "synthesis"]


def _source(entry: CatalogueEntry) -> HubRepository:
    assert isinstance(entry.source, HubRepository)
    return entry.source


def test_names_differ() -> None:
    assert len({entry.name for entry in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_an_engine_that_is_there_runs_each(entry: CatalogueEntry) -> None:
    groups = {
        "recognition": registry.RECOGNITION,
        "voice activity": registry.VOICE_ACTIVITY,
        "end of turn": registry.END_OF_TURN,
    }
    group = groups.get(entry.kind, registry.SYNTHESIS)
    assert set(entry.engines) <= set(registry.names(group))
    assert entry.licence
    assert entry.quality or entry.kind in {"voice activity", "end of turn"}


@pytest.mark.parametrize("entry", ON_HUB, ids=lambda entry: entry.name)
def test_pins_are_hashes_of_files_that_are_fetched(entry: CatalogueEntry) -> None:
    source = _source(entry)
    assert set(source.sha256) <= set(source.files)
    assert all(re.fullmatch("[0-9a-f]{64}", pinned) for pinned in source.sha256.values())


@pytest.mark.parametrize("entry", VOICES, ids=lambda entry: entry.name)
def test_a_voice_is_two_files_named_as_itself_where_piper_keeps_them(entry: CatalogueEntry) -> None:
    source = _source(entry)
    assert source.files == (f"{entry.name}.onnx", f"{entry.name}.onnx.json")
    language, _, rest = entry.name.partition("_")
    country, speaker, grade = rest.split("-")
    assert source.folder == f"{language}/{language}_{country}/{speaker}/{grade}"
    assert next(iter(entry.quality)) == language


@pytest.mark.parametrize(
    "restricted", ["lessac", "ryan", "amy", "joe", "hfc", "jenny", "alan", "alba", "vctk", "arctic"]
)
def test_voices_of_data_for_research_only_are_left_out(restricted: str) -> None:
    assert not [entry.name for entry in CATALOGUE if restricted in entry.name]


def test_the_recommended_voice_is_arabic_and_its_licence_is_not_claimed() -> None:
    (entry,) = (entry for entry in VOICES if entry.name == RECOMMENDED_ARABIC_VOICE)
    assert entry.quality["ar"] == "good"
    assert "see its model card" in entry.licence
