"""Which function of `keras.ops` an operation on symbolic tensors stands for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras

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
