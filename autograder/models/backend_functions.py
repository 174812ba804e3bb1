"""What the old functions of `tf.keras.backend` mean in terms of `keras.ops`: many tutorials write `K.mean(x)`.

Each entry has the signature of the old function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops


def _reduction(operation: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return operation(x, axis=_axes(axis), keepdims=bool(keepdims))

    return call


def _of_one(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: operation(x)


def _of_two(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, y: operation(x, y)


def _axes(axis: Any) -> int | tuple[int, ...] | None:
    found = None if axis is None else np.asarray(axis).tolist()
    return tuple(found) if isinstance(found, list) else found


def _relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    if max_value is None and not threshold:
        return ops.leaky_relu(x, negative_slope=alpha) if alpha else ops.relu(x)
    above = ops.where(ops.greater(x, threshold), x, ops.multiply(alpha, ops.subtract(x, threshold)))
    return above if max_value is None else ops.minimum(above, max_value)


def _batch_flatten(x: Any) -> Any:
    return ops.reshape(x, (-1, int(np.prod([size for size in x.shape[1:] if size is not None], dtype=int))))


def _l2_normalize(x: Any, axis: Any = None) -> Any:
    squares = ops.sum(ops.square(x), axis=_axes(axis), keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, 1e-12)))


def _batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    if axes not in (None, (2, 1), [2, 1]) or len(x.shape) != 3 or len(y.shape) != 3:
        raise ValueError("batch_dot with other axes")
    return ops.matmul(x, y)


def _permute(x: Any, pattern: Sequence[int]) -> Any:
    return ops.transpose(x, tuple(pattern))


def _repeat_elements(x: Any, rep: int, axis: int) -> Any:
    return ops.repeat(x, rep, axis=axis)


BACKEND: dict[str, Callable[..., Any]] = {
    **{
        name: _of_one(getattr(ops, name))
        for name in ("abs", "cos", "exp", "log", "round", "sigmoid", "sign", "sin", "softplus", "softsign", "sqrt")
    },
    "square": _of_one(ops.square),
    "tanh": _of_one(ops.tanh),
    "transpose": _of_one(ops.transpose),
    **{
        name: _of_two(getattr(ops, name))
        for name in ("equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal")
    },
    **{
        name: _reduction(getattr(ops, name))
        for name in ("all", "any", "max", "mean", "min", "prod", "std", "sum", "var")
    },
    "argmax": lambda x, axis=-1: ops.argmax(x, axis=axis),
    "argmin": lambda x, axis=-1: ops.argmin(x, axis=axis),
    "batch_dot": _batch_dot,
    "batch_flatten": _batch_flatten,
    "cast": lambda x, dtype: ops.cast(x, dtype),
    "clip": lambda x, min_value, max_value: ops.clip(x, min_value, max_value),
    "concatenate": lambda tensors, axis=-1: ops.concatenate(list(tensors), axis=axis),
    "dot": _of_two(ops.dot),
    "elu": lambda x, alpha=1.0: ops.elu(x, alpha=alpha),
    "expand_dims": lambda x, axis=-1: ops.expand_dims(x, axis),
    "flatten": lambda x: ops.reshape(x, (-1,)),
    "int_shape": lambda x: tuple(x.shape),
    "l2_normalize": _l2_normalize,
    "ndim": lambda x: len(x.shape),
    "ones_like": lambda x, dtype=None, name=None: ops.ones_like(x, dtype=dtype),
    "permute_dimensions": _permute,
    "pow": lambda x, a: ops.power(x, a),
    "relu": _relu,
    "repeat_elements": _repeat_elements,
    "reshape": lambda x, shape: ops.reshape(x, shape),
    "softmax": lambda x, axis=-1: ops.softmax(x, axis=axis),
    "squeeze": lambda x, axis: ops.squeeze(x, axis),
    "stack": lambda x, axis=0: ops.stack(list(x), axis=axis),
    "stop_gradient": lambda variables: ops.stop_gradient(variables),
    "tile": lambda x, n: ops.tile(x, n),
    "zeros_like": lambda x, dtype=None, name=None: ops.zeros_like(x, dtype=dtype),
}
"""Name in `tf.keras.backend` -> translation."""
