"""What a trace writes down: nodes, and the layers, weights and constants that they refer to."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import EllipsisType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.describe import custom_activation, foreign_part, has_adapted, known_kind, layer_config, own_parts
from autograder.models.graph import Layer, Node, OperationNode, TensorSpec, Weight
from autograder.models.keras_private import mark_as_explained
from autograder.models.remarks import Remark
from autograder.models.shapes import BatchSize
from autograder.models.unsupported import UnknownBatch, Unsupported
from autograder.models.values import INPUT, ConstantRef, Plain, Reference, TensorRef, Value, WeightRef


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
        self.layers_met: list[keras.Layer] = []
        """The student's own object for each of `layers`."""
        self.weights: list[Weight] = []
        self.constants: list[np.ndarray] = []
        self.constants_met: list[tuple[str, object]] = []
        """Digest of each constant in the order in which student code used it, and who did."""
        self.remarks: dict[Remark, None] = {}
        """What was noticed, each thing once, in order."""
        self.owner: object = None
        """The innermost custom layer that is being opened, None for a function."""
        self._with_weights = with_weights
        self._variables: list[keras.Variable] = []
        self._begin_by_themselves: set[int] = set()  # ids of weights that an initialiser of Keras's fills
        self._configs: dict[int, tuple[dict[str, Any], list[str]]] = {}
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

    def mark(self) -> int:
        """Return a place to which the tape can be rewound."""
        return len(self.nodes)

    def rewind_to(self, mark: int) -> None:
        """Forget the nodes since a place, and what they made."""
        del self.nodes[mark:]
        self._origins = {
            tensor: origin
            for tensor, origin in self._origins.items()
            if not isinstance(origin, TensorRef) or origin.node < mark
        }

    def remark(self, kind: str, layer: keras.Layer) -> None:
        """Write down something about a layer."""
        self.remarks[Remark(kind, str(layer.name))] = None

    def put(self, tensor: Any, origin: Reference) -> None:
        """Say where a symbolic tensor comes from."""
        self._kept.append(tensor)
        self._origins[id(tensor)] = origin

    def knows(self, tensor: Any) -> bool:
        """Return whether a symbolic tensor came from this pass."""
        return id(tensor) in self._origins

    def origin(self, tensor: Any) -> Reference:
        """Return where a symbolic tensor of this pass comes from."""
        return self._origins[id(tensor)]

    def is_same(self, one: Value, other: Value) -> bool:
        """Return whether two values are computed in the same way from the same things."""
        if not isinstance(one, TensorRef) or not isinstance(other, TensorRef) or INPUT in (one.node, other.node):
            return one == other
        nodes = [self.nodes[ref.node] for ref in (one, other)]
        if one.output != other.output or not all(isinstance(node, OperationNode) for node in nodes):
            return one == other
        left, right = (node for node in nodes if isinstance(node, OperationNode))
        is_alike = left.operation == right.operation and set(left.kwargs) == set(right.kwargs)
        pairs = [*zip(left.args, right.args, strict=False)]
        pairs += [(value, right.kwargs.get(name)) for name, value in left.kwargs.items()]
        return is_alike and len(left.args) == len(right.args) and all(self.is_same(a, b) for a, b in pairs)

    def add(self, node: Node, outputs: Iterable[Any]) -> None:
        """Write down a node that made these symbolic tensors.

        Raises
        ------
        ModelRefused
            If there are too many of them: student code may go on for ever.
        """
        index = len(self.nodes)
        if index >= bounds.NUM_NODES:
            sentence = f"the model has more than {bounds.NUM_NODES:,} steps: at most that many are accepted"
            raise mark_as_explained(ModelRefused(sentence))
        self.nodes.append(node)
        for number, tensor in enumerate(outputs):
            self.put(tensor, TensorRef(index, number))

    @contextlib.contextmanager
    def plain_activation(self, layer: keras.Layer) -> Iterator[Any]:
        """Take an activation that has no name in Keras out of a layer, until the end of the block; None without one."""
        activation = custom_activation(layer)
        if activation is not None:
            vars(layer)["activation"] = keras.activations.linear
        try:
            yield activation
        finally:
            if activation is not None:
                vars(layer)["activation"] = activation

    def foreign_part(self, layer: keras.Layer) -> str:
        """Return the name of something in a layer that keeps it from being rebuilt; or ""."""
        return foreign_part(self._config(layer)[0])

    def layer(self, layer: keras.Layer, activation: Any = None) -> int:
        """Return the index of a layer of a known kind, which is built.

        Parameters
        ----------
        layer
            The layer.
        activation
            What is applied after it, whose weights are not the layer's.
        """
        index = self._layer_indices.get(id(layer))
        if index is not None:
            return index
        self.layers_met.append(layer)
        index = self._layer_indices[id(layer)] = len(self.layers)
        config, remarks = self._config(layer)
        for kind in remarks:
            self.remark(kind, layer)
        others = {id(variable) for variable in activation.weights} if isinstance(activation, keras.Layer) else set()
        own = [] if has_adapted(layer) else [variable for variable in layer.weights if id(variable) not in others]
        begins_as_its_own = "own_initializer" in remarks
        if not begins_as_its_own:
            self._begin_by_themselves.update(id(variable) for variable in own)
        self.layers.append(
            Layer(
                kind=known_kind(layer) or type(layer).__name__,
                name=str(layer.name),
                config=config,
                trainable=bool(layer.trainable),
                weights=tuple(self.weight(variable, is_custom=begins_as_its_own) for variable in own),
            )
        )
        return index

    def _config(self, layer: keras.Layer) -> tuple[dict[str, Any], list[str]]:
        """Return a layer's config, and what is to be remarked about it, looked at once."""
        key = id(layer)
        if key not in self._configs:
            self._kept.append(layer)
            self._configs[key] = own_parts(layer_config(layer))
        return self._configs[key]

    def remark_untracked(self, known: Iterable[keras.Variable]) -> None:
        """Say which layers with weights are not among those that Keras knows of."""
        ids = {id(variable) for variable in known}
        for layer in self.layers_met:
            if layer.weights and not any(id(variable) in ids for variable in layer.weights):
                self.remark("untracked", layer)

    def finished_weights(self, trained: Iterable[keras.Variable] | None) -> tuple[Weight, ...]:
        """Return the weights as a graph holds them.

        Those of Keras's layers begin as their own initialisers say, wherever else they are used.

        Parameters
        ----------
        trained
            The weights that Keras trains, None where it is not asked.
        """
        ids = None if trained is None else {id(variable) for variable in trained}
        return tuple(
            replace(
                weight,
                trainable=weight.trainable and (ids is None or id(variable) in ids),
                start=None if id(variable) in self._begin_by_themselves else weight.start,
            )
            for weight, variable in zip(self.weights, self._variables, strict=True)
        )

    def weight(self, variable: keras.Variable, is_custom: bool = False) -> int:
        """Return the index of a weight, which a custom layer holds or one of Keras's."""
        index = self._weight_indices.get(id(variable))
        if index is None:
            self._variables.append(variable)
            index = self._weight_indices[id(variable)] = len(self.weights)
            self.weights.append(
                Weight(
                    name=str(variable.name),
                    shape=tuple(variable.shape),
                    dtype=keras.backend.standardize_dtype(variable.dtype),
                    trainable=bool(variable.trainable),
                    start=_start(variable) if is_custom else None,
                    value=_numbers(variable) if self._with_weights else None,
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
            raise UnknownBatch("it computes with the size of the batch")
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
            if isinstance(item, tf.Variable) and item.trainable and isinstance(self.owner, keras.Layer):
                self.remark("raw_variable", self.owner)
            return self.constant(item)
        raise Unsupported(f"it passes something of type `{type(item).__name__}` to an operation")


def _number(item: np.generic) -> Plain:
    number: Plain = item.item()
    return number


def _numbers(variable: keras.Variable) -> np.ndarray:
    """Return the numbers in a weight, those in a format that NumPy does not know as float32."""
    numbers = np.asarray(variable)
    return numbers if numbers.dtype.kind in "fiub" else numbers.astype("float32")


def _start(variable: keras.Variable) -> tuple[float, float] | None:
    """Return mean and standard deviation, to three digits: another seed should not look like another model."""
    numbers = np.asarray(variable, "float64")
    if not numbers.size or not np.isfinite(numbers).all():
        return None
    return float(f"{numbers.mean():.2e}"), float(f"{numbers.std():.2e}")


def spec_of(tensor: Any) -> TensorSpec:
    """Return shape and dtype of a symbolic tensor."""
    return TensorSpec(tuple(tensor.shape), keras.backend.standardize_dtype(tensor.dtype))
