import logging

import pytest

from hiwar.serving.stream_log import LINES_PER_S_MAX, StreamLog
from support.streams import HeldClock


def test_a_flood_of_streams_is_no_flood_of_lines(caplog: pytest.LogCaptureFixture) -> None:
    clock = HeldClock()
    log = StreamLog(clock)
    with caplog.at_level(logging.INFO, "hiwar.streams"):
        for _ in range(LINES_PER_S_MAX + 7):
            log.stream_ended({"service": "tts"})
        assert len(caplog.records) == LINES_PER_S_MAX
        clock.now = 0.1
        log.stream_ended({"service": "tts"})
        log.stream_ended({"service": "tts"})
    left_out = [getattr(record, "left_out", 0) for record in caplog.records[LINES_PER_S_MAX:]]
    assert left_out == [7, 0]


def test_lines_of_requests_are_for_those_who_look_closer(caplog: pytest.LogCaptureFixture) -> None:
    log = StreamLog(HeldClock())
    with caplog.at_level(logging.INFO, "hiwar.streams"):
        log.request_ended({"voice": "Yara"})
        assert not caplog.records
    with caplog.at_level(logging.DEBUG, "hiwar.streams"):
        log.request_ended({"voice": "Yara"})
        assert [record.levelname for record in caplog.records] == ["DEBUG"]
