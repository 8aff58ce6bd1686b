"""The JSON beside a model is read and checked; what is wrong with it is told with a remedy."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnx")

from hiwar.engines.piper.voice_file import read_voice
from hiwar.errors import EngineUnavailableError
from support.tiny_vits import SYMBOLS, write_voice


def test_a_voice_tells_its_facts(tmp_path: Path) -> None:
    voice = read_voice(write_voice(tmp_path, "someone"))
    assert (voice.name, voice.language, voice.sample_rate) == ("someone", "en", 16000)
    assert (voice.noise_scale, voice.length_scale, voice.duration_noise_scale) == (0.667, 1.0, 0.8)
    assert voice.symbols["ə"] == (SYMBOLS.index("ə"),)
    assert not voice.speakers


@pytest.mark.parametrize(("espeak", "language"), [("ar", "ar"), ("en-gb-x-rp", "en"), ("en_US", "en")])
def test_the_language_is_that_of_the_espeak_voice(tmp_path: Path, espeak: str, language: str) -> None:
    assert read_voice(write_voice(tmp_path, espeak={"voice": espeak})).language == language


def test_speakers_go_by_name_or_else_by_number(tmp_path: Path) -> None:
    named = write_voice(tmp_path, "named", num_speakers=2, speaker_id_map={"ann": 1, "bob": 0})
    assert read_voice(named).speakers == {"ann": 1, "bob": 0}
    unnamed = write_voice(tmp_path, "unnamed", num_speakers=2)
    assert read_voice(unnamed).speakers == {"0": 0, "1": 1}


def test_what_piper_may_leave_out_has_its_defaults(tmp_path: Path) -> None:
    voice = read_voice(write_voice(tmp_path, inference={}))
    assert (voice.noise_scale, voice.length_scale, voice.duration_noise_scale) == (0.667, 1.0, 0.8)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"espeak": {"voice": "de"}}, "neither English nor Arabic"),
        ({"espeak": {}}, "does not describe"),
        ({"audio": {"sample_rate": 1}}, "does not describe"),
        ({"inference": {"length_scale": 0}}, "does not describe"),
        ({"phoneme_id_map": {"a": []}}, "does not describe"),
        ({"phoneme_id_map": {"a": [4]}}, "not trained on espeak's phonemes"),
        ({"phoneme_type": "text"}, "not trained on espeak's phonemes"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(EngineUnavailableError, match=told):
        read_voice(write_voice(tmp_path, **changes))


def test_a_model_alone_is_refused(tmp_path: Path) -> None:
    path = write_voice(tmp_path)
    path.with_name("tiny.onnx.json").unlink()
    with pytest.raises(EngineUnavailableError, match=r"tiny\.onnx\.json beside it"):
        read_voice(path)


@pytest.mark.parametrize("content", [b"\xff{", b'{"audio": "\xff"}'], ids=["no JSON", "no UTF-8"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write_voice(tmp_path)
    path.with_name("tiny.onnx.json").write_bytes(content)
    with pytest.raises(EngineUnavailableError, match="does not describe"):
        read_voice(path)
