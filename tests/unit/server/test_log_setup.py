"""What a log line holds of an exception, and what it keeps to itself."""

import asyncio
import json
import logging
from pathlib import Path

import pytest

from hiwar.server import log_setup
from hiwar.serving.observation import REQUEST_ID

SECRET = "what the caller said"


def test_what_lies_in_a_group_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.root.handlers[:], logging.root.level
    try:
        log_setup.set_up("info", "text")
        try:
            raise ExceptionGroup("tasks", [ValueError(SECRET)])
        except ExceptionGroup:
            logging.getLogger("hiwar.test").exception("it failed")
        line = capsys.readouterr().err
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert "ValueError" in line
    assert SECRET not in line


def test_the_event_loop_quotes_neither_an_exception_nor_what_a_callback_was_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = logging.root.handlers[:], logging.root.level

    async def scenario() -> None:
        asyncio.get_running_loop().call_soon(int, SECRET)
        await asyncio.sleep(0)

    try:
        log_setup.set_up("info", "text")
        asyncio.run(scenario())
        line = capsys.readouterr().err
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert "ValueError" in line
    assert SECRET not in line


def _raise_with_cause() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise RuntimeError(SECRET) from error


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_logged_by_place_and_type_without_its_message(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = logging.root.handlers[:], logging.root.level
    try:
        log_setup.set_up("info", "json" if form == "json" else "text")
        try:
            _raise_with_cause()
        except RuntimeError:
            logging.getLogger("hiwar.test").exception("it failed", extra={"request_id": "abc"})
        line = capsys.readouterr().err
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert SECRET not in line
    assert "ValueError" in line
    assert "RuntimeError" in line
    assert Path(__file__).name in line
    assert "abc" in line
    if form == "json":
        assert json.loads(line)["message"] == "it failed"


def test_a_line_of_a_stream_s_task_bears_its_request_id_and_no_value_is_taken_for_two(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = logging.root.handlers[:], logging.root.level
    token = REQUEST_ID.set("abcdefgh")
    try:
        log_setup.set_up("info", "text")
        forged = "x outcome=ok\n2026-01-01 ERROR hiwar: forged"
        logging.getLogger("hiwar.test").info("it ended", extra={"key_id": forged, "outcome": "refused"})
        logging.getLogger("hiwar.test").info("another", extra={"request_id": "its-own"})
        first, second = capsys.readouterr().err.splitlines()
    finally:
        REQUEST_ID.reset(token)
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert first.endswith(f"it ended key_id={json.dumps(forged)} outcome=refused request_id=abcdefgh")
    assert second.endswith("another request_id=its-own")
