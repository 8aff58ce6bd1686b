"""A model that cannot be run is told as such: the native library would end the process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sherpa_onnx")

from hiwar.engines.contracts import EngineContext
from hiwar.engines.sherpa import load
from hiwar.errors import EngineUnavailableError
from support.tiny_transducer import write_nemo_transducer, write_transducer


def refused(folder: Path) -> str:
    with pytest.raises(EngineUnavailableError) as refusal:
        load(EngineContext(folder.parent, model=str(folder)))
    return refusal.value.message


@pytest.mark.parametrize("part", ["encoder", "decoder", "joiner"])
def test_a_missing_part_is_named(tmp_path: Path, part: str) -> None:
    folder = write_transducer(tmp_path / "tiny")
    (folder / f"{part}.onnx").unlink()
    assert f"{part}*.onnx" in refused(folder)


def test_a_quantised_part_is_preferred_and_two_of_a_kind_are_refused(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    whole = (folder / "encoder.onnx").read_bytes()
    (folder / "encoder.onnx").write_bytes(b"not a model")
    (folder / "encoder-64.int8.onnx").write_bytes(whole)
    load(EngineContext(tmp_path, model=str(folder))).close()
    (folder / "encoder-128.int8.onnx").write_bytes(whole)
    assert "encoder-128.int8.onnx, encoder-64.int8.onnx" in refused(folder)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x72\xff\xff\xff\xff\x7f", b"\x08"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = write_transducer(tmp_path / "tiny")
    (folder / "encoder.onnx").write_bytes(content)
    assert "encoder.onnx" in refused(folder)


@pytest.mark.parametrize("value", [None, "", "many", "1,", "-3"])
def test_a_property_that_is_missing_or_no_number_is_named(tmp_path: Path, value: str | None) -> None:
    folder = write_transducer(tmp_path / "tiny", d_model=value)
    assert "d_model" in refused(folder)


def test_a_decoder_without_its_properties_is_refused(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    (folder / "decoder.onnx").write_bytes((folder / "joiner.onnx").read_bytes())
    assert "vocab_size, context_size" in refused(folder)


def test_parts_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    other = write_nemo_transducer(tmp_path / "nemo")
    (folder / "joiner.onnx").write_bytes((other / "encoder.onnx").read_bytes())
    assert "different models" in refused(folder)


@pytest.mark.parametrize("kind", [None, "whisper"])
def test_an_encoder_of_another_kind_is_refused(tmp_path: Path, kind: str | None) -> None:
    assert "zipformer2" in refused(write_transducer(tmp_path / "tiny", model_type=kind))


def test_tokens_must_be_those_of_the_model(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    tokens = folder / "tokens.txt"
    tokens.write_text("<blk> 0\nonly 1\n", encoding="utf-8")
    assert "tokens 0 to 4" in refused(folder)
    tokens.write_text("<blk> zero\n", encoding="utf-8")
    assert "a line for each token" in refused(folder)
    tokens.unlink()
    assert "a line for each token" in refused(folder)


def test_the_blank_of_nemo_comes_last(tmp_path: Path) -> None:
    folder = write_nemo_transducer(tmp_path / "nemo")
    text = (folder / "tokens.txt").read_text(encoding="utf-8")
    (folder / "tokens.txt").write_text(text.replace("<blk>", "blank"), encoding="utf-8")
    assert "<blk> 4" in refused(folder)
    (folder / "tokens.txt").write_text(f"{text}more 5\n", encoding="utf-8")
    assert "<blk> 4" in refused(folder)


def test_an_encoder_of_nemo_needs_its_decoder(tmp_path: Path) -> None:
    folder = write_nemo_transducer(tmp_path / "nemo")
    other = write_transducer(tmp_path / "tiny")
    (folder / "decoder.onnx").write_bytes((other / "decoder.onnx").read_bytes())
    assert "no decoder of NeMo's" in refused(folder)


def test_symbols_beyond_the_vocabulary_do_no_harm(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    with (folder / "tokens.txt").open("a", encoding="utf-8") as tokens:
        tokens.write("#0 5\n")
    load(EngineContext(tmp_path, model=str(folder))).close()


@pytest.mark.parametrize(
    "settings",
    [{"languages": []}, {"languages": ["de"]}, {"licence": "MIT"}, {"languages": ["ar"], "colour": "red"}, []],
)
def test_settings_of_a_folder_are_checked(tmp_path: Path, settings: object) -> None:
    folder = write_transducer(tmp_path / "tiny")
    (folder / "hiwar.json").write_text(json.dumps(settings), encoding="utf-8")
    assert '"languages": ["ar", "en"]' in refused(folder)


def test_a_folder_without_settings_is_told_what_to_write(tmp_path: Path) -> None:
    folder = write_transducer(tmp_path / "tiny")
    (folder / "hiwar.json").unlink()
    assert '"languages": ["ar", "en"]' in refused(folder)


def test_a_model_has_to_be_named_and_there(tmp_path: Path) -> None:
    for name, told in ((None, "recognition_model"), ("nonsense", "no streaming model nonsense"), ("./none", "folder")):
        with pytest.raises(EngineUnavailableError, match=told):
            load(EngineContext(tmp_path, model=name))


def test_importing_the_engine_imports_no_heavy_package() -> None:
    program = "import sys, hiwar.engines.sherpa; print('sherpa_onnx' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
