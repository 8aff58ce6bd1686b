"""Sessions tell what a model takes, and turn every refusal of the library into an engine error."""

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper

from hiwar.engines.onnx_sessions import Session, open_session
from hiwar.errors import EngineError


def adding(op_type: str = "Add") -> bytes:
    """The model total = one + other, all of two floats."""
    one, other, total = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("a", "b", "total"))
    graph = helper.make_graph([helper.make_node(op_type, ["a", "b"], ["total"])], "adding", [one, other], [total])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.metadata_props.add(key="made for", value="tests")
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture
def session() -> Session:
    return open_session(adding())


def test_a_session_tells_its_inputs_and_metadata_and_computes(session: Session) -> None:
    assert session.inputs.keys() == {"a", "b"}
    assert session.metadata["made for"] == "tests"
    (total,) = session.run(["total"], {"a": np.ones(2, np.float32), "b": np.ones(2, np.float32)})
    assert total.tolist() == [2, 2]


@pytest.mark.parametrize("model", [b"", b"<html>", adding("NoSuchOperator")], ids=["empty", "no model", "operator"])
def test_what_cannot_be_opened_is_an_engine_error(model: bytes) -> None:
    with pytest.raises(EngineError):
        open_session(model)


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"a": np.ones(2, np.float32)}, id="too few"),
        pytest.param({"a": np.ones(2, np.float32), "b": np.ones(3, np.float32)}, id="shape"),
        pytest.param({"a": np.ones(2, np.float32), "b": np.ones(2, np.int64)}, id="type"),
    ],
)
def test_what_cannot_be_computed_is_an_engine_error(session: Session, inputs: dict[str, NDArray[np.float32]]) -> None:
    with pytest.raises(EngineError):
        session.run(None, inputs)


def test_an_output_that_is_not_there_is_an_engine_error(session: Session) -> None:
    with pytest.raises(EngineError):
        session.run(["product"], {"a": np.ones(2, np.float32), "b": np.ones(2, np.float32)})
