"""Arguments of TensorFlow's functions as `keras.ops` takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Translation = Callable[..., Any]


class Untranslatable(Exception):
    """The function is called in a way that `keras.ops` has no words for."""


def plain_axes(axis: Any) -> int | tuple[int, ...] | None:
    """Return an axis, or several, as plain numbers."""
    if axis is None:
        return None
    values = np.asarray(axis).tolist()
    return tuple(values) if isinstance(values, list) else int(values)


def padding_of(padding: Any) -> str:
    """Return "same" or "valid"."""
    if not isinstance(padding, str):
        raise Untranslatable("padding given as numbers")
    return padding.lower()


def spatial_of(size: Any, data_format: str | None, count: int = 2) -> Any:
    """Return the values of a size along `count` spatial axes, which may be given for the batch and channels as well."""
    if data_format not in (None, "NWC", "NHWC", "NDHWC", "N...C"):
        raise Untranslatable("channels first")
    if isinstance(size, Sequence) and len(size) == count + 2:
        return tuple(size[1:-1])
    if isinstance(size, Sequence) and len(size) == 1:
        return size[0]
    return tuple(size) if isinstance(size, Sequence) else size
