"""A folder with a streaming transducer: finds its files and checks what sherpa-onnx asks of them.

sherpa-onnx ends the whole process when a model lacks what it needs, so nothing unchecked may reach it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hiwar.engines.sherpa.onnx_properties import read_properties
from hiwar.errors import EngineUnavailableError

_PARTS = ("encoder", "decoder", "joiner")
_TOKENS = "tokens.txt"
_KINDS: Mapping[str, tuple[str, ...]] = {
    "conformer": ("left_context", "encoder_dim", "pad_length", "cnn_module_kernel"),
    "lstm": ("rnn_hidden_size", "d_model"),
    "zipformer": ("encoder_dims", "attention_dims", "cnn_module_kernels", "left_context_len"),
    "zipformer2": (
        *("encoder_dims", "query_head_dims", "value_head_dims", "num_heads"),
        *("cnn_module_kernels", "left_context_len"),
    ),
}
"""The encoders of icefall that are supported, by `model_type`, and what their properties must tell."""
_ICEFALL = ("num_encoder_layers", "T", "decode_chunk_len")
_ICEFALL_DECODER = ("vocab_size", "context_size")
_NEMO = (
    *("vocab_size", "window_size", "chunk_shift", "subsampling_factor", "pred_rnn_layers", "pred_hidden"),
    *("cache_last_channel_dim1", "cache_last_channel_dim2", "cache_last_channel_dim3"),
    *("cache_last_time_dim1", "cache_last_time_dim2", "cache_last_time_dim3"),
)
_BLANK = "<blk>"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Checked files. `kind` is the type that sherpa-onnx is told, "" for NeMo's, which it finds out by itself.

    `window_frames` is what the encoder looks at in one step, in frames of 10 ms. `chooses_language` says that a stream
    may be told its language. `capitals_only`: the model writes no small Latin letters.
    """

    encoder: Path
    decoder: Path
    joiner: Path
    tokens: Path
    kind: str
    window_frames: int
    chooses_language: bool
    capitals_only: bool


def read_model(folder: Path) -> ModelFiles:
    """The model in a folder. Raises EngineUnavailableError that says what is missing or does not fit."""
    encoder, decoder, joiner = (_one(folder, part) for part in _PARTS)
    of_encoder, of_decoder, _ = (_properties(path) for path in (encoder, decoder, joiner))
    tokens = _tokens(folder / _TOKENS)
    kind = of_encoder.get("model_type", "")
    if kind in _KINDS:
        _require(encoder, of_encoder, (*_ICEFALL, *_KINDS[kind]))
        _require(decoder, of_decoder, _ICEFALL_DECODER)
        window, last = int(of_encoder["T"]), int(of_decoder["vocab_size"]) - 1
    elif "pred_hidden" in of_encoder:
        kind = ""
        _require(encoder, of_encoder, _NEMO)
        window, last = int(of_encoder["window_size"]), int(of_encoder["vocab_size"])
        if tokens.get(last) != _BLANK or len(tokens) != last + 1:
            raise EngineUnavailableError(f"The last of the tokens in {folder / _TOKENS} must be: {_BLANK} {last}")
        if "context_size" in of_decoder:
            raise EngineUnavailableError(f"{decoder} is no decoder of NeMo's, but the encoder is.")
    else:
        known = ", ".join(_KINDS)
        message = f"{encoder} is no streaming encoder that hiwar can run; it runs NeMo's and these of icefall: {known}."
        raise EngineUnavailableError(message)
    if not tokens.keys() >= set(range(last + 1)):
        raise EngineUnavailableError(f"{folder / _TOKENS} must have the tokens 0 to {last}; download it again.")
    written = "".join(token for token in tokens.values() if not token.startswith("<"))
    capitals_only = not any("a" <= letter <= "z" for letter in written)
    chooses = "prompt_dictionary" in of_encoder
    return ModelFiles(encoder, decoder, joiner, folder / _TOKENS, kind, window, chooses, capitals_only)


def _one(folder: Path, part: str) -> Path:
    """The file of a part, the quantised one where there are both."""
    found = sorted(folder.glob(f"{part}*.onnx"))
    chosen = [path for path in found if ".int8." in path.name] or found
    if not chosen:
        message = (
            f"The model folder {folder} has no {part}*.onnx; a streaming transducer is encoder*.onnx, decoder*.onnx, "
            f"joiner*.onnx and {_TOKENS}."
        )
        raise EngineUnavailableError(message)
    if len(chosen) > 1:
        names = ", ".join(path.name for path in chosen)
        raise EngineUnavailableError(f"The model folder {folder} has several of {part}*.onnx, keep one: {names}")
    return chosen[0]


def _properties(path: Path) -> dict[str, str]:
    try:
        return read_properties(path)
    except (OSError, ValueError) as error:
        raise EngineUnavailableError(f"{path} cannot be read as an ONNX model; download it again.") from error


def _require(path: Path, properties: Mapping[str, str], needed: tuple[str, ...]) -> None:
    """Each must be there as one or more whole numbers with commas between them."""
    unfit = [
        name for name in needed if not all(number.strip().isdecimal() for number in properties.get(name, "").split(","))
    ]
    if unfit:
        message = (
            f"{path} lacks these properties of a streaming model: {', '.join(unfit)}; export it again for sherpa-onnx."
        )
        raise EngineUnavailableError(message)


def _tokens(path: Path) -> dict[int, str]:
    """Tokens by number; a line is the token and its number."""
    tokens: dict[int, str] = {}
    try:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                *token, number = line.rsplit(maxsplit=1)
                tokens[int(number)] = token[0] if token else " "
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read; it has a line for each token: the token and its number."
        raise EngineUnavailableError(message) from error
    return tokens
