import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("hibari")
pytest.importorskip("huggingface_hub")

from hiwar.cli.voice_offer import offer_voice
from hiwar.engines.model_catalogue import RECOMMENDED_ARABIC_VOICE
from hiwar.engines.model_store import ModelStore
from hiwar.server.settings import Settings, load_settings
from hiwar.serving.binding_file import BindingFile
from support.model_hub import Hub, serving
from support.serving import WAIT_S

VOICE = RECOMMENDED_ARABIC_VOICE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def hub() -> Iterator[Hub]:
    below = "ar/ar_JO/kareem/medium/"
    with serving(Hub("rhasspy/piper-voices", {f"{below}{VOICE}.onnx{end}": b"voice" for end in ("", ".json")})) as hub:
        yield hub


def _settings(tmp_path: Path, hub: Hub, **flags: object) -> Settings:
    own = {"data_dir": str(tmp_path), "models_dir": str(tmp_path / "models"), "hub": hub.address, **flags}
    return load_settings(own, None, {}).settings


def _offered(settings: Settings, screen: io.StringIO | None = None) -> str | None:
    """What is shown on a terminal (or `screen`) when the hub's answer has come; None when it was not asked."""
    screen = screen or Terminal()
    with contextlib.redirect_stderr(screen):
        asking = offer_voice(settings, "./hiwar", " --data-dir x")
        if asking is None:
            return None
        asking.join(WAIT_S)
        assert not asking.is_alive()
    return screen.getvalue()


def test_one_command_is_told_with_its_size_and_licence(tmp_path: Path, hub: Hub) -> None:
    shown = _offered(_settings(tmp_path, hub))
    assert shown is not None
    assert f"  ./hiwar voices bind Yara {VOICE} --data-dir x\n" in shown
    assert "63 MB, licence not stated, see its model card" in shown
    assert [method for method, _, _ in hub.requests] == ["HEAD"]


@pytest.mark.parametrize("fault", ["down", "absent", "no hub", "nobody"])
def test_a_hub_that_cannot_give_it_is_passed_over_in_silence(tmp_path: Path, hub: Hub, fault: str) -> None:
    hub.down = fault == "down"
    hub.is_hub = fault != "no hub"
    if fault == "absent":
        hub.files.clear()
    if fault == "nobody":
        hub.address = "http://127.0.0.1:9"
    assert _offered(_settings(tmp_path, hub)) == ""


@pytest.mark.parametrize("flag", [{"offer_voices": False}, {"engines.synthesis": "tone"}, {"voices": {"Sara": {}}}])
def test_nothing_is_asked_of_who_chose(tmp_path: Path, hub: Hub, flag: dict[str, object]) -> None:
    assert _offered(_settings(tmp_path, hub, **flag)) is None


def test_nothing_is_asked_of_who_bound_a_voice(tmp_path: Path, hub: Hub) -> None:
    settings = _settings(tmp_path, hub)
    BindingFile(settings.bindings_file).change("Yara", "hibari/male")
    assert _offered(settings) is None


def test_nothing_is_asked_of_who_has_the_voice(tmp_path: Path, hub: Hub) -> None:
    settings = _settings(tmp_path, hub)
    ModelStore(settings.models_dir, settings.hub).pull(VOICE, lambda _line: None)
    assert _offered(settings) is None


def test_nothing_is_asked_without_a_terminal(tmp_path: Path, hub: Hub) -> None:
    assert _offered(_settings(tmp_path, hub), io.StringIO()) is None
