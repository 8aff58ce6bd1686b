"""The readers are loaded once: to load them again holds up all who speak meanwhile."""

import pytest

pytest.importorskip("hibari")
pytest.importorskip("onnxruntime")
pytest.importorskip("text2tashkeel")

from hiwar.engines.reading.loading import load_readers


def test_every_engine_of_a_process_shares_the_readers() -> None:
    first, second = load_readers(), load_readers()
    assert all(one is other for one, other in zip(first, second, strict=True))
