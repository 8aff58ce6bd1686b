"""Stands in for torch, of which both peers ask only whether there is a GPU: a gigabyte less to install."""

import multiprocessing
import sys
import types


def stand_in_for_torch() -> None:
    """Must be called before a peer is imported, in each of its processes."""
    torch = types.ModuleType("torch")
    torch.__dict__.update(
        cuda=types.SimpleNamespace(is_available=lambda: False),
        multiprocessing=multiprocessing,
        Tensor=type("Tensor", (), {}),
    )
    sys.modules.update({"torch": torch, "torch.multiprocessing": multiprocessing})
