"""Reads a `ModelGraph` from plain data that an untrusted process sent.

Every type is exact, every index is in range, nodes refer only to earlier nodes, every number is finite and
bounded, and nothing is left over. What is wrong is told in one sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.errors import ModelRefused
from autograder.models import bounds, values
from autograder.models.catalogue import COUNTS, DTYPES, OPERATIONS
from autograder.models.configs import checked_config
from autograder.models.fields import Fields, index_of, malformed, printable, shape_of
from autograder.models.graph import (
    Interface,
    Layer,
    LayerNode,
    ModelGraph,
    Node,
    OpaqueNode,
    OperationNode,
    Program,
    TensorSpec,
    Training,
    UnusedLayer,
    Weight,
)
from autograder.models.remarks import SENTENCES, Remark
from autograder.models.values import INPUT, ConstantRef, TensorRef, Value, WeightRef
from autograder.models.writing import FORMAT

_TRAINING: dict[str, Training] = {"follows": "follows", "never": "never", "always": "always"}
_INTERFACES: dict[str, Interface] = {
    "functional": "functional",
    "sequential": "sequential",
    "subclassed": "subclassed",
    "": "",
}


def read_graph(data: Any) -> ModelGraph:
    """Return the validated graph; raises `ModelRefused` with a sentence for the student."""
    fields = Fields(data, "the model")
    if fields.text("format") != FORMAT:
        raise malformed("it has another format")
    inputs = tuple(_spec(each, "an input") for each in fields.items("inputs", 64))
    if not inputs:
        raise malformed("it has no input")
    weights = tuple(_weight(each) for each in fields.items("weights", bounds.NUM_WEIGHTS))
    _check_total(weights)
    constants = tuple(_constant(each) for each in fields.items("constants", bounds.NUM_NODES))
    if sum(array.size for array in constants) > bounds.NUM_CONSTANT_VALUES:
        raise ModelRefused(f"the model holds constants of more than {bounds.NUM_CONSTANT_VALUES:,} numbers")
    layers = tuple(_layer(each, len(weights)) for each in fields.items("layers", bounds.NUM_LAYERS))
    programs = _Programs(inputs, layers, weights, constants)
    training = fields.take("training_program")
    graph = ModelGraph(
        name=fields.text("name"),
        inputs=inputs,
        input=programs.value(fields.take("input"), ()),
        layers=layers,
        weights=weights,
        constants=constants,
        program=programs.program(fields.take("program")),
        training_program=None if training is None else programs.program(training),
        unused=tuple(_unused(each) for each in fields.items("unused", bounds.NUM_LAYERS)),
        remarks=tuple(_remark(each) for each in fields.items("remarks", bounds.NUM_LAYERS)),
        interface=_interface(fields.text("interface")),
    )
    fields.done()
    if sorted(ref.output for ref in values.tensors(graph.input)) != list(range(len(inputs))):
        raise malformed("its inputs are not passed once each")
    return graph


def _spec(data: Any, what: str) -> TensorSpec:
    if type(data) not in (list, tuple) or len(data) != 2 or type(data[1]) is not str or data[1] not in DTYPES:
        raise malformed(f"the shape of {what} is none")
    spec = TensorSpec(shape_of(data[0], what, unknown=True), data[1])
    if math.prod(size for size in spec.shape if size is not None) > bounds.NUM_ACTIVATIONS:
        raise ModelRefused(f"the shape of {what}, {spec.shape}, is larger than what can be checked here")
    return spec


def _weight(data: Any) -> Weight:
    fields = Fields(data, "a weight")
    value = fields.take("value")
    weight = Weight(
        name=fields.text("name"),
        shape=shape_of(fields.take("shape"), "a weight", unknown=False),
        dtype=fields.text("dtype"),
        trainable=fields.flag("trainable"),
        start=_start(fields.take("start")),
        value=value,
    )
    fields.done()
    if weight.dtype not in DTYPES:
        raise malformed("a weight is of no known number format")
    if value is not None:
        if type(value) is not np.ndarray or value.shape != weight.shape or value.dtype.kind not in "fiub":
            raise malformed("a weight is not the array that it is said to be")
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise ModelRefused("the weights of the model hold NaN or infinite numbers: did its training diverge?")
    return weight


def _start(data: Any) -> tuple[float, float] | None:
    if data is None:
        return None
    match data:
        case [float(mean), float(deviation)] if math.isfinite(mean) and 0 <= deviation < math.inf:
            return mean, deviation
    raise malformed("a weight begins with numbers that are none")


def _check_total(weights: Iterable[Weight]) -> None:
    total = sum(weight.num_parameters for weight in weights)
    if total > bounds.NUM_PARAMETERS:
        raise ModelRefused(f"the model has {total:,} parameters: at most {bounds.NUM_PARAMETERS:,} are accepted")


def _constant(value: Any) -> np.ndarray:
    if type(value) is not np.ndarray or value.dtype.kind not in "fiub" or value.ndim > bounds.NUM_DIMENSIONS:
        raise malformed("a constant is no array")
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        raise ModelRefused("the model computes with a constant that holds NaN or infinite numbers")
    return value


def _layer(data: Any, num_weights: int) -> Layer:
    fields = Fields(data, "a layer")
    kind = fields.text("kind")
    weights = fields.take("weights")
    layer = Layer(
        kind=kind,
        name=fields.text("name"),
        config=checked_config(kind, fields.take("config")),
        trainable=fields.flag("trainable"),
        weights=None if weights is None else _indices(weights, num_weights, "a layer"),
    )
    fields.done()
    return layer


def _indices(data: Any, count: int, what: str) -> tuple[int, ...]:
    if type(data) not in (list, tuple):
        raise malformed(f"{what} has an entry of another type")
    return tuple(index_of(each, count, what) for each in data)


def _interface(name: str) -> Interface:
    if name not in _INTERFACES:
        raise malformed("it is written with an interface that Keras does not have")
    return _INTERFACES[name]


def _unused(data: Any) -> UnusedLayer:
    fields = Fields(data, "an unused layer")
    unused = UnusedLayer(fields.text("kind"), fields.text("name"), fields.flag("called"))
    fields.done()
    return unused


def _check_count(node: OperationNode) -> None:
    """Refuse an operation that goes through a loop, or makes pieces, without end."""
    name, place, most = COUNTS.get(node.operation, ("", 0, 0))
    count = node.kwargs.get(name, node.args[place] if name and place < len(node.args) else None)
    counts = count if isinstance(count, tuple) and name == "kernel_size" else (count,)
    if any(isinstance(each, int | float) and abs(each) > most for each in counts):
        raise ModelRefused(f"`{name}` of the operation `{node.operation}` is {count}: at most {most:,} is accepted")


def _remark(data: Any) -> Remark:
    match data:
        case [str(kind), str(name)] if type(kind) is str and type(name) is str and kind in SENTENCES:
            return Remark(kind, printable(name))
    raise malformed("a remark is none")


class _Programs:
    """Reads programs over the same inputs, layers, weights and constants."""

    def __init__(
        self,
        inputs: tuple[TensorSpec, ...],
        layers: tuple[Layer, ...],
        weights: tuple[Weight, ...],
        constants: tuple[np.ndarray, ...],
    ) -> None:
        self._inputs = inputs
        self._layers = layers
        self._weights = weights
        self._constants = constants

    def program(self, data: Any) -> Program:
        fields = Fields(data, "a program")
        nodes: list[Node] = []
        num_outputs: list[int] = []
        for each in fields.items("nodes", bounds.NUM_NODES):
            node = self._node(each, num_outputs)
            nodes.append(node)
            num_outputs.append(1 if node.outputs is None else len(node.outputs))
        program = Program(tuple(nodes), self.value(fields.take("output"), num_outputs))
        fields.done()
        if not values.tensors(program.output):
            raise ModelRefused("the model returns no tensor")
        return program

    def value(self, data: Any, num_outputs: list[int] | tuple[int, ...]) -> Value:
        """Decode a value whose references may reach only the nodes before it."""
        value = values.decode(data)
        self._check_plain(value, num_outputs)
        return value

    def _node(self, data: Any, num_outputs: list[int]) -> Node:
        fields = Fields(data, "a step")
        kind = fields.text("node")
        args = tuple(self.value(each, num_outputs) for each in fields.items("args", bounds.NUM_PIECES))
        claimed = fields.take("outputs")
        outputs = None if claimed is None else self._outputs(claimed)
        scope = fields.text("scope")
        node: Node
        if kind == "layer":
            training = _TRAINING.get(fields.text("training"))
            if training is None:
                raise malformed("a step has an unknown training flag")
            layer = fields.index("layer", len(self._layers))
            node = LayerNode(layer, args, self._kwargs(fields, num_outputs), training, outputs, scope)
        elif kind == "operation":
            operation = fields.text("operation")
            if operation not in OPERATIONS:
                raise ModelRefused(f"the operation `{operation}` is not among those that can be checked here")
            node = OperationNode(operation, args, self._kwargs(fields, num_outputs), outputs, scope)
            _check_count(node)
        elif kind == "opaque" and outputs:
            weights = _indices(fields.take("weights"), len(self._weights), "a step")
            node = OpaqueNode(fields.text("name"), fields.text("reason"), args, weights, outputs, scope)
        else:
            raise malformed("a step is of no known kind")
        fields.done()
        return node

    def _kwargs(self, fields: Fields, num_outputs: list[int]) -> dict[str, Value]:
        data = fields.take("kwargs")
        if type(data) is not dict or not all(type(name) is str and name.isidentifier() for name in data):
            raise malformed("a step has malformed arguments")
        return {name: self.value(each, num_outputs) for name, each in data.items()}

    def _outputs(self, data: Any) -> tuple[TensorSpec, ...]:
        if type(data) not in (list, tuple) or len(data) > bounds.NUM_PIECES:
            raise malformed("the outputs of a step are none")
        return tuple(_spec(each, "an output") for each in data)

    def _check_plain(self, value: Value, num_outputs: list[int] | tuple[int, ...]) -> None:
        match value:
            case TensorRef(node, output):
                if type(node) is not int or not INPUT <= node < len(num_outputs):
                    raise malformed("a step takes what is computed only after it")
                index_of(output, len(self._inputs) if node == INPUT else num_outputs[node], "a step")
            case WeightRef(index):
                index_of(index, len(self._weights), "a step")
            case ConstantRef(index):
                index_of(index, len(self._constants), "a step")
            case slice():
                self._check_all((value.start, value.stop, value.step), num_outputs)
            case tuple():
                self._check_all(value, num_outputs)
            case dict():
                self._check_all(value.values(), num_outputs)
            case str() if len(value) > 100:
                raise malformed("an argument of a step is too long")
            case bool():
                pass
            case int() | float() if not math.isfinite(value) or abs(value) > bounds.NUMBER:
                raise ModelRefused(
                    "the model computes with a number that is not finite, or out of any reasonable range"
                )

    def _check_all(self, items: Iterable[Value], num_outputs: list[int] | tuple[int, ...]) -> None:
        for each in items:
            self._check_plain(each, num_outputs)
