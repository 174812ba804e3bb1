"""Opens models: runs student code on symbolic tensors, and writes down the layers and operations inside.

While a trace lasts, some doors of Keras and TensorFlow are held (see `autograder.models.doors`). A layer of
Keras's own is written down; any other layer is *opened*: its `call` runs on the same symbolic tensors. So one flat
list of nodes results, whatever the nesting. Where student code cannot be run like this (NumPy, ``if`` on values), the
innermost layer around it becomes an opaque node, whose shapes come from running it on zeros.

Student code that has a `training` argument gets a plain bool, so such a model needs two passes (see
`autograder.models.trace`); how the flag travels is told in `autograder.models.flags`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree

from autograder.errors import ModelRefused
from autograder.models import keras_private, tf_functions
from autograder.models.closing import reason_of, require_opened_kind
from autograder.models.describe import is_from_keras, known_kind
from autograder.models.doors import LAYER_CALL, SYMBOLIC_CALL, doors_held_by, is_symbolic
from autograder.models.flags import FOLLOWS, TrainingFlags, effective, ignored_flags, parameters
from autograder.models.operations import path_of, without_batch_size
from autograder.models.parts import ConstantTensor, WeightTensor
from autograder.models.recording import Recorder
from autograder.models.shapes import visible_shape
from autograder.models.tape import Tape
from autograder.models.unsupported import Unsupported

_MOST_NESTED = 50  # layers in layers; Python's own limit is not far above


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
        self.flags = TrainingFlags(phase, as_block)
        self.entered: list[keras.Layer] = []
        """Layers that were opened."""
        self._tape = tape
        self._recorder = Recorder(tape)
        self._closed = closed
        self._target: object = None
        self._unknown_function = ""

    @property
    def left_closed(self) -> list[keras.Layer]:
        """Layers of which nothing is known inside."""
        return self._recorder.left_closed

    def run(self, target: Any, argument: Any, name: str) -> Any:
        """Return what a model, layer or function makes of symbolic tensors."""
        self._target = target
        with doors_held_by(self):
            if not isinstance(target, keras.Layer) or type(target).__call__ is not keras.Layer.__call__:
                return self._opened(None, target, (argument,), {}, name)
            # Keras's trainer hands the flag only to a `call` that takes it
            is_told = self.flags.context is None and "training" in parameters(target.call)
            return target(argument, **({"training": FOLLOWS} if is_told else {}))

    # What the doors do ----------------------------------------------------------------------------------------

    @property
    def is_quiet(self) -> bool:
        """Whether Keras works for itself, so that nothing is written down."""
        return self._recorder.is_quiet

    def call_layer(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Layer.__call__`."""
        if self.is_quiet:
            return LAYER_CALL(layer, *args, **kwargs)
        if isinstance(layer, WeightTensor | ConstantTensor):
            return self._recorder.symbol(layer.held)  # a model of ours is traced
        kind = known_kind(layer)
        if not is_symbolic((args, kwargs)):
            if kind and layer.built and not layer.weights:
                return self._recorder.quietly(LAYER_CALL, layer, *args, **kwargs)
            args, kwargs = tree.map_structure(self._recorder.as_symbolic, (args, kwargs))
        flag = self.flags.resolve(layer, kwargs)
        kwargs = {name: value for name, value in kwargs.items() if name != "training"}
        if kind:
            outputs, activation = self._recorder.layer(layer, args, kwargs, effective(layer, flag))
            return outputs if activation is None else activation(outputs)
        if keras_private.runs_its_graph(layer):
            for each in ignored_flags(layer, flag):
                self._tape.remark("ignored_training", each)
        return self._opened(layer, layer.call, args, self.flags.told(layer, kwargs, flag), layer.name)

    def call_operation(self, operation: keras.Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for `keras.Operation.symbolic_call`."""
        if self.is_quiet or isinstance(operation, keras.Layer):
            return SYMBOLIC_CALL(operation, *args, **kwargs)
        config = keras_private.operation_arguments(operation)
        kind = type(operation).__name__
        if kind == "ConvertToTensor":
            dtype = config.get("dtype")
            return args[0] if dtype in (None, args[0].dtype) else ops.cast(args[0], dtype)
        other_words = without_batch_size(kind, args, config)
        if other_words is not None:
            return other_words()
        path = path_of(operation)
        if path is None:
            raise Unsupported(f"it uses the operation `{kind}`, which is not known here")
        return self._recorder.operation(operation, path, config, args, kwargs)

    def call_tensorflow(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for a function of TensorFlow that met a symbolic tensor; NotImplemented where it is unknown."""
        if self.is_quiet or not is_symbolic((args, kwargs)):
            return NotImplemented
        name = tf_functions.name_of(function)
        if "random" in name:
            raise Unsupported(f"it draws random numbers with `{name}`")
        if tf_functions.is_shape(function):
            return visible_shape(args[0] if args else kwargs["input"])
        translation = tf_functions.translation(function)
        if translation is None:
            self._unknown_function = name  # perhaps a function around it is known
            return NotImplemented
        self._unknown_function = ""
        args, kwargs = tree.map_structure(self._recorder.weight_as_symbolic, (args, kwargs))
        try:
            return translation(*args, **kwargs)
        except tf_functions.Untranslatable as error:
            raise Unsupported(f"it calls `{name}` with {error}, which is not known here") from None

    def call_random(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Stand in for a function of `keras.random` that is given something symbolic."""
        if name == "dropout" and isinstance(args[0] if args else None, keras.KerasTensor):
            return tf_functions.dropout(*args, **kwargs)
        raise Unsupported(f"it draws random numbers with `keras.random.{name}`")

    def add_loss(self, layer: keras.Layer) -> None:
        """Notice that a layer adds a loss."""
        self._tape.remark("added_loss", layer)

    def read_weight(self, variable: keras.Variable) -> None:
        """Notice that somebody looks at the numbers of a weight."""
        if not self.is_quiet:
            self._recorder.reads[id(variable)] = variable

    # Opening --------------------------------------------------------------------------------------------------

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
            return self._recorder.opaque(layer, args, kwargs, name, self._closed[id(layer)])
        recorder, tape = self._recorder, self._tape
        if recorder.num_scopes > _MOST_NESTED:
            raise RecursionError(f"`{name}` calls itself without end, or is nested deeper than {_MOST_NESTED} layers")
        mark, context, owner, reads = tape.mark(), self.flags.context, tape.owner, recorder.reads
        recorder.reads, tape.owner, self._unknown_function = {}, layer, ""
        if layer is not None:
            self.entered.append(layer)
        scope = contextlib.nullcontext() if layer is None else recorder.scope("" if layer is self._target else name)
        try:
            with scope:
                return self._called(layer, function, args, kwargs)
        except (ModelRefused, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001 - student code may raise anything; run for real it says what is wrong
            tape.rewind_to(mark)
            self.flags.context = context
            reason = reason_of(error, self._unknown_function)
        finally:
            recorder.reads, tape.owner = reads, owner
        return recorder.opaque(layer or function, args, kwargs, str(name), reason)

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
        recorder, outputs = self._recorder, None
        if layer is None:
            outputs = function(*args, **kwargs)
        else:
            mark = self._tape.mark()
            try:
                outputs = self._layer_called(layer, args, kwargs)
            except (ModelRefused, RecursionError):
                raise
            except Exception:
                if not recorder.reads:
                    raise
            if recorder.reads:
                self._tape.rewind_to(mark)
                recorder.reads = {}
                with recorder.stand_ins.for_weights_of(layer, recorder.symbol):
                    outputs = self._layer_called(layer, args, kwargs)
        if recorder.reads:
            names = ", ".join(sorted({f"`{variable.name}`" for variable in recorder.reads.values()}))
            raise Unsupported(f"it looks at the numbers in its weights ({names})")
        return outputs

    def _layer_called(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do what `keras.Layer.__call__` does around `call`."""
        is_graph = keras_private.runs_its_graph(layer)
        if is_from_keras(layer) and not is_graph and "call" not in vars(layer):
            require_opened_kind(layer, args)
        if not layer.built and keras_private.has_own_build(layer):
            self._build(layer, args, kwargs)
        if not is_graph:
            args, kwargs = tree.map_structure(lambda each: _autocast(layer, each), (args, kwargs))
            kwargs = {**kwargs, **self._recorder.masks.given_to(layer, args, kwargs)}
        if layer.activity_regularizer is not None:
            self._tape.remark("added_loss", layer)
        call = layer.call
        call = getattr(call, "python_function", call)  # what `tf.function` was put around
        outputs = call(*args, **kwargs)
        if not is_graph:
            self._recorder.masks.pass_on(layer, args, kwargs, outputs)
        return outputs

    def _build(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Let Keras make the weights of a layer, as it does when the layer is called first."""
        plain = {name: False if value is FOLLOWS else value for name, value in kwargs.items()}
        try:
            self._recorder.quietly(LAYER_CALL, layer, *args, **plain)
        except Exception:
            if not layer.built:  # else its `call` failed, which is run once more
                raise


def _autocast(layer: keras.Layer, item: Any) -> Any:
    """Cast a tensor as `keras.Layer.__call__` does before it calls a layer."""
    if not isinstance(item, keras.KerasTensor) or not layer.autocast:
        return item
    wanted = layer.compute_dtype
    is_other_float = "float" in item.dtype and wanted is not None and "float" in wanted and item.dtype != wanted
    return ops.cast(item, wanted) if is_other_float else item
