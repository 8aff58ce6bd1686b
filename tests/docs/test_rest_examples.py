"""The Python of the REST page does what it says, against a server of tone engines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.serving import LiveServer, live_server

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "rest.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize(("number", "said"), [(0, "مرحبا بكم"), (1, "bytes of 16-bit PCM at 22050 Hz")])
def test_the_examples_speak_and_listen(
    server: LiveServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: int,
    said: str,
) -> None:
    assert len(EXAMPLES) == 2
    monkeypatch.chdir(tmp_path)
    example = EXAMPLES[number].replace("http://127.0.0.1:8080", server.running.url("http"))
    names: dict[str, Any] = {}
    exec(compile(example.replace("hiwar_...", server.key), "rest.md", "exec"), names)  # noqa: S102 - our own text
    names["client"].close()
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(said in line for line in lines)
