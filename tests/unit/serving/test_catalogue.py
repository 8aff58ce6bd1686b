import pytest

from hiwar.engines.contracts import SynthesisEngine
from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.serving.bindings import LoadedAs, VoiceBinding, bindings
from hiwar.serving.catalogue import VoiceCatalogue

TONE = ToneSynthesis()
KEY, OTHER = LoadedAs("tone"), LoadedAs("tone", "other")


def catalogue(**voices: VoiceBinding) -> VoiceCatalogue:
    return VoiceCatalogue(voices or bindings("tone", {}), {KEY: TONE})


def test_every_name_is_listed_in_order_with_what_speaks_behind_it() -> None:
    voices = catalogue().voices
    assert list(voices) == ["Yara", "Nouf", "Atheer", "Yara_en"]
    (spoken,) = TONE.voices
    for name, voice in voices.items():
        assert (voice.name, voice.engine, voice.engine_voice) == (name, "tone", "tone")
        assert (voice.model, voice.licence) == (TONE.info.model, TONE.info.licence)
        assert (voice.language, voice.languages, voice.gender) == (spoken.language, spoken.languages, spoken.gender)
        assert (voice.quality, voice.description) == (spoken.quality, spoken.description)


def test_a_voice_is_lent_with_the_engine_that_speaks_it() -> None:
    with catalogue().lent("Nouf") as (voice, engine):
        assert voice == catalogue().voice("Nouf")
        assert engine is TONE


@pytest.mark.parametrize("name", ["", "yara", "Nobody"])
def test_an_unknown_name_lists_those_there_are(name: str) -> None:
    with pytest.raises(HiwarError, match=r"^voice must be one of: Yara, Nouf, Atheer, Yara_en\.$") as caught:
        catalogue().voice(name)
    assert caught.value.code is ErrorCode.INVALID_VOICE


def test_the_operators_description_goes_before_the_engines() -> None:
    assert catalogue(Sara=VoiceBinding("tone", "tone", "Ours.")).voice("Sara").description == "Ours."


@pytest.mark.parametrize("binding", [VoiceBinding("other"), VoiceBinding("tone", "unheard-of"), VoiceBinding()])
def test_a_binding_to_what_is_not_loaded_says_what_there_is(binding: VoiceBinding) -> None:
    with pytest.raises(EngineUnavailableError, match=r"Voice Sara is bound to .*, which is not there"):
        catalogue(Sara=binding)


def test_a_voice_that_the_engine_has_not_is_said_with_those_it_has() -> None:
    with pytest.raises(EngineUnavailableError, match=r"bound to tone/nope, .*; its voices are: tone\.$"):
        catalogue(Sara=VoiceBinding("tone", "nope"))


class Released:
    """Two engines behind two names, and those that were released."""

    def __init__(self) -> None:
        self.old, self.new = ToneSynthesis(), ToneSynthesis()
        self.engines: list[SynthesisEngine] = []
        names = {"Yara": VoiceBinding("tone", model="other"), "Nouf": VoiceBinding("tone")}
        self.catalogue = VoiceCatalogue(names, {KEY: self.new, OTHER: self.old}, self.engines.append)


def test_a_rebound_name_speaks_with_the_other_voice_and_the_old_engine_goes() -> None:
    there = Released()
    voice = there.catalogue.rebind("Yara", VoiceBinding("tone", description="New."))
    assert there.engines == [there.old]
    assert there.catalogue.voice("Yara") == voice
    assert list(there.catalogue.voices) == ["Yara", "Nouf"]
    assert voice.description == "New."
    with there.catalogue.lent("Yara") as (_, engine):
        assert engine is there.new
    assert there.catalogue.loaded(OTHER) is None


def test_who_speaks_with_the_old_engine_keeps_it_to_the_end() -> None:
    there = Released()
    with there.catalogue.lent("Yara") as (_, first):
        with there.catalogue.lent("Yara"):
            there.catalogue.rebind("Yara", VoiceBinding("tone"))
        assert first is there.old
        assert there.engines == []
    assert there.engines == [there.old]


def test_an_engine_that_is_bound_again_while_somebody_speaks_with_it_stays() -> None:
    there = Released()
    with there.catalogue.lent("Yara"):
        there.catalogue.rebind("Yara", VoiceBinding("tone"))
        there.catalogue.rebind("Yara", VoiceBinding("tone", model="other"))
    assert there.engines == []


@pytest.mark.parametrize("binding", [VoiceBinding("tone", "nope"), VoiceBinding("tone", model="unheard-of")])
def test_a_binding_that_cannot_be_changes_nothing(binding: VoiceBinding) -> None:
    there = Released()
    before = dict(there.catalogue.voices)
    with pytest.raises(EngineUnavailableError):
        there.catalogue.rebind("Yara", binding)
    with pytest.raises(HiwarError, match="voice must be one of"):
        there.catalogue.rebind("Nobody", VoiceBinding("tone"))
    assert there.catalogue.voices == before
    with there.catalogue.lent("Yara") as (_, engine):
        assert engine is there.old


def test_an_engine_that_is_kept_and_never_bound_goes() -> None:
    there, third = Released(), ToneSynthesis()
    with there.catalogue.kept(LoadedAs("tone", "third"), third):
        assert there.catalogue.loaded(LoadedAs("tone", "third")) is third
    assert there.engines == [third]
