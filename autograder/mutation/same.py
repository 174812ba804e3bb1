"""Whether two answers are the same, up to rounding and to what no question is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.wire.plain import Opaque

RELATIVE, ABSOLUTE = 1e-4, 1e-6
"""How far float32 numbers may lie apart that were computed in another order."""


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values that came from a student's process are the same.

    Whole numbers and others are told apart, as their reader would; lists and tuples are not.

    >>> is_same((1, [2.0]), [1, (2.0000001,)]), is_same(1, 1.0), is_same({"a": 1}, {"a": 2})
    (True, False, False)
    """
    if isinstance(one, Opaque) or isinstance(other, Opaque):
        return False  # nothing is known of what cannot be sent
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(is_same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return type(one) is type(other) and bool(one == other)
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or _kind(first) != _kind(second):
        return False
    if first.dtype.kind not in "iufb":
        return bool(np.array_equal(first, second))
    return bool(np.allclose(first, second, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))


def _kind(array: np.ndarray) -> str:
    return "i" if array.dtype.kind in "iu" else array.dtype.kind
