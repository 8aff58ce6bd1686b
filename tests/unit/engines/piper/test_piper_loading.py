"""Which voices are loaded, and what the operator is told when none can be."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("hibari")
pytest.importorskip("text2tashkeel")

from onnx import numpy_helper

from hiwar.engines.contracts import EngineContext, SynthesisEngine
from hiwar.engines.piper import load
from hiwar.errors import EngineUnavailableError
from support.tiny_vits import tiny_vits, write_voice


def refusal(models_dir: Path, model: str | None = None) -> str:
    with pytest.raises(EngineUnavailableError) as caught:
        load(EngineContext(models_dir=models_dir, model=model))
    return caught.value.message


def peak(engine: SynthesisEngine, voice: str) -> float:
    pieces = engine.synthesize("Ready.", voice=voice, language="en", speed=1.0, sample_rate=16000)
    return max(float(abs(piece.samples).max()) for piece in pieces if piece.samples.size)


def test_no_voice_says_where_to_put_one(tmp_path: Path) -> None:
    assert str(tmp_path / "piper") in refusal(tmp_path)
    assert "NAME.onnx.json" in refusal(tmp_path)
    assert "elsewhere.onnx" in refusal(tmp_path, str(tmp_path / "elsewhere.onnx"))


def test_voices_of_two_rates_are_refused(tmp_path: Path) -> None:
    write_voice(tmp_path / "piper", "high", audio={"sample_rate": 22050})
    write_voice(tmp_path / "piper", "low")
    message = refusal(tmp_path)
    assert "high 22050 Hz" in message
    assert "low 16000 Hz" in message
    assert "hiwar voices bind" in message


def test_a_voice_that_is_to_be_pulled_first_says_how(tmp_path: Path) -> None:
    assert refusal(tmp_path, "ar_JO-kareem-medium").endswith("run: hiwar models pull ar_JO-kareem-medium")


@pytest.mark.parametrize("name", ["nobody", "whisper-base", "tashkeel"])
def test_a_name_that_is_no_voice_says_where_they_are_listed(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, name) == f"There is no Piper voice {name}; choose one from: hiwar voices available"


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    write_voice(tmp_path / "piper").write_bytes(b"<html>not found</html>")
    assert "piper-tiny" in refusal(tmp_path)


def test_a_model_of_another_structure_is_refused(tmp_path: Path) -> None:
    model = tiny_vits()
    for node in model.graph.node:
        node.op_type = "Floor" if node.op_type == "Ceil" else node.op_type
    write_voice(tmp_path / "piper", model=model)
    assert "not of the structure" in refusal(tmp_path)


def test_a_model_that_the_runtime_refuses_is_refused(tmp_path: Path) -> None:
    model = tiny_vits()
    for node in model.graph.node:
        node.op_type = "NoSuchOperator" if node.op_type == "CumSum" else node.op_type
        node.op_type = "NoSuchOperator" if node.op_type == "Split" else node.op_type
    write_voice(tmp_path / "piper", model=model)
    assert "cannot be run" in refusal(tmp_path)


def test_a_model_with_fewer_symbols_than_its_table_is_refused(tmp_path: Path) -> None:
    table = {symbol: [9999] for symbol in "_^$ aeɹˈ."}
    write_voice(tmp_path / "piper", phoneme_id_map=table)
    assert "cannot be run" in refusal(tmp_path)


@pytest.mark.parametrize("value", [0.0, float("nan")], ids=["silence", "no number"])
def test_a_voice_that_gives_no_sound_is_refused(tmp_path: Path, value: float) -> None:
    model = tiny_vits()
    last = [node for node in model.graph.node if node.op_type == "Conv"][-1]
    for weights in model.graph.initializer:
        if weights.name in last.input:
            weights.CopyFrom(numpy_helper.from_array(np.full(weights.dims, value, np.float32), weights.name))
    write_voice(tmp_path / "piper", "mute", model)
    assert "mute.onnx gives no sound" in refusal(tmp_path)


def test_a_voice_that_knows_no_phoneme_is_refused(tmp_path: Path) -> None:
    write_voice(tmp_path / "piper", "mute", phoneme_id_map={symbol: [0] for symbol in "_^$ -'."})
    assert "mute.onnx gives no sound" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["stray", "stray.onnx", "folder"])
def test_a_name_is_no_file_of_the_folder_that_the_server_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_voice(tmp_path, "stray")
    write_voice(tmp_path / "folder", "stray")
    monkeypatch.chdir(tmp_path)
    assert f"There is no Piper voice {name}; choose" in refusal(tmp_path / "models", name)


@pytest.mark.models
def test_a_folder_gives_a_voice_for_each_file_and_speaker(tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    write_voice(folder, "one")
    write_voice(folder, "two", tiny_vits(speakers=2), num_speakers=2, speaker_id_map={"ann": 0, "bob": 1})
    write_voice(folder, "three", espeak={"voice": "ar"})
    lines: list[str] = []
    engine = load(EngineContext(models_dir=tmp_path / "models", model=str(folder), report=lines.append))
    assert {voice.name: voice.language for voice in engine.voices} == {
        "one": "en",
        "three": "ar",
        "two/ann": "en",
        "two/bob": "en",
    }
    assert any("one" in line for line in lines)
    assert all(0.02 < peak(engine, voice.name) <= 1.0 for voice in engine.voices)
    engine.close()


@pytest.mark.models
def test_one_file_is_one_voice(tmp_path: Path) -> None:
    engine = load(EngineContext(models_dir=tmp_path, model=str(write_voice(tmp_path / "else", "solo"))))
    assert [voice.name for voice in engine.voices] == ["solo"]
    engine.close()


@pytest.mark.models
def test_voices_of_two_rates_are_loaded_by_their_names(tmp_path: Path) -> None:
    write_voice(tmp_path / "piper", "high", audio={"sample_rate": 22050})
    write_voice(tmp_path / "piper", "low")
    for name, rate in (("high", 22050), ("low", 16000)):
        engine = load(EngineContext(models_dir=tmp_path, model=name))
        assert ([voice.name for voice in engine.voices], engine.info.sample_rate) == ([name], rate)
        engine.close()
