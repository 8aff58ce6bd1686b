"""The Python of the README does what it says, against a server of tone engines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.serving import LiveServer, live_server

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_speak(server: LiveServer, capsys: pytest.CaptureFixture[str], example: str) -> None:
    here = example.replace("ws://127.0.0.1:8080", server.url).replace("hiwar_...", server.key)
    assert here.count(server.url) == here.count(server.key) == 1
    exec(compile(here, "README.md", "exec"), {})  # noqa: S102 - our own text
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all("bytes of PCM" in line for line in lines)
    if "word_timestamps" in here:
        assert lines[-1].endswith("spoken so far: The balance is $25.50. Shall I transfer it to your savings account?")
