"""Writes down what student code does to symbolic tensors: the nodes of one pass.

Keras works for itself while a node is written down, so that its shapes are Keras's own; student code does so where
something cannot be opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from autograder.models.closing import symbolic_like, zeros_like
from autograder.models.doors import LAYER_CALL, SYMBOLIC_CALL
from autograder.models.graph import LayerNode, OpaqueNode, OperationNode, Training
from autograder.models.masks import Masks
from autograder.models.standins import StandIns
from autograder.models.tape import Tape, spec_of
from autograder.models.values import Value, WeightRef


class Recorder:
    """Writes nodes to a tape.

    Parameters
    ----------
    tape
        Where everything is written down.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.masks = Masks()
        self.stand_ins = StandIns()
        self.reads: dict[int, keras.Variable] = {}
        """Weights whose numbers student code has looked at."""
        self.left_closed: list[keras.Layer] = []
        """Layers of which nothing is known inside."""
        self._depth = 0  # > 0 while Keras works for itself
        self._scopes: list[str] = []

    @property
    def is_quiet(self) -> bool:
        """Whether Keras works for itself, so that nothing is written down."""
        return self._depth > 0

    @property
    def num_scopes(self) -> int:
        """How many layers of the student's are around what is written down."""
        return len(self._scopes)

    def quietly(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function without writing anything down."""
        self._depth += 1
        try:
            return function(*args, **kwargs)
        finally:
            self._depth -= 1

    @contextlib.contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Say in which layer of the student's the nodes of this block are; "" for the model itself."""
        self._scopes.append(name)
        try:
            yield
        finally:
            self._scopes.pop()

    def layer(
        self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any], training: Training
    ) -> tuple[Any, Any]:
        """Write down a layer of Keras's own.

        Returns
        -------
        What it returns, and an activation that has no name in Keras and is to be applied to that; or None.
        """
        args, kwargs = tree.map_structure(self.weight_as_symbolic, (args, kwargs))
        kwargs = {name: value for name, value in kwargs.items() if not (name.endswith("mask") and value is None)}
        kwargs = self._without_usual_masks(layer, args, kwargs)
        kwargs |= self.masks.arguments(layer, args, kwargs)
        with self.stand_ins.left_out(), self.tape.plain_activation(layer) as activation:
            outputs = self.quietly(LAYER_CALL, layer, *args, **kwargs)
            self.masks.recorded(layer, args, kwargs, outputs)
            foreign = self.quietly(self.tape.foreign_part, layer)
            if foreign:
                reason = f"`{foreign}` in it is not one of Keras's own"
                return self.opaque(layer, args, kwargs, str(layer.name), reason), None
            flat = tree.flatten(outputs)
            node = LayerNode(
                layer=self.quietly(self.tape.layer, layer, activation),
                args=self.values(args),
                kwargs={name: self.value(value) for name, value in kwargs.items()},
                training=training,
                outputs=tuple(spec_of(each) for each in flat),
                scope=self._scope,
            )
            self.tape.add(node, flat)
        return outputs, activation

    def operation(
        self,
        operation: keras.Operation,
        path: str,
        config: dict[str, Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        """Write down a function of `keras.ops`, by its path there; `config` is what its operation was made with."""
        outputs = self.quietly(SYMBOLIC_CALL, operation, *args, **kwargs)
        flat = tree.flatten(outputs)
        if path == "einsum":
            args, config = (config["subscripts"], *args), {}
        node = OperationNode(
            operation=path,
            args=self.values(args),
            kwargs={name: self.value(value) for name, value in {**config, **kwargs}.items()},
            outputs=tuple(spec_of(each) for each in flat),
            scope=self._scope,
        )
        self.tape.add(node, flat)
        return outputs

    def opaque(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], name: str, reason: str) -> Any:
        """Write down something that cannot be opened; its shapes come from running it on zeros.

        Raises whatever student code raises then: the mistake is the student's.
        """
        is_layer = isinstance(target, keras.Layer)
        if is_layer:
            self.left_closed.append(target)
        function = (lambda *a, **k: LAYER_CALL(target, *a, **k)) if is_layer else target
        real_args, real_kwargs = tree.map_structure(zeros_like, (args, kwargs))
        with self.stand_ins.left_out():
            made = self.quietly(function, *real_args, **real_kwargs)
        outputs = tree.map_structure(symbolic_like, made)
        flat = tree.flatten(outputs)
        weights = target.weights if is_layer else ()
        tensors = [each for each in tree.flatten((args, kwargs)) if isinstance(each, keras.KerasTensor)]
        node = OpaqueNode(
            name=name,
            reason=reason,
            args=self.values(tuple(tensors)),
            weights=tuple(self.quietly(self.tape.weight, variable) for variable in weights),
            outputs=tuple(spec_of(each) for each in flat),
            scope=self._scope,
        )
        self.tape.add(node, flat)
        return outputs

    def symbol(self, held: Any) -> Any:
        """Return a symbolic tensor that stands for a weight, or for an array."""
        tensor = keras.KerasTensor(tuple(held.shape), keras.backend.standardize_dtype(held.dtype))
        is_weight = isinstance(held, keras.Variable)
        origin = (
            WeightRef(self.quietly(self.tape.weight, held, is_custom=True)) if is_weight else self.tape.constant(held)
        )
        self.tape.put(tensor, origin)
        return tensor

    def as_symbolic(self, item: Any) -> Any:
        """Return a symbolic tensor in place of an array, which becomes a constant."""
        return self.symbol(item) if isinstance(item, np.ndarray | tf.Tensor) else item

    def weight_as_symbolic(self, item: Any) -> Any:
        """Return a symbolic tensor in place of a weight, which is not to be looked at."""
        if not isinstance(item, keras.Variable):
            return item
        self.reads.pop(id(item), None)  # TensorFlow looked at it before it met a symbolic tensor
        return self.symbol(item)

    def value(self, item: Any) -> Value:
        """Return an argument or a result as a value of a graph; masks in it are written down first."""
        for each in tree.flatten(item):
            if isinstance(each, keras.KerasTensor) and not self.tape.knows(each):
                self._write_down_mask(each)
        found: Value = self.quietly(self.tape.value, item)
        return found

    def values(self, items: tuple[Any, ...]) -> tuple[Value, ...]:
        """Return arguments as values of a graph."""
        return tuple(self.value(each) for each in items)

    @property
    def _scope(self) -> str:
        return "/".join(filter(None, self._scopes))

    def _write_down_mask(self, mask: Any) -> None:
        """Write down how a mask is computed that Keras has handed to student code."""
        depth, self._depth = self._depth, 0
        try:
            computed = self.masks.computed(mask)
        finally:
            self._depth = depth
        if computed is not None:
            self.tape.put(mask, self.tape.origin(computed))

    def _without_usual_masks(self, layer: keras.Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Leave out a mask that is given, as functional models do, and would come by itself as well."""
        usual = self.masks.come_by_themselves(layer, args, kwargs)
        kept = {}
        for name, value in kwargs.items():
            if name in usual and isinstance(value, keras.KerasTensor):
                mark = self.tape.mark()
                is_same = self.tape.is_same(self.value(value), self.value(usual[name]))
                self.tape.rewind_to(mark)
                if is_same:
                    continue
            kept[name] = value
        return kept
