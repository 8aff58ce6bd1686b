import json
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hiwar.cli import main

TONE = {f"HIWAR_ENGINES_{kind}": "tone" for kind in ("SYNTHESIS", "RECOGNITION", "VOICE_ACTIVITY")}


def _doctor(tmp_path: Path, *arguments: str, **environment: str) -> Result:
    folders = ["--data-dir", str(tmp_path / "server" / "data"), "--models-dir", str(tmp_path / "models")]
    free = {"HIWAR_PORT": "0"}
    return CliRunner(env=TONE | free | environment).invoke(main, ["doctor", *folders, *arguments])


def _finding(result: Result, name: str) -> dict[str, Any]:
    return next(finding for finding in json.loads(result.stdout)["findings"] if finding["name"] == name)


def test_a_whole_machine_is_ready(tmp_path: Path) -> None:
    result = _doctor(tmp_path)
    assert result.exit_code == 0, result.output
    for heading in ("packages", "models", "folders", "network", "speed", "settings"):
        assert f"\n{heading}\n" in result.stdout
    assert "engines.synthesis = tone (environment HIWAR_ENGINES_SYNTHESIS)" in result.stdout
    assert "real-time factor" in result.stdout
    assert "cannot work" not in result.stdout


def test_what_was_spoken_is_understood(tmp_path: Path) -> None:
    heard = _finding(_doctor(tmp_path, "--json"), "tone hears it")
    assert "The train to the city leaves at nine in the morning." in heard["detail"]


def test_json_has_every_setting_with_its_source(tmp_path: Path) -> None:
    report = json.loads(_doctor(tmp_path, "--json").stdout)
    assert report["ready"] is True
    settings = {each["name"]: (each["value"], each["source"]) for each in report["settings"]}
    assert settings["data_dir"] == (str(tmp_path / "server" / "data"), "flag")
    assert settings["host"] == ("127.0.0.1", "default")


def test_an_engine_that_is_not_there_is_missing(tmp_path: Path) -> None:
    result = _doctor(tmp_path, HIWAR_ENGINES_SYNTHESIS="parrot")
    assert result.exit_code == 1
    assert "There is no engine 'parrot'" in result.stdout
    assert "hiwar serve cannot work yet: 1 missing" in result.stdout


def test_a_chosen_model_that_is_not_here_is_missing(tmp_path: Path) -> None:
    result = _doctor(tmp_path, "--json", HIWAR_ENGINES_RECOGNITION_MODEL="whisper-small")
    assert result.exit_code == 1
    finding = _finding(result, "whisper-small")
    assert finding["state"] == "missing"
    assert "hiwar models pull whisper-small" in finding["remedy"]


def test_only_the_recogniser_is_told_of_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = tmp_path / "choosy_engines-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: choosy-engines\nVersion: 1.0\n")
    groups = {"synthesis": "ToneSynthesis", "recognition": "ToneRecognition", "voice_activity": "ToneVoiceActivity"}
    entries, loaders = "", "from pathlib import Path\n"
    for group, engine in groups.items():
        entries += f"[hiwar.{group}_engines]\nchoosy = choosy_engines:{group}\n"
        loaders += (
            f"def {group}(context):\n"
            f"    from hiwar.engines.tone.{group} import {engine}\n"
            f"    Path(__file__).with_name({group!r}).write_text(str(context.model))\n"
            f"    return {engine}()\n"
        )
    (metadata / "entry_points.txt").write_text(entries)
    (tmp_path / "choosy_engines.py").write_text(loaders)
    monkeypatch.syspath_prepend(str(tmp_path))
    choosy = dict.fromkeys(TONE, "choosy")
    _doctor(tmp_path, HIWAR_ENGINES_RECOGNITION_MODEL="whisper-base", **choosy)
    told = {group: (tmp_path / group).read_text() for group in groups}
    assert told == {"synthesis": "None", "recognition": "whisper-base", "voice_activity": "None"}


def test_a_folder_that_cannot_be_is_missing(tmp_path: Path) -> None:
    (tmp_path / "server").write_text("a file, no folder")
    result = _doctor(tmp_path, "--json")
    assert result.exit_code == 1
    finding = _finding(result, "data_dir")
    assert finding["state"] == "missing"
    assert "HIWAR_DATA_DIR" in finding["remedy"]


def test_a_used_port_is_noted_and_an_impossible_address_missing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = _doctor(tmp_path, "--json", HIWAR_PORT=str(port))
    assert result.exit_code == 0
    assert "--port" in _finding(result, f"127.0.0.1:{port}")["remedy"]
    result = _doctor(tmp_path, "--json", HIWAR_HOST="192.0.2.1")
    assert _finding(result, "192.0.2.1:0")["state"] == "missing"


@pytest.mark.models
def test_the_embedded_engines_are_measured(tmp_path: Path) -> None:
    embedded = {"HIWAR_ENGINES_SYNTHESIS": "hibari", "HIWAR_ENGINES_RECOGNITION": "whisper"}
    result = _doctor(tmp_path, "--json", HIWAR_ENGINES_VOICE_ACTIVITY="silero", **embedded)
    assert result.exit_code == 0, result.output
    names = {"hibari speaks ar", "hibari speaks en", "whisper hears it", "silero voice activity"}
    assert {finding["name"] for finding in json.loads(result.stdout)["findings"]} >= names
    assert "train" in _finding(result, "whisper hears it")["detail"]
