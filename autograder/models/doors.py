"""The doors of Keras and TensorFlow through which student code reaches symbolic tensors, held while a trace lasts.

They are `keras.Layer.__call__` and `add_loss`, the symbolic call of a `keras.Operation`, TensorFlow's dispatch for
functions that meet a `KerasTensor`, what `tf.function` made, functions of `keras.ops` and `keras.random` that take a
shape, the old functions of `tf.keras.backend`, operators of weights, and a look at the numbers of a weight. What a
`Doorkeeper` decides about each call is its own matter; here is only the holding and letting go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import keras
import tensorflow as tf
from keras import ops

from autograder.models.backend_functions import BACKEND
from autograder.models.shapes import BatchSize, StaticShape, VisibleShape, filled, has_batch

LAYER_CALL = keras.Layer.__call__
ADD_LOSS = keras.Layer.add_loss
SYMBOLIC_CALL = keras.Operation.symbolic_call
_OLD_BACKEND = tf.keras.backend  # loaded here, for where a trace runs no file can be read any more
_COMPILED = type(tf.function(lambda: None))
_SYMBOLS = (keras.KerasTensor, BatchSize, VisibleShape)


class Doorkeeper(Protocol):
    """Decides what becomes of a call."""

    @property
    def is_quiet(self) -> bool:
        """Whether Keras works for itself, so that every door is open."""

    def call_layer(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Layer.__call__`."""

    def call_operation(self, operation: keras.Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Operation.symbolic_call`."""

    def call_tensorflow(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for a function of TensorFlow that failed; NotImplemented to let it fail."""

    def call_random(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for a function of `keras.random` that is given something symbolic."""

    def add_loss(self, layer: keras.Layer) -> None:
        """Notice that a layer adds a loss."""

    def read_weight(self, variable: keras.Variable) -> None:
        """Notice a look at the numbers of a weight."""


class _Dispatcher(tf.__internal__.dispatch.GlobalOpDispatcher):  # type: ignore[misc]  # TensorFlow carries no types
    """Hands TensorFlow's functions to the pass that is running; does nothing without one."""

    keeper: Doorkeeper | None = None

    def handle(self, op: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.keeper is None:
            return self.NOT_SUPPORTED
        result = self.keeper.call_tensorflow(op, args, kwargs)
        return self.NOT_SUPPORTED if result is NotImplemented else result


_dispatchers: list[_Dispatcher] = []  # TensorFlow keeps what is registered for ever, so there is one at most


def is_symbolic(structure: Any) -> bool:
    """Return whether a symbolic tensor, or the size of its batch, is somewhere in nested lists, tuples and dicts."""
    return any(isinstance(each, _SYMBOLS) for each in keras.tree.flatten(structure))


@contextlib.contextmanager
def doors_held_by(keeper: Doorkeeper) -> Iterator[None]:
    """Send what student code does to symbolic tensors through a pass, until the end of the block."""
    if not _dispatchers:
        _dispatchers.append(_Dispatcher())
        _dispatchers[0].register()
    with contextlib.ExitStack() as stack:
        for holder, name, value in (
            (_dispatchers[0], "keeper", keeper),
            *_doors_of_layers(keeper),
            *_doors_of_tensors(keeper),
            *_doors_of_shapes(keeper),
            *_doors_of_functions(keeper),
        ):
            stack.enter_context(_attribute(holder, name, value))
        yield


_Door = tuple[Any, str, Any]


def _doors_of_layers(keeper: Doorkeeper) -> Iterator[_Door]:
    def layer_call(self: keras.Layer, *args: Any, **kwargs: Any) -> Any:
        return keeper.call_layer(self, args, kwargs)

    def add_loss(self: keras.Layer, loss: Any) -> None:
        if keeper.is_quiet:
            ADD_LOSS(self, loss)
        else:
            keeper.add_loss(self)

    def symbolic_call(self: keras.Operation, *args: Any, **kwargs: Any) -> Any:
        return keeper.call_operation(self, args, kwargs)

    yield keras.Layer, "__call__", layer_call
    yield keras.Layer, "add_loss", add_loss
    yield keras.Operation, "symbolic_call", symbolic_call


def _doors_of_tensors(keeper: Doorkeeper) -> Iterator[_Door]:
    original_value, original_shape = keras.Variable.value, keras.KerasTensor.shape

    def value(self: keras.Variable) -> Any:
        keeper.read_weight(self)
        return original_value.fget(self)

    def shape(self: keras.KerasTensor) -> Any:
        found = original_shape.fget(self)
        return found if keeper.is_quiet else StaticShape(found)

    yield keras.Variable, "value", property(value)
    yield keras.KerasTensor, "shape", property(shape, original_shape.fset)
    yield keras.KerasTensor, "get_shape", lambda self: tf.TensorShape(tuple(self.shape))
    yield keras.KerasTensor, "__array_ufunc__", None  # array + tensor: the tensor decides
    for name, operation in _OPERATORS.items():
        yield keras.Variable, name, _weight_operator(keeper, name, operation)


def _doors_of_shapes(keeper: Doorkeeper) -> Iterator[_Door]:
    def shape(x: Any) -> Any:
        if isinstance(x, keras.KerasTensor) and not keeper.is_quiet:
            return tuple(BatchSize(x) if size is None else size for size in x.shape)
        return original_shape(x)

    def filling(name: str, value: int) -> Any:
        original = getattr(ops, name)

        def fill(shape: Any, dtype: Any = None) -> Any:
            if keeper.is_quiet or not has_batch(shape):
                return original(shape, dtype=dtype)
            return filled(shape, value, dtype or keras.config.floatx())

        return fill

    original_shape = ops.shape
    yield ops, "shape", shape
    yield ops, "zeros", filling("zeros", 0)
    yield ops, "ones", filling("ones", 1)


def _doors_of_functions(keeper: Doorkeeper) -> Iterator[_Door]:
    def random(name: str) -> Any:
        original = getattr(keras.random, name)

        def draw(*args: Any, **kwargs: Any) -> Any:
            if keeper.is_quiet or not is_symbolic((args, kwargs)):
                return original(*args, **kwargs)
            return keeper.call_random(name, args, kwargs)

        return draw

    def old(name: str, translation: Callable[..., Any]) -> Any:
        original = getattr(_OLD_BACKEND, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            is_ours = not keeper.is_quiet and is_symbolic((args, kwargs))
            return (translation if is_ours else original)(*args, **kwargs)

        return call

    original_call = _COMPILED.__call__

    def compiled_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        is_ours = not keeper.is_quiet and is_symbolic((args, kwargs))
        return self.python_function(*args, **kwargs) if is_ours else original_call(self, *args, **kwargs)

    yield _COMPILED, "__call__", compiled_call
    for name in _RANDOM:
        yield keras.random, name, random(name)
    for name, translation in BACKEND.items():
        yield _OLD_BACKEND, name, old(name, translation)


_RANDOM = (
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
)
_OPERATORS = {
    "__add__": ops.add,
    "__sub__": ops.subtract,
    "__mul__": ops.multiply,
    "__truediv__": ops.true_divide,
    "__matmul__": ops.matmul,
    "__pow__": ops.power,
}


def _weight_operator(keeper: Doorkeeper, name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return an operator of weights that lets a symbolic operand decide: `self.scale * x` is as `x * self.scale`."""
    original = getattr(keras.Variable, name)

    def operator(self: keras.Variable, other: Any) -> Any:
        if isinstance(other, keras.KerasTensor) and not keeper.is_quiet:
            return operation(self, other)
        return original(self, other)

    return operator


@contextlib.contextmanager
def _attribute(holder: Any, name: str, value: Any) -> Iterator[None]:
    """Set an attribute until the end of the block."""
    missing = object()
    before = vars(holder).get(name, missing)
    setattr(holder, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(holder, name)
        else:
            setattr(holder, name, before)
