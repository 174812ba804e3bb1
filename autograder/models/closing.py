"""What cannot be opened: why not, and which shapes come out when it is run on numbers."""

from __future__ import annotations

import re
from typing import Any

import keras
from keras import ops

from autograder.models.catalogue import OPENED, REFUSED
from autograder.models.describe import inner_layers
from autograder.models.flags import FOLLOWS
from autograder.models.shapes import BatchSize
from autograder.models.unsupported import Unsupported

_ZEROS_BATCH = 2  # what begins with as many is taken for a batch
_REASON_CHARS = 150
_MOST_STEPS = 64  # a `TimeDistributed` around student code is written down step by step


def reason_of(error: BaseException, unknown_function: str) -> str:
    """Return why student code could not be run on symbolic tensors.

    Parameters
    ----------
    error
        What it raised.
    unknown_function
        The last function of TensorFlow that met a symbolic tensor and is not known here; or "".
    """
    if isinstance(error, Unsupported):
        return str(error)
    if unknown_function:
        return f"it calls `{unknown_function}`, which is not known here"
    text = re.sub(r"\{\{.*?\}\}", "", str(error))  # TensorFlow's marks of places in graphs
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"it cannot be run without numbers ({type(error).__name__}: {first[:_REASON_CHARS]})"


def require_opened_kind(layer: keras.Layer, args: tuple[Any, ...]) -> None:
    """Refuse to open layers of Keras's own, those aside that call what the student put in.

    Raises
    ------
    Unsupported
        With the reason.
    """
    kind = type(layer).__name__
    if kind not in OPENED:
        inside = " around a layer of your own" if inner_layers(layer) else ""
        reason = f": {REFUSED[kind]}" if kind in REFUSED else ""
        raise Unsupported(f"layers of the kind `{kind}`{inside} are not known here{reason}")
    if kind == "TimeDistributed" and not (args[0].shape[1] or _MOST_STEPS + 1) <= _MOST_STEPS:
        raise Unsupported(f"`TimeDistributed` around a layer of your own has more than {_MOST_STEPS} steps")


def zeros_like(item: Any) -> Any:
    """Return zeros for a symbolic tensor, and what student code would get for other symbols."""
    if item is FOLLOWS:
        return False
    if isinstance(item, BatchSize):
        return _ZEROS_BATCH
    if not isinstance(item, keras.KerasTensor):
        return item
    return ops.zeros([_ZEROS_BATCH if size is None else size for size in item.shape], item.dtype)


def symbolic_like(item: Any) -> Any:
    """Return a symbolic tensor of the shape of a real one, for any batch."""
    if not hasattr(item, "shape") or not hasattr(item, "dtype"):
        raise Unsupported(f"it returns something of type `{type(item).__name__}`")
    shape = [None if at == 0 and size == _ZEROS_BATCH else size for at, size in enumerate(item.shape)]
    return keras.KerasTensor(shape, keras.backend.standardize_dtype(item.dtype))
