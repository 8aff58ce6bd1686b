"""Runs ONNX models beside others on one machine: one thread a call, no spinning, the library's errors translated."""

from collections.abc import Mapping, Sequence
from typing import Any

import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from hiwar.errors import EngineError

_UNUSABLE = (
    onnx_errors.Fail,
    onnx_errors.InvalidArgument,
    onnx_errors.InvalidGraph,
    onnx_errors.InvalidProtobuf,
    onnx_errors.NotImplemented,
    onnx_errors.RuntimeException,
    ValueError,
)
"""What onnxruntime raises for a model that it cannot open or run, or not with these inputs; they share no base."""


class Session:
    """A loaded model. A call computes on the calling thread alone; calls may be concurrent."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401  # onnxruntime publishes no types
        self._session = session
        self.inputs: Mapping[str, Sequence[int | str]] = {value.name: value.shape for value in session.get_inputs()}
        """Shapes by name; an axis of any length has a name."""
        self.metadata: Mapping[str, str] = session.get_modelmeta().custom_metadata_map

    def run(self, outputs: Sequence[str] | None, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """The outputs of these names, None for all. Raises EngineError."""
        try:
            found: list[NDArray[Any]] = self._session.run(outputs, inputs)
        except _UNUSABLE as error:
            raise EngineError from error
        return found


def open_session(model: bytes) -> Session:
    """A session for a whole model. Raises EngineError for one that cannot be run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A spinning worker takes the core from the streams beside it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _UNUSABLE as error:
        raise EngineError from error
    # It would keep the file's bytes for opening them once more, beside the weights that it has made of them.
    session._model_bytes = b""  # noqa: SLF001
    return Session(session)
