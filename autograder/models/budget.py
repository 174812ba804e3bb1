"""What a model takes in memory and time, counted before any is taken.

`require_modest` estimates from what a graph claims, before anything is built; a `Budget` then counts what is really
asked for while it is, so a graph that claims less than it takes is refused on the way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.errors import ModelRefused
from autograder.models import bounds
from autograder.models.graph import Layer, LayerNode, ModelGraph, OperationNode, Shape
from autograder.models.values import INPUT, TensorRef, tensors

Size = int | None


def require_modest(graph: ModelGraph) -> None:
    """Refuse a graph that claims more than is accepted; what it does not claim is counted while it is built.

    Raises
    ------
    ModelRefused
        If the model has too many parameters, activations or multiplications; a sentence for the student.
    """
    _require("parameters", sum(weight.num_parameters for weight in graph.weights), bounds.NUM_PARAMETERS)
    for program in graph.programs:
        activations = multiplications = 0
        claimed: list[tuple[Shape, ...]] = []
        for node in program.nodes:
            shapes = tuple(spec.shape for spec in node.outputs or ())
            taken = [_claimed(graph, claimed, ref) for value in node.args for ref in tensors(value)]
            claimed.append(shapes)
            if isinstance(node, OperationNode):
                activations += num_hidden_of_operation(node.operation, taken, shapes)
            if isinstance(node, LayerNode):
                layer = graph.layers[node.layer]
                weights = [graph.weights[index].shape for index in layer.weights or ()]
                multiplications += num_multiplications(weights, [*taken, *shapes])
                activations += num_hidden_activations(layer, taken)
            activations += sum(map(num_values, shapes))
        _require("activations for one image", activations, bounds.NUM_ALL_ACTIVATIONS)
        _require("multiplications for one image", multiplications, bounds.NUM_MULTIPLICATIONS)


def num_values(shape: Iterable[Size]) -> int:
    """Return how many numbers a tensor holds for one image."""
    return math.prod(size for size in shape if size is not None)


def num_multiplications(weights: Iterable[Sequence[int]], tensors_of: Iterable[Sequence[Size]]) -> int:
    """Return an upper bound of how often a layer multiplies for one image: each weight at each place.

    Parameters
    ----------
    weights
        Shapes of the layer's weights.
    tensors_of
        Shapes of what it takes and returns.
    """
    places = max((num_values(shape[1:-1]) for shape in tensors_of), default=1)
    return sum(math.prod(shape) for shape in weights if len(shape) > 1) * places


def num_hidden_activations(layer: Layer, taken: Sequence[Sequence[Size]]) -> int:
    """Return how many numbers a layer makes inside that are not among its outputs, for one image."""
    lengths = [shape[1] or 1 for shape in taken if len(shape) > 1]
    if layer.kind.endswith("Attention") and lengths:
        heads = layer.config.get("num_heads") or layer.config.get("num_query_heads") or 1
        return int(heads) * lengths[0] * max(lengths)
    if layer.kind.endswith("Spectrogram") and taken:
        step = layer.config.get("sequence_stride") or layer.config.get("frame_step") or 1
        return num_values(taken[0]) * int(layer.config.get("fft_length") or 1) // int(step)
    return 0


def num_hidden_of_operation(operation: str, taken: Sequence[Sequence[Size]], outputs: Sequence[Sequence[Size]]) -> int:
    """Return the same for a function of `keras.ops`."""
    if operation == "image.extract_patches" and outputs:
        return (outputs[0][-1] or 1) ** 2  # Keras convolves with an identity
    if operation == "dot_product_attention" and len(taken) > 1 and len(taken[0]) > 2:
        return (taken[0][1] or 1) * (taken[1][1] or 1) * (taken[0][2] or 1)
    return 0


class Budget:
    """Counts what is taken while a model is built."""

    def __init__(self) -> None:
        self._parameters = self._activations = self._multiplications = 0
        self.most_activations = 1
        """Numbers in the largest tensor for one image."""

    def take_weight(self, shape: Any) -> None:
        """Count the parameters of a weight."""
        sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
        self._parameters += num_values(sizes)
        _require("parameters", self._parameters, bounds.NUM_PARAMETERS)

    def take_orthogonal(self, shape: Sequence[int]) -> None:
        """Count the work of initialising a weight so that its columns are orthogonal: a QR decomposition."""
        rows, columns = math.prod(shape[:-1]), shape[-1]
        if rows * columns * min(rows, columns) > bounds.NUM_MULTIPLICATIONS:
            raise ModelRefused(f"a weight of shape {tuple(shape)} is too large for an orthogonal initialiser")

    def take_turns(self, label: str, layer: Layer, taken: Sequence[Sequence[Size]]) -> None:
        """Count the turns of a layer that goes through a sequence in Python, before it is built."""
        is_unrolled = bool(layer.config.get("unroll")) and layer.kind != "TimeDistributed"
        most = bounds.NUM_REPEATS if is_unrolled else bounds.NUM_PIECES
        if not is_unrolled and layer.kind != "TimeDistributed":
            return
        steps = max((shape[1] or 0 for shape in taken if len(shape) > 1), default=0)
        if steps > most:
            raise ModelRefused(f"{label} goes through {steps:,} steps one by one: at most {most:,} are accepted")

    def take_outputs(
        self,
        label: str,
        outputs: Sequence[Sequence[Size]],
        taken: Sequence[Sequence[Size]] = (),
        *,
        hidden: int = 0,
        weights: Iterable[Sequence[int]] = (),
    ) -> None:
        """Count what a step makes of one image, `hidden` numbers inside, and what it costs."""
        for shape in outputs:
            if num_values(shape) > bounds.NUM_ACTIVATIONS:
                raise ModelRefused(
                    f"{label} makes {num_values(shape):,} numbers of one image: at most {bounds.NUM_ACTIVATIONS:,} "
                    "are accepted"
                )
        self._activations += hidden + sum(map(num_values, outputs))
        self.most_activations = max(self.most_activations, hidden, *map(num_values, outputs))
        self._multiplications += num_multiplications(weights, [*taken, *outputs])
        _require("activations for one image", self._activations, bounds.NUM_ALL_ACTIVATIONS)
        _require("multiplications for one image", self._multiplications, bounds.NUM_MULTIPLICATIONS)


def _claimed(graph: ModelGraph, claimed: Sequence[tuple[Shape, ...]], ref: TensorRef) -> Shape:
    if ref.node == INPUT:
        return graph.inputs[ref.output].shape
    return claimed[ref.node][ref.output] if claimed[ref.node] else ()


def _require(what: str, number: int, at_most: int) -> None:
    if number > at_most:
        raise ModelRefused(f"the model has more than {at_most:,} {what}: that many are not accepted")
