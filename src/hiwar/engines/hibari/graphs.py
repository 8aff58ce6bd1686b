"""Where the voice model is cut: four parts that are run at different times and on different stretches of a segment.

Encoder: phonemes to durations and features of each. Prosody: features repeated by duration to frames and pitch.
Decoder: frames to a compact spectrum. Head: that to the spectrum, for the frames that are wanted of a decoder window.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiwar.engines.hibari.alphabet import BLENDS, vocabulary
from hiwar.engines.onnx_graphs import MissingTensorError, Recipe, cut, load_model

if TYPE_CHECKING:
    from onnx import ModelProto

ENCODER, PROSODY, DECODER, HEAD = "encoder", "prosody", "decoder", "head"

IDS, SPEED = "ids", "speed"
_SIGNS = ("m.text.emb.weight", "pn.text.emb.weight")
"""What the encoder starts from, a row for each id: of the sound and of its pitch."""

DURATIONS, EXACT_DURATIONS = "/Clip_output_0", "/Div_40_output_0"
"""Of each phoneme in units of 25 ms: whole ones, at least one; and as they were before rounding."""

SOUND_FEATURES, PITCH_FEATURES = "/Transpose_22_output_0", "/Transpose_55_output_0"
"""Of each phoneme, shapes (1, 128, phonemes) and (1, 192, phonemes)."""

UNIT_SOUND_FEATURES, UNIT_PITCH_FEATURES = "/Gather_32_output_0", "/Gather_33_output_0"
"""The same for each unit of 25 ms."""

FRAMES, PITCH = "/Concat_43_output_0", "f0"
"""Shapes (1, 130, frames) and (1, frames)."""

COMPACT = "/dec_norm/LayerNormalization_output_0"
"""Shape (1, frames, 256)."""

SPECTRUM = "/head/Add_output_0"
"""Shape (1, frames, 3005): ROWS times BINS to a frame."""

ROWS = 5
"""Log magnitude and phase of the harmonics, log magnitude of the noise, log magnitude and phase of what is left."""

BINS = 601
"""Of 20 Hz, up to 12 kHz."""

Array = NDArray[np.float32]
"""What the parts take and give, but for phonemes and durations."""


def split(model: "ModelProto") -> Mapping[str, "ModelProto"]:
    """The four parts by name. Changes `model`. Raises MissingTensorError for another model."""
    blend(model)
    return {
        ENCODER: cut(
            model,
            {IDS: (1, "phonemes"), SPEED: (1,)},
            (DURATIONS, EXACT_DURATIONS, SOUND_FEATURES, PITCH_FEATURES),
        ),
        PROSODY: cut(
            model,
            {UNIT_SOUND_FEATURES: (1, 128, "units"), UNIT_PITCH_FEATURES: (1, 192, "units")},
            (FRAMES, PITCH),
        ),
        DECODER: cut(model, {FRAMES: (1, 130, "frames")}, (COMPACT,)),
        HEAD: cut(model, {COMPACT: (1, "frames", 256)}, (SPECTRUM,)),
    }


def blend(model: "ModelProto") -> None:
    """Give the signs of BLENDS their rows."""
    from onnx import numpy_helper

    ids = vocabulary()
    tables = {table.name: table for table in model.graph.initializer}
    for name in _SIGNS:
        if name not in tables:
            raise MissingTensorError(name)
        rows = numpy_helper.to_array(tables[name]).copy()
        for sign, parts in BLENDS.items():
            rows[ids[sign]] = sum(weight * rows[ids[known]] for known, weight in parts.items())
        tables[name].CopyFrom(numpy_helper.from_array(rows, name))


RECIPE = Recipe(
    name="hibari",
    definition=f"encoder, prosody, decoder, head: 2; {BLENDS}",
    parts=(ENCODER, PROSODY, DECODER, HEAD),
    make=lambda path: split(load_model(path)),
    remedy="Install the voice package that hiwar knows: pip install hibari-tts==0.2.1",
)
