"""What the documentation shows works: links lead somewhere, commands and options exist, Python compiles, TOML loads."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from hiwar.cli import main
from hiwar.engines.contracts import EngineContext
from hiwar.pipelines.synthesis import SynthesisPipeline
from hiwar.server.settings import load_settings
from hiwar.text.feed import SegmentFeed
from hiwar.vocabulary import AudioFormat, SpeechRequest, Voice

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


def _blocks(language: str) -> list[object]:
    return [
        pytest.param(body, id=f"{page.relative_to(ROOT)}:{number}")
        for page in PAGES
        for number, (kind, body) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if kind == language
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        assert (page.parent / target).exists(), target


def test_the_tests_that_the_threat_model_names_exist() -> None:
    named = set(re.findall(r"`([a-z]+/[a-z_0-9/]*\.py)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    assert len(named) > 30
    assert [path for path in sorted(named) if not (ROOT / "tests" / path).exists()] == []


def _commands() -> list[object]:
    found = []
    for page in PAGES:
        for kind, body in BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == "sh":
                found += [line for line in body.replace("\\\n", " ").splitlines() if re.search(r"\bhiwar \w", line)]
    return sorted(set(found))


@pytest.mark.parametrize("line", _commands())
def test_shown_commands_exist_with_their_options(line: str) -> None:
    for part in re.split(r"&&|\||(?:^|\s)#.*$", line):
        words = shlex.split(part)
        starts = [index for index, word in enumerate(words) if word == "hiwar" or word.endswith("/hiwar")]
        if not starts:
            continue
        arguments = words[starts[0] + 1 :]
        _resolve(main, [word for word in arguments if word not in {">", "<"}])


def _resolve(command: click.Command, arguments: list[str]) -> None:
    context = click.Context(command, resilient_parsing=True)
    if isinstance(command, click.Group) and (arguments or not command.invoke_without_command):
        below = command.get_command(context, arguments[0])
        assert below is not None, arguments[0]
        _resolve(below, arguments[1:])
        return
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    used = {word.split("=")[0] for word in arguments if word.startswith("-") and word != "-"}
    assert used <= known | {"--help", "-h"}


@pytest.mark.parametrize("body", _blocks("python"))
def test_python_blocks_compile(body: str) -> None:
    compile(body, "documentation", "exec", flags=0x2000)  # top-level await is allowed, as in a notebook


@pytest.mark.parametrize("body", [block for block in _blocks("toml") if "entry-points" not in str(block)])
def test_settings_blocks_load(body: str, tmp_path: Path) -> None:
    (tmp_path / "hiwar.toml").write_text(body, encoding="utf-8")
    load_settings({}, tmp_path / "hiwar.toml", {})


def test_the_example_of_an_engine_speaks_through_the_pipeline() -> None:
    page = (ROOT / "docs" / "howto" / "add-an-engine.md").read_text(encoding="utf-8")
    code = next(match[2] for match in BLOCK.finditer(page) if match[1] == "python")
    names: dict[str, Any] = {}
    exec(compile(code, "add-an-engine.md", "exec"), names)  # noqa: S102 - our own text
    engine = names["load"](EngineContext(Path()))
    request = SpeechRequest("r", "One two.", format=AudioFormat(sample_rate=24000))
    voice = Voice("Yara", "en", ("en",), "none", "beeper", "beep", "sine", "none", "basic", "")
    feed = SegmentFeed.whole("One two.")
    pipeline = SynthesisPipeline(request, feed, voice=voice, engine=engine, clock=lambda: 0.0)
    audio = b""
    while (step := pipeline.step()) is not None:
        audio += b"".join(chunk.audio for chunk in step)
    assert len(audio) == 2 * 2400 * 2
    assert pipeline.progress.words == 2
