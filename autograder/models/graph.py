"""A model as data: layers, weights, and the nodes that apply them, in the order of computation.

`ModelGraph.from_data` is the only way in from another process: it accepts nothing that is not well-formed,
finite, in range and in order, so whoever holds a `ModelGraph` may rely on that. What it says about shapes is a
claim until `autograder.models.build` has rebuilt the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.configs import Config, checked_config
from autograder.models.remarks import Remark
from autograder.models.values import INPUT, TensorRef, Value

Shape: TypeAlias = tuple[int | None, ...]
Training: TypeAlias = Literal["follows", "never", "always"]
Interface: TypeAlias = Literal["functional", "sequential", "subclassed", ""]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape (None where it is not known, as the batch) and dtype of a tensor."""

    shape: Shape
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class Weight:
    """An array that a model holds.

    Attributes
    ----------
    value
        None where the graph was traced without weights.
    trainable
        Whether training changes it: False as well where Keras does not know that it belongs to the model.
    start
        Mean and standard deviation of the numbers in a weight whose initialiser only the student's code knows: a
        training anew begins with numbers like these. None where Keras's own initialiser does it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    start: tuple[float, float] | None = None
    value: np.ndarray | None = field(default=None, compare=False, repr=False)

    @property
    def num_parameters(self) -> int:
        """Numbers in the array."""
        return int(np.prod(self.shape, dtype=object))


@dataclass(frozen=True, slots=True)
class Layer:
    """One of Keras's own layers.

    `weights` are indices into the graph's weights, in Keras's order; None where the graph does not say (a graph
    of ours). `kind` is the class, `name` what the student called it.
    """

    kind: str
    name: str
    config: Config
    trainable: bool = True
    weights: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class LayerNode:
    """One application of a layer.

    `outputs` are the claimed shapes, None where the graph does not say: then there is one output.
    `scope` names the models and layers of the student around it.
    """

    layer: int
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    training: Training = "follows"
    outputs: tuple[TensorSpec, ...] | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class OperationNode:
    """One application of a function of `keras.ops`."""

    operation: str
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value] = field(default_factory=dict)
    outputs: tuple[TensorSpec, ...] | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class OpaqueNode:
    """Student code that could not be opened; `reason` is a sentence for the student."""

    name: str
    reason: str
    args: tuple[Value, ...]
    weights: tuple[int, ...]
    outputs: tuple[TensorSpec, ...]
    scope: str = ""


Node: TypeAlias = LayerNode | OperationNode | OpaqueNode


@dataclass(frozen=True, slots=True)
class Program:
    """Nodes in the order of computation, and what the model returns."""

    nodes: tuple[Node, ...]
    output: Value


@dataclass(frozen=True, slots=True)
class UnusedLayer:
    """A layer that the student's model holds, and that leads to no output.

    Attributes
    ----------
    kind
        Keras's class, or the student's own.
    name
        What the student called it.
    called
        True where it is computed and the result goes nowhere; False where it is never called.
    """

    kind: str
    name: str
    called: bool


@dataclass(frozen=True)
class ModelGraph:
    """A model as data.

    Attributes
    ----------
    name
        What the student called the model.
    inputs
        The tensors that the model takes.
    input
        How they are passed: one reference, or a tuple or mapping of references.
    layers, weights, constants
        What nodes refer to by index.
    program
        What the model computes; in inference, where the student's Python branches on the training flag.
    training_program
        What it computes in training, where that is another thing; else None.
    unused
        What the student's model holds beside.
    remarks
        Where Keras, or a training of ours, does other than the student's code seems to say.
    interface
        With which of Keras's interfaces the student wrote the model, its outermost part; empty for what is no model.
    """

    name: str
    inputs: tuple[TensorSpec, ...]
    input: Value
    layers: tuple[Layer, ...]
    weights: tuple[Weight, ...]
    constants: tuple[np.ndarray, ...]
    program: Program
    training_program: Program | None = None
    unused: tuple[UnusedLayer, ...] = ()
    remarks: tuple[Remark, ...] = ()
    interface: Interface = ""

    @classmethod
    def from_data(cls, data: Any) -> ModelGraph:
        """Return the graph that plain data describes.

        Raises
        ------
        ModelRefused
            If the data are malformed, or hold something that is not rebuilt; the message is a sentence for the
            student.
        """
        from autograder.models.reading import read_graph  # it needs the classes of this module

        return read_graph(data)

    def to_data(self) -> dict[str, Any]:
        """Return the graph as plain data: dicts, lists, strings, numbers and arrays."""
        from autograder.models.writing import graph_data  # it needs the classes of this module

        return graph_data(self)

    @property
    def key(self) -> str:
        """Content hash: equal for graphs that differ in names only.

        Names of layers, weights and models do not count, nor do the values of weights (their shapes do), nor what
        follows from the rest (claimed shapes), nor layers that lead to no output, nor remarks, nor the interface.
        """
        from autograder.models.writing import digest, essence

        return digest(essence(self))

    @property
    def architecture(self) -> str:
        """The same, without what may differ whenever one model is made or looked at: numbers, and what is frozen."""
        from autograder.models.writing import digest, essence

        return digest(essence(self, is_exact=False))

    @property
    def has_weights(self) -> bool:
        """Whether the values of the weights are part of the graph."""
        return bool(self.weights) and all(weight.value is not None for weight in self.weights)

    @property
    def opaque_nodes(self) -> tuple[OpaqueNode, ...]:
        """What could not be opened."""
        return tuple(node for program in self.programs for node in program.nodes if isinstance(node, OpaqueNode))

    @property
    def programs(self) -> tuple[Program, ...]:
        """The program of inference, and that of training where there is another."""
        return (self.program,) if self.training_program is None else (self.program, self.training_program)


def sequential(input_shape: tuple[int, ...], *layers: tuple[str, Mapping[str, Any]]) -> ModelGraph:
    """Return a model of our own, without weights: a stack of layers.

    >>> graph = sequential((32, 32, 3), ("Conv2D", {"filters": 4, "kernel_size": 3}), ("Flatten", {}))

    Parameters
    ----------
    input_shape
        Without the batch.
    *layers
        Keras's class and its arguments, for each layer.

    Raises
    ------
    ModelRefused
        If a layer or an argument is not one that can be rebuilt.
    """
    if len(layers) > bounds.NUM_LAYERS:
        raise ModelRefused(f"the model has {len(layers):,} layers: at most {bounds.NUM_LAYERS:,} are accepted")
    return ModelGraph(
        name="sequential",
        inputs=(TensorSpec((None, *input_shape)),),
        input=TensorRef(INPUT, 0),
        layers=tuple(
            Layer(kind, f"{kind.lower()}_{index}", checked_config(kind, dict(config)))
            for index, (kind, config) in enumerate(layers)
        ),
        weights=(),
        constants=(),
        program=Program(
            nodes=tuple(LayerNode(index, (TensorRef(index - 1, 0),)) for index in range(len(layers))),
            output=TensorRef(len(layers) - 1, 0),
        ),
    )
