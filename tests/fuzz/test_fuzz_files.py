"""Files that an operator writes, fetches or keeps, damaged anywhere: an error that says which, and what to do."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiwar.engines.model_manifest import is_intact
from hiwar.engines.piper.voice_file import read_voice
from hiwar.engines.sherpa.onnx_properties import read_properties
from hiwar.errors import HiwarError
from hiwar.server.settings import load_settings
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import binding_of
from hiwar.text.pronunciations import read_lexicon
from support.fuzzing import damaged, fuzzed

TOML = (
    b'host = "127.0.0.1"\nport = 8080\nallowed_origins = ["https://app.example.com"]\n[limits]\nstreams_max = 5\n'
    b'[engines]\nthreads = 2\n[voices.Yara]\nengine = "tone"\nengine_voice = "low"\n[tokens]\njwks = "https://a/b"\n'
)
BINDINGS = b'{"Yara": "ar_JO-kareem-medium", "Nouf": "hibari/male"}'
VOICE = (
    b'{"audio": {"sample_rate": 22050}, "espeak": {"voice": "ar"}, "phoneme_id_map": {"^": [1], "_": [0], "$": [2]},'
    b' "inference": {"noise_scale": 0.6, "length_scale": 1, "noise_w": 0.8}, "num_speakers": 1}'
)
MANIFEST = b'{"origin": "hub", "files": {"model.onnx": {"size": 1, "mtime_ns": 5, "sha256": "ab"}}}'
ONNX = b"\x08\x07\x12\x06sherpa\x72\x0a\x0a\x03key\x12\x03abc\x72\x08\x0a\x01a\x12\x03\xd8\xa7b"
LEXICON = "حوار\tحِوَار\nSQL\t/sˈikwəl/\n# note\n".encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


@fuzzed
@given(damaged([TOML]))
def test_settings(folder: Path, content: bytes) -> None:
    (folder / "hiwar.toml").write_bytes(content)
    with contextlib.suppress(HiwarError):
        load_settings(config=folder / "hiwar.toml", environment={})


@fuzzed
@given(
    st.sampled_from(["HIWAR_PORT", "HIWAR_ALLOWED_ORIGINS", "HIWAR_TOKENS_JWKS", "HIWAR_COUNTERS", "HIWAR_LOG_LEVEL"]),
    st.text() | st.sampled_from(["https://[", "redis://[", "0", "*", ",", "https://a:b"]),
)
def test_environment(name: str, value: str) -> None:
    with contextlib.suppress(HiwarError):
        load_settings(environment={name: value})


@fuzzed
@given(damaged([BINDINGS]))
def test_bindings(folder: Path, content: bytes) -> None:
    (folder / "voices.json").write_bytes(content)
    with contextlib.suppress(HiwarError):
        for reference in BindingFile(folder / "voices.json").read().values():
            binding_of(reference, {"hibari"})


@fuzzed
@given(damaged([VOICE]))
def test_descriptions_of_voices(folder: Path, content: bytes) -> None:
    (folder / "voice.onnx.json").write_bytes(content)
    with contextlib.suppress(HiwarError):
        read_voice(folder / "voice.onnx")


@fuzzed
@given(damaged([MANIFEST]))
def test_manifests(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    assert not is_intact(folder, {"model.onnx": None})


@fuzzed
@given(damaged([ONNX]))
def test_properties_of_models(folder: Path, content: bytes) -> None:
    (folder / "model.onnx").write_bytes(content)
    with contextlib.suppress(ValueError):
        read_properties(folder / "model.onnx")
    (folder / "model.onnx").unlink()


@fuzzed
@given(damaged([LEXICON]).map(lambda data: data.decode("utf-8", "replace")))
def test_lexicons(content: str) -> None:
    with contextlib.suppress(HiwarError):
        read_lexicon(content.splitlines())
