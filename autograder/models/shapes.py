"""Shapes as student code sees them on symbolic tensors, where the size of the batch is not known."""

from __future__ import annotations

from typing import Any

import numpy as np


class UnknownBatch(Exception):
    """Student code computes with the size of the batch, which is not known."""


class BatchSize(int):
    """The batch's size as student code sees it while tracing: good for a shape, refused in arithmetic."""

    def _refuse(self, *_: object) -> Any:
        raise UnknownBatch("it computes with the size of the batch")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __neg__ = _refuse


def visible_shape(tensor: Any) -> list[int]:
    """Return the shape of a symbolic tensor as student code may compute with it."""
    return [BatchSize(-1) if size is None else size for size in tensor.shape]


def resolved_shape(shape: tuple[int | None, ...], target: Any) -> Any:
    """Return the target of a reshape without a second -1, where one of them is the batch."""
    target = tuple(target) if isinstance(target, list | tuple) else (target,)
    if not any(isinstance(size, BatchSize) for size in target) or sum(size == -1 for size in target) < 2:
        return tuple(int(size) if isinstance(size, BatchSize) else size for size in target)
    known = int(np.prod([size for size in target if size != -1], dtype=int))
    left = int(np.prod([size for size in shape if size is not None], dtype=int))
    is_batch = [isinstance(size, BatchSize) for size in target]
    return tuple(
        -1 if batch else (left // known if size == -1 else size) for size, batch in zip(target, is_batch, strict=True)
    )
