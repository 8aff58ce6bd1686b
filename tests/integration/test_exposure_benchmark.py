"""The parts of the benchmark of an exposed server, each with a load that costs next to nothing, on tone engines."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from crowd import Load, Utterance
from exposed_server import ExposedServer, Keys
from exposure_tables import admission_table, neighbours_table, shutting_out_table, slow_table, standing_table
from knocking import Admission, measure_admission
from listener import Wanted, run
from measured_server import MeasuredServer
from neighbours import Flood, measure_neighbours
from shared_limits import count
from shutting_out import measure_shutting_out
from slow_connections import measure_slow
from standing import Objective, Standing, measure_standing

from hiwar.serving.keys import UNLIMITED
from support.serving import live_server

LOAD = Load(Wanted(8000, (("Yara_en", "en"),)), (Utterance("en", (np.zeros(1024, "<i2").tobytes(),)),))
OBJECTIVE = Objective(first_audio_ms=60_000, partial_lag_ms=60_000)


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExposedServer]:
    """A server that takes three streams."""
    with live_server(tmp_path_factory.mktemp("data"), {"limits.streams_max": 3}) as live:
        server = MeasuredServer(live.url, live.key, "1", "tone", None, live.grpc_target)
        yield ExposedServer(server, Keys(live.settings.keys_file))


def test_streams_that_are_served_hold_and_those_that_are_refused_do_not(exposed: ExposedServer) -> None:
    few, many = run(measure_standing(exposed, LOAD, "tts", (1, 5), Standing(OBJECTIVE, 0.2, beginning_s=0.0)))
    assert few.holds
    assert few.failures == {}
    assert not many.holds
    assert many.failures == {"refused": 2}
    assert "| 5 |" in standing_table([few, many], OBJECTIVE)


def test_those_inside_are_measured_alone_and_while_others_knock(exposed: ExposedServer) -> None:
    effort = Admission(most=1, apart_s=0.0, seconds=0.3, keys="two", settling_s=0.0)
    found = run(measure_admission(exposed, LOAD, "mixed", effort))
    assert found.admitted == {"tts": 1, "asr": 1}
    assert not found.full
    assert found.failures == {}
    assert (found.knockers, found.let_in_later) == (8, 1)
    assert found.refusals == {"server_busy": 7}
    assert found.told is not None
    assert found.told.p50 == 2000
    assert "7 server_busy" in admission_table([found])


def test_one_key_waits_alone_and_beside_another(exposed: ExposedServer) -> None:
    flood = Flood(runs=2, utterances=0, characters=200, requests=4, streams=0)
    found = run(measure_neighbours(exposed, LOAD, flood))
    assert [(row.many, row.refused) for row in found.rows] == [(0, 0), (1, 0), (4, 2)]
    assert all(row.waited.count == 2 for row in found.rows)
    assert "| 4 texts of 200 |" in neighbours_table(found)


def test_a_revoked_key_is_timed_to_the_end_of_its_stream(exposed: ExposedServer) -> None:
    found = run(measure_shutting_out(exposed, 1, over_s=0.0))
    assert found.ends == ("WebSocket 4401", "gRPC UNAUTHENTICATED")
    assert 0 < found.websocket.largest < 60_000
    assert "WebSocket 4401" in shutting_out_table(found)


def test_requests_over_a_limit_are_counted(exposed: ExposedServer) -> None:
    limited = exposed.client("limited", replace(UNLIMITED, requests_per_minute=3))
    found = run(count([limited], 3, 8, connections=2))
    assert (found.spoken, found.refusals) == (3, {"rate_limit_exceeded": 5})


def test_a_client_is_measured_beside_slow_connections(exposed: ExposedServer) -> None:
    found = run(measure_slow(exposed, LOAD, connections=3, seconds=0.1))
    assert found.cut_off == {"HTTP": None, "WebSocket": None, "gRPC": None}
    assert found.first_audio_during.count
    assert "3 connections" in slow_table(found)
