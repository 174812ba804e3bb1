"""The doors of Keras and TensorFlow through which student code reaches symbolic tensors, held while a trace lasts.

They are `keras.Layer.__call__`, the symbolic call of a `keras.Operation`, TensorFlow's dispatch for functions that meet
a `KerasTensor`, `keras.ops.shape` and `keras.ops.reshape`, operators of weights, and a look at the numbers of a
weight. What a `Doorkeeper` decides about each call is its own matter; here is only the holding and letting go.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import keras
import tensorflow as tf
from keras import ops

from autograder.models.shapes import resolved_shape, visible_shape

LAYER_CALL = keras.Layer.__call__
SYMBOLIC_CALL = keras.Operation.symbolic_call


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


@contextlib.contextmanager
def doors_held_by(keeper: Doorkeeper) -> Iterator[None]:
    """Send what student code does to symbolic tensors through a pass, until the end of the block."""
    if not _dispatchers:
        _dispatchers.append(_Dispatcher())
        _dispatchers[0].register()

    def layer_call(self: keras.Layer, *args: Any, **kwargs: Any) -> Any:
        return keeper.call_layer(self, args, kwargs)

    def symbolic_call(self: keras.Operation, *args: Any, **kwargs: Any) -> Any:
        return keeper.call_operation(self, args, kwargs)

    def shape(x: Any) -> Any:
        return visible_shape(x) if isinstance(x, keras.KerasTensor) and not keeper.is_quiet else original_shape(x)

    def reshape(x: Any, newshape: Any) -> Any:
        is_ours = isinstance(x, keras.KerasTensor) and not keeper.is_quiet
        return original_reshape(x, resolved_shape(x.shape, newshape) if is_ours else newshape)

    def value(self: keras.Variable) -> Any:
        keeper.read_weight(self)
        return original_value.fget(self)

    original_shape, original_reshape, original_value = ops.shape, ops.reshape, keras.Variable.value
    with contextlib.ExitStack() as stack:
        stack.enter_context(_attribute(keras.Layer, "__call__", layer_call))
        stack.enter_context(_attribute(keras.Operation, "symbolic_call", symbolic_call))
        stack.enter_context(_attribute(_dispatchers[0], "keeper", keeper))
        stack.enter_context(_attribute(ops, "shape", shape))
        stack.enter_context(_attribute(ops, "reshape", reshape))
        stack.enter_context(_attribute(keras.Variable, "value", property(value)))
        stack.enter_context(_attribute(keras.KerasTensor, "get_shape", lambda self: tf.TensorShape(self.shape)))
        # array + tensor: the tensor decides
        stack.enter_context(_attribute(keras.KerasTensor, "__array_ufunc__", None))
        for name, operation in _OPERATORS.items():
            stack.enter_context(_attribute(keras.Variable, name, _weight_operator(keeper, name, operation)))
        yield


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
