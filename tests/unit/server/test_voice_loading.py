"""What is loaded at a start: the settings' voices, those bound since, and the default where one of them is gone."""

import logging
from pathlib import Path

import pytest

from hiwar.errors import HiwarError
from hiwar.server.voice_loading import load_catalogue
from hiwar.serving.binding_file import BindingFile
from hiwar.serving.bindings import LoadedAs
from support.serving import model_free_settings


def _silent(_line: str) -> None:
    pass


def test_without_bindings_it_is_the_settings_voices(tmp_path: Path) -> None:
    catalogue = load_catalogue(model_free_settings(tmp_path), _silent)
    assert list(catalogue.voices) == ["Yara", "Nouf", "Atheer", "Yara_en"]
    assert catalogue.loaded(LoadedAs("tone")) is not None


def test_a_binding_goes_before_the_settings_and_replaces_them_whole(tmp_path: Path) -> None:
    settings = model_free_settings(tmp_path, {"voices": {"Yara": {"description": "Ours."}}})
    assert load_catalogue(settings, _silent).voice("Yara").description == "Ours."
    BindingFile(settings.bindings_file).change("Yara", "tone/tone")
    assert load_catalogue(settings, _silent).voice("Yara").description != "Ours."


@pytest.mark.parametrize("reference", ["gone-medium", "tone/nope", "../x"])
def test_a_voice_that_is_gone_costs_its_name_the_binding_and_the_server_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reference: str
) -> None:
    settings = model_free_settings(tmp_path, {"models_dir": str(tmp_path / "models")})
    file = BindingFile(settings.bindings_file)
    file.change("Yara", reference)
    file.change("Somebody", "gone-medium")
    with caplog.at_level(logging.WARNING, "hiwar.server"):
        catalogue = load_catalogue(settings, _silent)
    assert catalogue.voice("Yara").engine == "tone"
    assert "Somebody" not in catalogue.voices
    assert "Somebody" not in caplog.text
    assert "voice Yara keeps its default: " in caplog.text
    assert file.read()["Yara"] == reference


def test_a_binding_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    settings = model_free_settings(tmp_path)
    settings.bindings_file.write_text("{")
    with pytest.raises(HiwarError, match=r"voices\.json cannot be read"):
        load_catalogue(settings, _silent)
