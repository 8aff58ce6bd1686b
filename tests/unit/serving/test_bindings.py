from hiwar.serving.bindings import EMBEDDED, VoiceBinding, bindings
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
