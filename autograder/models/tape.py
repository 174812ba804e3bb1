"""What a trace writes down: nodes, and the layers, weights and constants that they refer to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.models.describe import has_adapted, known_kind, layer_config
from autograder.models.graph import Layer, Node, TensorSpec, Weight
from autograder.models.shapes import BatchSize
from autograder.models.values import ConstantRef, Plain, Reference, TensorRef, Value, WeightRef


class Unsupported(Exception):
    """Student code does something that has no words in a graph; the message goes into the sentence."""


class Tape:
    """The record of one model over one or several passes.

    Nodes belong to a pass and are forgotten by `rewind`; layers, weights and constants are kept, and are known
    by the identity of the student's objects.

    Parameters
    ----------
    with_weights
        Whether the values of weights are copied.
    """

    def __init__(self, with_weights: bool) -> None:
        self.nodes: list[Node] = []
        self.layers: list[Layer] = []
        self.weights: list[Weight] = []
        self.constants: list[np.ndarray] = []
        self.constants_met: list[tuple[str, object]] = []
        """Digest of each constant in the order in which student code used it, and who did."""
        self.owner: object = None
        """The innermost custom layer that is being opened, None for a function."""
        self._with_weights = with_weights
        self._layer_indices: dict[int, int] = {}
        self._weight_indices: dict[int, int] = {}
        self._constant_indices: dict[str, int] = {}
        self._origins: dict[int, Reference] = {}
        self._kept: list[object] = []  # objects that are known by identity must not be freed

    def rewind(self) -> None:
        """Begin a new pass."""
        self.nodes = []
        self.constants_met = []
        self._origins = {}

    def put(self, tensor: Any, origin: Reference) -> None:
        """Say where a symbolic tensor comes from."""
        self._kept.append(tensor)
        self._origins[id(tensor)] = origin

    def knows(self, tensor: Any) -> bool:
        """Return whether a symbolic tensor came from this pass."""
        return id(tensor) in self._origins

    def add(self, node: Node, outputs: Iterable[Any]) -> None:
        """Write down a node that made these symbolic tensors."""
        index = len(self.nodes)
        self.nodes.append(node)
        for number, tensor in enumerate(outputs):
            self.put(tensor, TensorRef(index, number))

    def layer(self, layer: keras.Layer) -> int:
        """Return the index of a layer of a known kind, which is built."""
        index = self._layer_indices.get(id(layer))
        if index is None:
            self._kept.append(layer)
            index = self._layer_indices[id(layer)] = len(self.layers)
            self.layers.append(
                Layer(
                    kind=known_kind(layer) or type(layer).__name__,
                    name=str(layer.name),
                    config=layer_config(layer),
                    trainable=bool(layer.trainable),
                    weights=() if has_adapted(layer) else tuple(self.weight(variable) for variable in layer.weights),
                )
            )
        return index

    def layer_index(self, layer: keras.Layer) -> int | None:
        """Return the index of a layer if it was met."""
        return self._layer_indices.get(id(layer))

    def weight(self, variable: keras.Variable, is_custom: bool = False) -> int:
        """Return the index of a weight, which a custom layer holds or one of Keras's."""
        index = self._weight_indices.get(id(variable))
        if index is None:
            self._kept.append(variable)
            index = self._weight_indices[id(variable)] = len(self.weights)
            self.weights.append(
                Weight(
                    name=str(variable.name),
                    shape=tuple(variable.shape),
                    dtype=keras.backend.standardize_dtype(variable.dtype),
                    trainable=bool(variable.trainable),
                    start=_start(variable) if is_custom else None,
                    value=np.asarray(variable) if self._with_weights else None,
                )
            )
        return index

    def constant(self, array: Any) -> ConstantRef:
        """Return a reference to an array that student code computes with."""
        array = np.asarray(array)
        if array.dtype.kind not in "fiub":
            raise Unsupported(f"it computes with an array of {array.dtype}")
        digest = hashlib.sha256(f"{array.dtype}{array.shape}".encode() + array.tobytes()).hexdigest()
        self.constants_met.append((digest, self.owner))
        index = self._constant_indices.get(digest)
        if index is None:
            index = self._constant_indices[digest] = len(self.constants)
            self.constants.append(np.ascontiguousarray(array).reshape(array.shape))
        return ConstantRef(index)

    def value(self, item: Any) -> Value:
        """Return an argument or a result of student code as a value of a graph.

        Raises
        ------
        Unsupported
            If it is something that cannot be written down.
        """
        if item is None or type(item) in (bool, int, float, str):
            plain: Plain = item
            return plain
        if isinstance(item, BatchSize):
            return -1
        if isinstance(item, keras.KerasTensor):
            origin = self._origins.get(id(item))
            if origin is None:
                raise Unsupported("it uses a tensor that belongs to another model, or a mask")
            return origin
        if isinstance(item, keras.Variable):
            return WeightRef(self.weight(item, is_custom=True))
        if isinstance(item, list | tuple):
            return tuple(self.value(each) for each in item)
        if isinstance(item, Mapping):
            return {str(name): self.value(each) for name, each in item.items()}
        if isinstance(item, slice):
            part: Value = slice(self.value(item.start), self.value(item.stop), self.value(item.step))
            return part
        if isinstance(item, EllipsisType):
            return item
        if isinstance(item, tf.DType):
            return str(item.name)
        if isinstance(item, np.generic) and item.dtype.kind in "fiub":
            return _number(item)
        if isinstance(item, np.ndarray | tf.Tensor | tf.Variable):
            return self.constant(item)
        raise Unsupported(f"it passes something of type `{type(item).__name__}` to an operation")


def _number(item: np.generic) -> Plain:
    number: Plain = item.item()
    return number


def _start(variable: keras.Variable) -> tuple[float, float] | None:
    """Return mean and standard deviation, to three digits: another seed should not look like another model."""
    numbers = np.asarray(variable, "float64")
    if not numbers.size or not np.isfinite(numbers).all():
        return None
    return float(f"{numbers.mean():.2e}"), float(f"{numbers.std():.2e}")


def spec_of(tensor: Any) -> TensorSpec:
    """Return shape and dtype of a symbolic tensor."""
    return TensorSpec(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
