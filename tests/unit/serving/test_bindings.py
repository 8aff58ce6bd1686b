import msgspec
import pytest

from hiwar.errors import ErrorCode, HiwarError
from hiwar.serving.bindings import EMBEDDED, LoadedAs, VoiceBinding, binding_of, bindings
from hiwar.vocabulary import DEFAULT_VOICE


def test_the_contracts_names_speak_with_voices_of_their_own() -> None:
    assert list(EMBEDDED) == ["Yara", "Nouf", "Atheer", "Yara_en"]
    assert next(iter(EMBEDDED)) == DEFAULT_VOICE
    assert bindings("hibari", {}) == EMBEDDED
    assert len({binding.engine_voice for binding in EMBEDDED.values()}) == len(EMBEDDED)


def test_with_another_engine_every_name_stays_and_speaks_with_its_first_voice() -> None:
    assert bindings("tone", {}) == dict.fromkeys(EMBEDDED, VoiceBinding("tone"))


def test_the_operator_adds_a_voice_of_the_servers_engine() -> None:
    assert bindings("tone", {"Sara": VoiceBinding()})["Sara"] == VoiceBinding("tone")
    assert list(bindings("tone", {"Sara": VoiceBinding()})) == [*EMBEDDED, "Sara"]


def test_the_operator_changes_only_what_he_names() -> None:
    below = EMBEDDED["Atheer"]
    for own in (VoiceBinding(description="Ours."), VoiceBinding("hibari", description="Ours.")):
        expected = VoiceBinding("hibari", below.engine_voice, "Ours.")
        assert bindings("hibari", {"Atheer": own})["Atheer"] == expected
    assert bindings("hibari", {"Atheer": VoiceBinding(engine_voice="x")})["Atheer"] == VoiceBinding("hibari", "x")
    assert bindings("hibari", {"Atheer": VoiceBinding()}) == EMBEDDED


def test_another_engine_brings_its_own_voice() -> None:
    assert bindings("hibari", {"Yara": VoiceBinding("tone")})["Yara"] == VoiceBinding("tone")
    assert bindings("hibari", {"Yara": VoiceBinding("tone", "tone", "Ours.")})["Yara"] == VoiceBinding(
        "tone", "tone", "Ours."
    )


def test_another_model_brings_its_own_voice() -> None:
    assert bindings("piper", {"Yara": VoiceBinding(model="kareem")})["Yara"] == VoiceBinding("piper", model="kareem")
    own = VoiceBinding("piper", "kareem/two", "Ours.", "kareem")
    assert bindings("hibari", {"Sara": own})["Sara"] == own
    assert own.loaded_as == LoadedAs("piper", "kareem")


@pytest.mark.parametrize(
    ("reference", "binding"),
    [
        ("hibari/male", VoiceBinding("hibari", "male")),
        ("hibari", VoiceBinding("hibari")),
        ("ar_JO-kareem-medium", VoiceBinding("piper", model="ar_JO-kareem-medium")),
        ("en_GB-aru-medium/03", VoiceBinding("piper", "en_GB-aru-medium/03", model="en_GB-aru-medium")),
    ],
)
def test_what_an_operator_means(reference: str, binding: VoiceBinding) -> None:
    assert binding_of(reference, ("hibari", "piper")) == binding


@pytest.mark.parametrize(
    "reference", ["", "/", "/etc/passwd", "../up", ".", "..", "a b", "x" * 101, f"a/{'b' * 101}", "-x"]
)
def test_what_can_name_no_voice(reference: str) -> None:
    with pytest.raises(HiwarError, match="hiwar voices available") as caught:
        binding_of(reference, ("hibari", "piper"))
    assert caught.value.code is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("model", ["/srv/voice", "..", "a/b"])
def test_a_binding_names_a_model_and_no_file(model: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"engine": "piper", "model": model}, VoiceBinding)
