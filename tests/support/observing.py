"""Observations for tests of what is observed."""

from hiwar.serving.clock import Clock, monotonic
from hiwar.serving.keys import Service
from hiwar.serving.metrics import Metrics
from hiwar.serving.observation import Observatory, StreamObservation


def seen(service: Service = "tts", metrics: Metrics | None = None, clock: Clock = monotonic) -> StreamObservation:
    """That of a stream by itself."""
    return StreamObservation(Observatory(metrics or Metrics(), clock), service, "websocket", "r", {})


def sample(metrics: Metrics, name: str) -> float:
    """The one sample of this name, whatever its labels; 0 when there is none."""
    found = [line for line in metrics.render().decode().splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    assert len(found) < 2, found
    return float(found[0].rsplit(" ", 1)[1]) if found else 0.0
