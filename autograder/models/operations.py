"""Which function of `keras.ops` an operation on symbolic tensors stands for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from autograder.models import shapes
from autograder.models.catalogue import OPERATIONS

_OTHER_NAMES = {
    "BatchNorm": "batch_normalization",
    "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization",
}


def function(path: str) -> Callable[..., Any]:
    """Return a function by its path below `keras.ops`, such as "relu" or "image.resize", or "activations.relu"."""
    holder = keras if path.startswith("activations.") else keras.ops
    found: Callable[..., Any] = functools.reduce(getattr, path.split("."), holder)
    return found


@functools.cache
def _paths() -> dict[str, str]:
    """Names of Keras's operation classes in lower case, without "_" -> path of the function."""
    return {
        path.rpartition(".")[2].replace("_", ""): path for path in OPERATIONS if not path.startswith("activations.")
    }


def path_of(operation: keras.Operation) -> str | None:
    """Return the path of the function that made an operation, None where it is not one that is rebuilt."""
    name = type(operation).__name__
    if name in ("ReLU", "Mish"):
        return f"activations.{name.lower()}"
    return _OTHER_NAMES.get(name) or _paths().get(name.lower())


def without_batch_size(kind: str, args: tuple[Any, ...], config: dict[str, Any]) -> Callable[[], Any] | None:
    """Return what computes the same without naming the size of the batch, None where it is not named.

    Parameters
    ----------
    kind
        Keras's class of an operation on a symbolic tensor.
    args, config
        What it is called with, and what it was made with.
    """
    if kind == "Reshape":
        target = shapes.resolved_shape(args[0].shape, config["newshape"])
        is_plain = not shapes.has_batch(config["newshape"]) and target == tuple(shapes.flat_shape(config["newshape"]))
        return None if is_plain else lambda: ops.reshape(args[0], target)
    if not shapes.has_batch(config):
        return None
    match kind:
        case "BroadcastTo":
            return lambda: shapes.for_each(args[0], config["shape"])
        case "Tile":
            return lambda: shapes.tiled(args[0], config["repeats"])
        case "Repeat":
            return lambda: shapes.repeated(args[0], config["repeats"], config.get("axis"))
    return None
