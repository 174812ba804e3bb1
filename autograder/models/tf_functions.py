"""What functions of TensorFlow mean in terms of `keras.ops`, for those that students put into models.

Each entry has the signature of the TensorFlow function and is called with what the student passed, so that
names, defaults and order of arguments are bound by Python itself. What a translation does to symbolic tensors
is recorded as operations of `keras.ops`; nothing of TensorFlow is left in a graph. A test compares every entry
with the TensorFlow function on numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops

from autograder.models import shapes
from autograder.models.tf_arguments import Translation, Untranslatable, plain_axes
from autograder.models.tf_neural import NEURAL, dropout

__all__ = ["TABLE", "Untranslatable", "dropout", "is_shape", "name_of", "translation"]


def translation(function: Callable[..., Any]) -> Translation | None:
    """Return what to call in place of a TensorFlow function, None where it is not in the table."""
    return _by_identity().get(id(_unwrapped(function)))


def name_of(function: Callable[..., Any]) -> str:
    """Return the name under which students know a TensorFlow function."""
    names = getattr(_unwrapped(function), "_tf_api_names", None) or (getattr(function, "__name__", "?"),)
    return f"tf.{names[0]}"


def is_shape(function: Callable[..., Any]) -> bool:
    """Return whether a function is `tf.shape`."""
    return _unwrapped(function) in (_unwrapped(tf.shape), _unwrapped(tf.compat.v1.shape))


@functools.cache
def _by_identity() -> dict[int, Translation]:
    entries = (TABLE | WITHOUT_NUMBERS).items()
    return {id(_unwrapped(functools.reduce(getattr, name.split("."), tf))): entry for name, entry in entries}


def _unwrapped(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def _of_one(operation: Translation) -> Translation:
    """Translate a function of one tensor, whatever its argument is called."""

    def call(*args: Any, name: str | None = None, **kwargs: Any) -> Any:
        (x,) = (*args[:1], *kwargs.values())
        return operation(x)

    return call


def _of_two(operation: Translation) -> Translation:
    """Translate a function of two tensors, whatever its arguments are called."""

    def call(*args: Any, name: str | None = None, **kwargs: Any) -> Any:
        x, y = (*args[:2], *kwargs.values())
        return operation(x, y)

    return call


def _reduction(operation: Translation) -> Translation:
    def call(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
        return operation(input_tensor, axis=plain_axes(axis), keepdims=bool(keepdims))

    return call


def _arg_reduction(operation: Translation) -> Translation:
    def call(input: Any, axis: Any = None, output_type: Any = tf.int64, name: str | None = None) -> Any:
        return ops.cast(operation(input, axis=0 if axis is None else int(axis)), tf.as_dtype(output_type).name)

    return call


def _matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Any:
    if output_type is not None:
        raise Untranslatable("output_type")
    a = ops.swapaxes(a, -1, -2) if transpose_a or adjoint_a else a
    b = ops.swapaxes(b, -1, -2) if transpose_b or adjoint_b else b
    return ops.matmul(a, b)


def _einsum(equation: str, *inputs: Any, name: str | None = None, optimize: Any = None) -> Any:
    return ops.einsum(equation, *inputs)


def _tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    return ops.tensordot(a, b, axes=axes)


def _add_n(inputs: Sequence[Any], name: str | None = None) -> Any:
    return functools.reduce(ops.add, inputs)


def _concat(values: Any, axis: Any, name: str | None = None) -> Any:
    if shapes.has_batch(values):
        return shapes.sizes([size for value in values for size in shapes.flat_shape(value)])
    return ops.concatenate(list(values), axis=int(axis))


def _stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    if shapes.has_batch(values):
        return shapes.sizes(list(values))
    return ops.stack(list(values), axis=axis)


def _unstack(value: Any, num: int | None = None, axis: int = 0, name: str | None = None) -> Any:
    if shapes.has_batch(value):
        return list(value)
    return ops.unstack(value, num=num, axis=axis)


def _split(value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None, name: str | None = None) -> Any:
    sizes = np.asarray(num_or_size_splits)
    return ops.split(value, int(sizes) if sizes.ndim == 0 else np.cumsum(sizes)[:-1].tolist(), axis=axis)


def _reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    return ops.reshape(tensor, shapes.resolved_shape(tensor.shape, shape))


def _transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Any:
    return ops.transpose(a, None if perm is None else tuple(np.asarray(perm).tolist()))


def _expand_dims(input: Any, axis: int, name: str | None = None) -> Any:
    return ops.expand_dims(input, axis)


def _squeeze(input: Any, axis: Any = None, name: str | None = None) -> Any:
    return ops.squeeze(input, plain_axes(axis))


def _tile(input: Any, multiples: Any, name: str | None = None) -> Any:
    if shapes.has_batch(multiples):
        return shapes.tiled(input, multiples)
    return ops.tile(input, tuple(np.asarray(multiples).tolist()))


def _repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Any:
    if shapes.has_batch(repeats):
        return shapes.repeated(input, repeats, axis)
    return ops.repeat(input, repeats, axis=axis)


def _broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    if shapes.has_batch(shape):
        return shapes.for_each(input, shape)
    return ops.broadcast_to(input, tuple(shapes.flat_shape(shape)))


def _filled(value: int) -> Translation:
    def call(shape: Any, dtype: Any = tf.float32, name: str | None = None, layout: Any = None) -> Any:
        return shapes.filled(shape, value, tf.as_dtype(dtype).name)

    return call


def _fill(dims: Any, value: float, name: str | None = None, layout: Any = None) -> Any:
    return shapes.filled(dims, value, np.asarray(value, None if isinstance(value, int) else "float32").dtype.name)


def _norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Any:
    if ord != "euclidean" and ord != 2:
        raise Untranslatable(f"ord {ord}")
    return ops.sqrt(ops.sum(ops.square(tensor), axis=plain_axes(axis), keepdims=bool(keepdims)))


def _matvec(a: Any, b: Any, transpose_a: bool = False, name: str | None = None, **others: Any) -> Any:
    if any(others.values()):
        raise Untranslatable(", ".join(sorted(others)))
    return ops.squeeze(ops.matmul(ops.swapaxes(a, -1, -2) if transpose_a else a, ops.expand_dims(b, -1)), -1)


def _slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    starts, lengths = (np.asarray(each).tolist() for each in (begin, size))
    pairs = zip(starts, lengths, strict=True)
    return input_[tuple(slice(start, None if length == -1 else start + length) for start, length in pairs)]


def _sort(values: Any, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Any:
    ordered = ops.sort(values, axis=axis)
    return ordered if direction == "ASCENDING" else ops.flip(ordered, axis=axis)


def _top_k(input: Any, k: int = 1, sorted: bool = True, index_type: Any = tf.int32, name: str | None = None) -> Any:
    return ops.top_k(input, int(k), sorted=sorted)


def _embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    if max_norm is not None:
        raise Untranslatable("max_norm")
    return ops.take(params, ids, axis=0)


def _size(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    raise Untranslatable("a tensor whose batch is unknown")


def _rank(input: Any, name: str | None = None) -> int:
    return len(input.shape)


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Stand for what prints or checks, and changes no tensor."""


def _first(tensor: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand for what checks a tensor, and returns it."""
    return tensor


def _pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, name: str | None = None) -> Any:
    widths = tuple(tuple(pair) for pair in np.asarray(paddings).tolist())
    if mode.lower() == "constant":
        return ops.pad(tensor, widths, mode="constant", constant_values=constant_values)
    return ops.pad(tensor, widths, mode=mode.lower())


def _reverse(tensor: Any, axis: Any, name: str | None = None) -> Any:
    return ops.flip(tensor, axis=plain_axes(axis))


def _roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Any:
    return ops.roll(input, shift, axis)


def _gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: int | None = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    if batch_dims:
        raise Untranslatable("batch_dims")
    return ops.take(params, indices, axis=0 if axis is None else axis)


def _where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    if x is None or y is None:
        raise Untranslatable("a condition alone")
    return ops.where(condition, x, y)


def _cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    return ops.cast(x, tf.as_dtype(dtype).name)


def _identity(value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    return value if dtype is None else _cast(value, dtype)


def _clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    return ops.clip(t, clip_value_min, clip_value_max)


def _squared_difference(x: Any, y: Any, name: str | None = None) -> Any:
    return ops.square(ops.subtract(x, y))


def _l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Any:
    squares = ops.sum(ops.square(x), axis=plain_axes(axis), keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


def _one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    if on_value is not None or off_value is not None:
        raise Untranslatable("on_value")
    name_of_dtype = tf.as_dtype(dtype or tf.float32).name
    return ops.one_hot(indices, int(depth), axis=-1 if axis is None else axis, dtype=name_of_dtype)


def _like(operation: Translation) -> Translation:
    def call(input: Any, dtype: Any = None, name: str | None = None, **kwargs: Any) -> Any:
        return operation(input, dtype=None if dtype is None else tf.as_dtype(dtype).name)

    return call


def _cumsum(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Any:
    if exclusive or reverse:
        raise Untranslatable("exclusive or reverse")
    return ops.cumsum(x, axis=axis)


def _names(text: str) -> list[str]:
    return text.split()


TABLE: dict[str, Translation] = {
    # of one tensor
    **{
        f"math.{name}": _of_one(getattr(ops, name))
        for name in _names(
            "abs ceil cos cosh erf exp expm1 floor log log1p negative reciprocal round rsqrt sigmoid sign sin sinh "
            "softplus sqrt square tan tanh logical_not"
        )
    },
    "math.acos": _of_one(ops.arccos),
    "math.asin": _of_one(ops.arcsin),
    "math.atan": _of_one(ops.arctan),
    "math.acosh": _of_one(ops.arccosh),
    "math.asinh": _of_one(ops.arcsinh),
    "math.atanh": _of_one(ops.arctanh),
    "math.erfc": _of_one(ops.erfc),
    "math.is_inf": _of_one(ops.isinf),
    "math.log_sigmoid": _of_one(ops.log_sigmoid),
    "math.is_nan": _of_one(ops.isnan),
    "math.is_finite": _of_one(ops.isfinite),
    "nn.elu": _of_one(ops.elu),
    "nn.relu": _of_one(ops.relu),
    "nn.relu6": _of_one(ops.relu6),
    "nn.selu": _of_one(ops.selu),
    "nn.softsign": _of_one(ops.softsign),
    "stop_gradient": _of_one(ops.stop_gradient),
    "identity": _identity,
    "convert_to_tensor": _identity,
    # of two tensors
    **{
        f"math.{name}": _of_two(getattr(ops, name))
        for name in _names(
            "add subtract multiply divide divide_no_nan maximum minimum equal not_equal greater greater_equal less "
            "less_equal logical_and logical_or logical_xor mod"
        )
    },
    "math.truediv": _of_two(ops.true_divide),
    "math.floordiv": _of_two(ops.floor_divide),
    "math.atan2": _of_two(ops.arctan2),
    "math.pow": _of_two(ops.power),
    "math.squared_difference": _squared_difference,
    "math.multiply_no_nan": _of_two(lambda x, y: ops.where(ops.equal(y, 0), ops.zeros_like(x), ops.multiply(x, y))),
    # reductions
    "math.reduce_mean": _reduction(ops.mean),
    "math.reduce_sum": _reduction(ops.sum),
    "math.reduce_max": _reduction(ops.max),
    "math.reduce_min": _reduction(ops.min),
    "math.reduce_prod": _reduction(ops.prod),
    "math.reduce_std": _reduction(ops.std),
    "math.reduce_variance": _reduction(ops.var),
    "math.reduce_logsumexp": _reduction(ops.logsumexp),
    "math.reduce_euclidean_norm": _reduction(lambda x, **options: ops.sqrt(ops.sum(ops.square(x), **options))),
    "math.reduce_any": _reduction(ops.any),
    "math.reduce_all": _reduction(ops.all),
    "math.argmax": _arg_reduction(ops.argmax),
    "math.argmin": _arg_reduction(ops.argmin),
    "math.cumsum": _cumsum,
    "math.l2_normalize": _l2_normalize,
    # linear algebra
    "linalg.matmul": _matmul,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "linalg.matvec": _matvec,
    "norm": _norm,
    "math.add_n": _add_n,
    # shapes
    "concat": _concat,
    "stack": _stack,
    "unstack": _unstack,
    "split": _split,
    "reshape": _reshape,
    "transpose": _transpose,
    "expand_dims": _expand_dims,
    "squeeze": _squeeze,
    "tile": _tile,
    "repeat": _repeat,
    "pad": _pad,
    "reverse": _reverse,
    "roll": _roll,
    "gather": _gather,
    "where": _where,
    "cast": _cast,
    "clip_by_value": _clip_by_value,
    "one_hot": _one_hot,
    "zeros_like": _like(ops.zeros_like),
    "ones_like": _like(ops.ones_like),
    "broadcast_to": _broadcast_to,
    "slice": _slice,
    "sort": _sort,
    "math.top_k": _top_k,
    **NEURAL,
    "nn.embedding_lookup": _embedding_lookup,
}
"""Path below `tf` -> translation. Aliases of TensorFlow (`tf.add`, `tf.math.add`) are the same function."""

WITHOUT_NUMBERS: dict[str, Translation] = {
    "debugging.check_numerics": _first,
    "ensure_shape": _first,
    "fill": _fill,
    "ones": _filled(1),
    "print": _nothing,
    "rank": _rank,
    "size": _size,
    "zeros": _filled(0),
    **{
        f"{module}.{name}": _nothing
        for module in ("debugging", "compat.v1.debugging")  # the new ones call the old ones
        for name in dir(tf.debugging)
        if name.startswith("assert_")
    },
}
"""The same for what prints, checks, or makes tensors of a shape: of a symbolic tensor only its shape is asked."""
