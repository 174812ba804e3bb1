"""Shapes as student code sees them on symbolic tensors, where the size of the batch is not known.

`tf.shape(x)[0]` is a `BatchSize`: it can stand in a shape, and nothing can be computed with it. What is asked for with
it (`tf.zeros((tf.shape(x)[0], 4))`, a token for each image) is computed from the tensor that it belongs to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from autograder.models.unsupported import UnknownBatch, Unsupported


def _refuse(*_: object) -> Any:
    raise UnknownBatch("it computes with the size of the batch")


class BatchSize:
    """The size of the batch as student code sees it while tracing.

    Parameters
    ----------
    tensor
        A symbolic tensor that has this batch.
    """

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def __repr__(self) -> str:
        return "None"

    __hash__ = object.__hash__
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __pow__ = __mod__ = _refuse
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __index__ = __int__ = __float__ = __len__ = __iter__ = _refuse


class StaticShape(tuple[Any, ...]):
    """What `x.shape` is for a symbolic tensor: a tuple that has what TensorFlow's shapes have."""

    __slots__ = ()

    def as_list(self) -> list[int | None]:
        """Return the sizes, None for the batch."""
        return list(self)

    @property
    def rank(self) -> int:
        """Number of axes."""
        return len(self)

    @property
    def ndims(self) -> int:
        """Number of axes."""
        return len(self)


class VisibleShape(tuple[Any, ...]):
    """What `tf.shape` returns for a symbolic tensor: sizes to take out, and a tensor in no other way."""

    __slots__ = ()
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __truediv__ = _refuse

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        return sizes(part) if isinstance(key, slice) else part


def sizes(shape: Sequence[Any]) -> Any:
    """Return an array where all sizes are known, as `tf.shape` would; else a `VisibleShape`."""
    known = not any(isinstance(size, BatchSize) for size in shape)
    return np.asarray(shape, "int32") if known else VisibleShape(shape)


def visible_shape(tensor: Any) -> Any:
    """Return the shape of a symbolic tensor as student code may compute with it."""
    return sizes([BatchSize(tensor) if size is None else size for size in tensor.shape])


def flat_shape(shape: Any) -> list[Any]:
    """Return the sizes in a shape that may be a number, an array or a sequence of sizes."""
    if isinstance(shape, BatchSize):
        return [shape]
    if isinstance(shape, list | tuple):
        if any(each is None for each in shape):
            raise Unsupported(
                "it uses `x.shape[0]`, which is None where the batch is unknown, as in `fit`: -1 is known"
            )
        return [each if isinstance(each, BatchSize) else int(each) for each in shape]
    return [int(size) for size in np.asarray(shape).reshape(-1)]


def has_batch(structure: Any) -> bool:
    """Return whether a size of a batch is somewhere in nested lists, tuples and dicts."""
    return any(isinstance(each, BatchSize | VisibleShape) for each in keras.tree.flatten(structure))


def resolved_shape(shape: tuple[int | None, ...], target: Any) -> Any:
    """Return the target of a reshape without a second unknown size, where one of them is the batch."""
    wanted = flat_shape(target)
    is_batch = [isinstance(size, BatchSize) for size in wanted]
    plain = [-1 if batch else size for size, batch in zip(wanted, is_batch, strict=True)]
    if plain.count(-1) < 2:
        return tuple(plain)
    batch_at = is_batch.index(True) if any(is_batch) else 0  # two -1: the first can only be the batch
    left = math.prod(size for size in shape if size is not None)
    known = math.prod(size for size in plain if size != -1)
    return tuple(-1 if at == batch_at else left // known if size == -1 else size for at, size in enumerate(plain))


def filled(shape: Any, value: Any, dtype: str) -> Any:
    """Return a symbolic tensor of one number, whose first size is that of a batch."""
    batch, rest = _split(shape)
    return ops.add(_zeros(batch, len(rest) + 1, dtype), np.full((1, *rest), value, dtype))


def for_each(tensor: Any, shape: Any) -> Any:
    """Return a tensor broadcast to a shape whose first size is that of a batch."""
    batch, rest = _split(shape)
    if len(tensor.shape) == len(rest) + 1 and tensor.shape[0] is None:
        return ops.add(tensor, np.zeros((1, *rest), tensor.dtype))
    one = ops.broadcast_to(tensor, (1, *rest))
    return ops.add(_zeros(batch, len(rest) + 1, one.dtype), one)


def tiled(tensor: Any, repeats: Any) -> Any:
    """Return a tensor whose first size is 1 repeated along its axes, along the first one for each of a batch."""
    batch, rest = _split(repeats)
    if len(tensor.shape) != len(rest) + 1 or tensor.shape[0] != 1:
        _refuse()
    tile = tensor if set(rest) <= {1} else ops.tile(tensor, (1, *rest))
    return ops.add(_zeros(batch, len(rest) + 1, tensor.dtype), tile)


def repeated(tensor: Any, repeats: Any, axis: int | None) -> Any:
    """Return a tensor whose first size is 1, once for each element of a batch."""
    if axis != 0:
        _refuse()
    return tiled(tensor, (repeats, *(1,) * (len(tensor.shape) - 1)))


def _split(shape: Any) -> tuple[BatchSize, tuple[int, ...]]:
    first, *rest = flat_shape(shape)
    if not isinstance(first, BatchSize) or has_batch(rest):
        _refuse()
    return first, tuple(rest)


def _zeros(batch: BatchSize, rank: int, dtype: Any) -> Any:
    """Return zeros of shape (batch, 1, 1, ...), whatever numbers the tensor of the batch holds."""
    first_of_each = batch.tensor[(slice(None), *(0,) * (len(batch.tensor.shape) - 1))]
    column = ops.zeros_like(first_of_each, dtype=keras.backend.standardize_dtype(dtype))
    return ops.reshape(column, (-1, *(1,) * (rank - 1)))
