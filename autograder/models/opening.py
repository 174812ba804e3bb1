"""Opens models: runs student code on symbolic tensors, and writes down the layers and operations inside.

While a trace lasts, some doors of Keras and TensorFlow are held (see `autograder.models.doors`). A layer of
Keras's own is written down; any other layer is *opened*: its `call` runs on the same symbolic tensors. So one flat
list of nodes results, whatever the nesting. Where student code cannot be run like this (NumPy, ``if`` on values), the
innermost layer around it becomes an opaque node, whose shapes come from running it on zeros.

The training flag is followed as Keras does it: an argument that is given, else what the last call left in the
context, else the default of `call`. It is `FOLLOWS` where it is that of the whole model. Student code that has a
`training` argument gets a plain bool, so such a model needs two passes (see `autograder.models.trace`).
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from keras import ops, tree

from autograder.models import keras_private, tf_functions
from autograder.models.catalogue import DEPENDS_ON_TRAINING
from autograder.models.describe import custom_activation, is_from_keras, known_kind, layer_config
from autograder.models.doors import LAYER_CALL, SYMBOLIC_CALL, doors_held_by
from autograder.models.graph import LayerNode, OpaqueNode, OperationNode, Training
from autograder.models.operations import path_of
from autograder.models.parts import ConstantTensor, WeightTensor
from autograder.models.shapes import UnknownBatch, visible_shape
from autograder.models.tape import Tape, Unsupported, spec_of
from autograder.models.values import Value, WeightRef


class _Follows:
    """The training flag of the whole model."""

    def __bool__(self) -> bool:
        raise Unsupported("it looks at the training flag in a way that cannot be followed")


FOLLOWS = _Follows()
Flag = bool | _Follows | None

_ZEROS_BATCH = 2


class Opening:
    """One pass over student code.

    Parameters
    ----------
    tape
        Where everything is written down.
    phase
        What student code is told where it asks for the training flag.
    as_block
        Whether the target is a part of a larger model, which brings the training flag along.
    closed
        Ids of layers that are not to be opened, with the reason.
    """

    def __init__(self, tape: Tape, phase: bool, as_block: bool, closed: dict[int, str]) -> None:
        self.tape = tape
        self.phase = phase
        self.told_training = False
        """Whether student code got to see the training flag."""
        self.entered: list[keras.Layer] = []
        """Layers that were opened."""
        self._context: Flag = FOLLOWS if as_block else None
        self._closed = closed
        self._target: object = None
        self._depth = 0  # > 0 while Keras works for itself
        self._scopes: list[str] = []
        self._reads: dict[int, keras.Variable] = {}  # weights whose numbers student code has looked at
        self._unknown_function = ""

    def run(self, target: Any, argument: Any, name: str) -> Any:
        """Return what a model, layer or function makes of symbolic tensors."""
        self._target = target
        with doors_held_by(self):
            if not isinstance(target, keras.Layer):
                return self._opened(None, target, (argument,), {}, name)
            # Keras's trainer hands the flag only to a `call` that takes it
            is_told = self._context is None and "training" in _parameters(target.call)
            return target(argument, **({"training": FOLLOWS} if is_told else {}))

    # What the doors do ----------------------------------------------------------------------------------------

    @property
    def is_quiet(self) -> bool:
        """Whether Keras works for itself, so that nothing is written down."""
        return self._depth > 0

    def call_layer(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Layer.__call__`."""
        if self.is_quiet:
            return LAYER_CALL(layer, *args, **kwargs)
        if isinstance(layer, WeightTensor | ConstantTensor):
            return self._symbol(layer.held)  # a model of ours is traced
        if not _is_symbolic((args, kwargs)):
            if known_kind(layer) and layer.built and not layer.weights:
                return self._quietly(LAYER_CALL, layer, *args, **kwargs)
            args, kwargs = tree.map_structure(self._as_symbolic, (args, kwargs))
        flag = self._resolved_flag(layer, kwargs)
        kwargs = {name: value for name, value in kwargs.items() if name != "training"}
        if known_kind(layer):
            return self._record_layer(layer, args, kwargs, flag)
        return self._opened(layer, layer.call, args, self._told(layer, kwargs, flag), layer.name)

    def call_operation(self, operation: keras.Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Operation.symbolic_call`."""
        if self.is_quiet or isinstance(operation, keras.Layer):
            return SYMBOLIC_CALL(operation, *args, **kwargs)
        config = keras_private.operation_arguments(operation)
        kind = type(operation).__name__
        if kind == "ConvertToTensor":
            dtype = config.get("dtype")
            return args[0] if dtype in (None, args[0].dtype) else ops.cast(args[0], dtype)
        path = path_of(operation)
        if path is None:
            raise self._unsupported(f"it uses the operation `{kind}`")
        outputs = self._quietly(SYMBOLIC_CALL, operation, *args, **kwargs)
        flat = tree.flatten(outputs)
        if kind == "Einsum":
            args, config = (config["subscripts"], *args), {}
        node = OperationNode(
            operation=path,
            args=self._values(args),
            kwargs={name: self._value(value) for name, value in {**config, **kwargs}.items()},
            outputs=tuple(spec_of(each) for each in flat),
            scope="/".join(filter(None, self._scopes)),
        )
        self.tape.add(node, flat)
        return outputs

    def call_tensorflow(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for a function of TensorFlow that met a symbolic tensor; NotImplemented where it is unknown."""
        if self.is_quiet or not _is_symbolic((args, kwargs)):
            return NotImplemented
        for each in tree.flatten((args, kwargs)):
            self._reads.pop(id(each), None)  # TensorFlow looked at the weight before it met the symbolic tensor
        is_shape = tf_functions.is_shape(function)
        translation = tf_functions.translation(function)
        if translation is None and not is_shape:
            self._unknown_function = tf_functions.name_of(function)  # perhaps a function around it is known
            return NotImplemented
        self._unknown_function = ""
        if translation is None:
            return visible_shape(args[0] if args else kwargs["input"])
        try:
            return translation(*args, **kwargs)
        except tf_functions.Untranslatable as error:
            raise self._unsupported(f"it calls `{tf_functions.name_of(function)}` with {error}") from None

    def read_weight(self, variable: keras.Variable) -> None:
        """Notice that somebody looks at the numbers of a weight."""
        if not self.is_quiet:
            self._reads[id(variable)] = variable

    # Recording ------------------------------------------------------------------------------------------------

    def _record_layer(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any], flag: Flag) -> Any:
        """Write down a layer of Keras's own; an activation that has no name in Keras is applied after it."""
        activation = custom_activation(layer)
        if activation is not None:
            vars(layer)["activation"] = keras.activations.linear
        try:
            kwargs = {name: value for name, value in kwargs.items() if not (name == "mask" and value is None)}
            outputs = self._quietly(LAYER_CALL, layer, *args, **kwargs)
            custom = self._quietly(_custom_parts, layer)
            if custom:
                return self._opaque(layer, args, kwargs, layer.name, f"`{custom}` in it is not one of Keras's own")
            flat = tree.flatten(outputs)
            node = LayerNode(
                layer=self._quietly(self.tape.layer, layer),
                args=self._values(args),
                kwargs={name: self._value(value) for name, value in kwargs.items()},
                training=_training(layer, flag),
                outputs=tuple(spec_of(each) for each in flat),
                scope="/".join(filter(None, self._scopes)),
            )
            self.tape.add(node, flat)
        finally:
            if activation is not None:
                vars(layer)["activation"] = activation
        return outputs if activation is None else activation(outputs)

    def _opened(
        self,
        layer: keras.Layer | None,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        name: str,
    ) -> Any:
        """Run a custom layer's `call`, or a function, on symbolic tensors; opaque where that does not work."""
        if layer is not None and id(layer) in self._closed:
            return self._opaque(layer, args, kwargs, name, self._closed[id(layer)])
        mark, context, owner, reads = len(self.tape.nodes), self._context, self.tape.owner, self._reads
        self._reads, self.tape.owner, self._unknown_function = {}, layer, ""
        if layer is not None:
            self.entered.append(layer)
            self._scopes.append("" if layer is self._target else str(name))
        try:
            return self._called(layer, function, args, kwargs)
        except Exception as error:  # noqa: BLE001 - student code may raise anything; run for real it says what is wrong
            del self.tape.nodes[mark:]
            self._context = context
            reason = self._reason(error)
        finally:
            self._reads, self.tape.owner = reads, owner
            if layer is not None:
                self._scopes.pop()
        return self._opaque(layer or function, args, kwargs, name, reason)

    def _called(
        self,
        layer: keras.Layer | None,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Run student code, and see to it that no weight goes into it as mere numbers.

        A layer that computes with its weights alone (`self.kernel / 2`) is run once more, with symbolic tensors in
        their place.
        """
        if layer is None:
            outputs = function(*args, **kwargs)
        else:
            mark, outputs = len(self.tape.nodes), None
            try:
                outputs = self._layer_called(layer, args, kwargs)
            except Exception:
                if not self._reads:
                    raise
            if self._reads:
                del self.tape.nodes[mark:]
                self._reads = {}
                with self._weights_as_tensors(layer):
                    outputs = self._layer_called(layer, args, kwargs)
        if self._reads:
            names = ", ".join(sorted({f"`{variable.name}`" for variable in self._reads.values()}))
            raise self._unsupported(f"it looks at the numbers in its weights ({names})")
        return outputs

    def _layer_called(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do what `keras.Layer.__call__` does around `call`."""
        is_graph = keras_private.runs_its_graph(layer)
        if is_from_keras(layer) and not is_graph and not isinstance(layer, keras.layers.Lambda):
            raise self._unsupported(f"layers of the kind `{type(layer).__name__}` are not known here")
        if not layer.built and keras_private.has_own_build(layer):
            self._quietly(LAYER_CALL, layer, *args, **{n: False if v is FOLLOWS else v for n, v in kwargs.items()})
        if not is_graph:
            args, kwargs = tree.map_structure(lambda each: _autocast(layer, each), (args, kwargs))
            if "mask" in _parameters(layer.call) and kwargs.get("mask") is None:
                mask = keras_private.mask_of(args[0]) if args else None
                kwargs = kwargs if mask is None else {**kwargs, "mask": mask}
        call = layer.call
        call = getattr(call, "python_function", call)  # what `tf.function` was put around
        return call(*args, **kwargs)

    @contextlib.contextmanager
    def _weights_as_tensors(self, layer: keras.Layer) -> Iterator[None]:
        """Put a symbolic tensor in place of each weight that is an attribute of a layer, until the end of the block."""
        held = {name: value for name, value in vars(layer).items() if isinstance(value, keras.Variable)}
        vars(layer).update({name: self._symbol(variable) for name, variable in held.items()})
        try:
            yield
        finally:
            vars(layer).update(held)

    def _opaque(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str, reason: str) -> Any:
        """Write down something that cannot be opened; its shapes come from running it on zeros.

        Raises whatever student code raises then: the mistake is the student's.
        """
        function = (lambda *a, **k: LAYER_CALL(target, *a, **k)) if isinstance(target, keras.Layer) else target
        real_args, real_kwargs = tree.map_structure(_zeros, (args, kwargs))
        made = self._quietly(function, *real_args, **real_kwargs)
        outputs = tree.map_structure(_symbolic_like, made)
        flat = tree.flatten(outputs)
        weights = target.weights if isinstance(target, keras.Layer) else ()
        tensors = [each for each in tree.flatten((args, kwargs)) if isinstance(each, keras.KerasTensor)]
        node = OpaqueNode(
            name=str(name),
            reason=reason,
            args=self._values(tuple(tensors)),
            weights=tuple(self._quietly(self.tape.weight, variable) for variable in weights),
            outputs=tuple(spec_of(each) for each in flat),
            scope="/".join(filter(None, self._scopes)),
        )
        self.tape.add(node, flat)
        return outputs

    # Smaller parts --------------------------------------------------------------------------------------------

    def _quietly(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._depth += 1
        try:
            return function(*args, **kwargs)
        finally:
            self._depth -= 1

    def _resolved_flag(self, layer: keras.Layer, kwargs: dict[str, Any]) -> Flag:
        """Return the training flag of a call, and leave it in the context, as Keras does."""
        if "training" in kwargs:
            flag = kwargs["training"]
        elif self._context is not None:
            flag = self._context
        else:
            parameter = _parameters(layer.call).get("training")
            flag = None if parameter is None or parameter.default is inspect.Parameter.empty else parameter.default
        flag = flag if flag is None or flag is FOLLOWS else bool(flag)
        self._context = flag
        return flag

    def _told(self, layer: keras.Layer, kwargs: dict[str, Any], flag: Flag) -> dict[str, Any]:
        """Return the arguments with the training flag, where `call` takes one."""
        if flag is None or "training" not in _parameters(layer.call):
            return kwargs
        if keras_private.runs_its_graph(layer):
            return {**kwargs, "training": flag}
        self.told_training = True
        return {**kwargs, "training": self.phase if flag is FOLLOWS else flag}

    def _as_symbolic(self, item: Any) -> Any:
        """Return a symbolic tensor in place of an array, which becomes a constant."""
        return self._symbol(item) if isinstance(item, np.ndarray | tf.Tensor) else item

    def _symbol(self, held: Any) -> Any:
        """Return a symbolic tensor that stands for a weight, or for an array."""
        tensor = keras.KerasTensor(tuple(held.shape), keras.backend.standardize_dtype(held.dtype))
        is_weight = isinstance(held, keras.Variable)
        origin = (
            WeightRef(self._quietly(self.tape.weight, held, is_custom=True)) if is_weight else self.tape.constant(held)
        )
        self.tape.put(tensor, origin)
        return tensor

    def _value(self, item: Any) -> Value:
        value: Value = self._quietly(self.tape.value, item)
        return value

    def _values(self, items: tuple[Any, ...]) -> tuple[Value, ...]:
        return tuple(self._value(each) for each in items)

    def _unsupported(self, reason: str) -> Exception:
        return keras_private.mark_as_explained(Unsupported(reason))

    def _reason(self, error: Exception) -> str:
        """Return why student code could not be run on symbolic tensors."""
        if isinstance(error, Unsupported | UnknownBatch):
            return str(error)
        if self._unknown_function:
            return f"it calls `{self._unknown_function}`, which is not known here"
        text = re.sub(r"\{\{.*?\}\}", "", str(error))  # TensorFlow's marks of places in graphs
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        return f"it cannot be run without numbers ({type(error).__name__}: {first[:150]})"


def _is_symbolic(structure: Any) -> bool:
    return any(isinstance(each, keras.KerasTensor) for each in tree.flatten(structure))


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(function).parameters)


def _training(layer: keras.Layer, flag: Flag) -> Training:
    names: dict[bool | None, Literal["always", "never"]] = {True: "always", False: "never", None: "never"}
    if isinstance(flag, _Follows) or known_kind(layer) not in DEPENDS_ON_TRAINING:
        return "follows"
    return names[flag]


def _custom_parts(layer: keras.Layer) -> str:
    """Return the name of something in a layer's config that is not Keras's own, initialisers aside; or ""."""

    def found(name: str, value: Any) -> str:
        if isinstance(value, dict) and set(value) == {"custom"} and not name.endswith("initializer"):
            return str(value["custom"])
        if isinstance(value, dict):
            return next(filter(None, (found(key, each) for key, each in value.items())), "")
        return ""

    return found("", layer_config(layer))


def _autocast(layer: keras.Layer, item: Any) -> Any:
    """Cast a tensor as `keras.Layer.__call__` does before it calls a layer."""
    if not isinstance(item, keras.KerasTensor) or not layer.autocast:
        return item
    wanted = layer.compute_dtype
    is_other_float = "float" in item.dtype and wanted is not None and "float" in wanted and item.dtype != wanted
    return ops.cast(item, wanted) if is_other_float else item


def _zeros(item: Any) -> Any:
    if item is FOLLOWS:
        return False
    if not isinstance(item, keras.KerasTensor):
        return item
    return ops.zeros([_ZEROS_BATCH if size is None else size for size in item.shape], item.dtype)


def _symbolic_like(item: Any) -> Any:
    """Return a symbolic tensor of the shape of a real one, for any batch."""
    if not hasattr(item, "shape") or not hasattr(item, "dtype"):
        raise Unsupported(f"it returns something of type `{type(item).__name__}`")
    shape = tuple(item.shape)
    return keras.KerasTensor((None, *shape[1:]) if shape else (), keras.backend.standardize_dtype(item.dtype))
