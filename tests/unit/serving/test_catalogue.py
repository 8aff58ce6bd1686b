import pytest

from hiwar.engines.tone.synthesis import ToneSynthesis
from hiwar.errors import EngineUnavailableError, ErrorCode, HiwarError
from hiwar.serving.bindings import VoiceBinding, bindings
from hiwar.serving.catalogue import VoiceCatalogue

TONE = ToneSynthesis()


def catalogue(**voices: VoiceBinding) -> VoiceCatalogue:
    return VoiceCatalogue(voices or bindings("tone", {}), {"tone": TONE})


def test_every_name_is_listed_in_order_with_what_speaks_behind_it() -> None:
    voices = catalogue().voices
    assert list(voices) == ["Yara", "Nouf", "Atheer", "Yara_en"]
    (spoken,) = TONE.voices
    for name, voice in voices.items():
        assert (voice.name, voice.engine, voice.engine_voice) == (name, "tone", "tone")
        assert (voice.model, voice.licence) == (TONE.info.model, TONE.info.licence)
        assert (voice.language, voice.languages, voice.gender) == (spoken.language, spoken.languages, spoken.gender)
        assert (voice.quality, voice.description) == (spoken.quality, spoken.description)


def test_a_voice_by_name_and_the_engine_that_speaks_it() -> None:
    voice = catalogue().voice("Nouf")
    assert voice.name == "Nouf"
    assert catalogue().engine(voice) is TONE


@pytest.mark.parametrize("name", ["", "yara", "Nobody"])
def test_an_unknown_name_lists_those_there_are(name: str) -> None:
    with pytest.raises(HiwarError, match=r"^voice must be one of: Yara, Nouf, Atheer, Yara_en\.$") as caught:
        catalogue().voice(name)
    assert caught.value.code is ErrorCode.INVALID_VOICE


def test_the_operators_description_goes_before_the_engines() -> None:
    assert catalogue(Sara=VoiceBinding("tone", "tone", "Ours.")).voice("Sara").description == "Ours."


@pytest.mark.parametrize("binding", [VoiceBinding("other"), VoiceBinding("tone", "unheard-of"), VoiceBinding()])
def test_a_binding_to_what_is_not_loaded_says_what_there_is(binding: VoiceBinding) -> None:
    with pytest.raises(EngineUnavailableError, match=r"Voice Sara is bound to .*; there are: tone/tone\."):
        catalogue(Sara=binding)
