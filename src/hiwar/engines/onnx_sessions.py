"""Opens ONNX sessions that share the machine with the streams beside them: one thread a call, no spinning."""

from typing import Any

import onnxruntime


def open_session(model: str | bytes) -> Any:  # noqa: ANN401  # onnxruntime publishes no types
    """A session for a model file or its bytes. A call computes on the calling thread alone; calls may be concurrent."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A spinning worker takes the core from the streams beside it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
