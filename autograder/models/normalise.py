"""From a graph and what was measured on it to the steps that a suite sees."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.models.facts import Facts
from autograder.models.graph import Layer, LayerNode, ModelGraph, Node, OpaqueNode, OperationNode, Shape, Training
from autograder.models.kinds import Meaning, of_layer
from autograder.models.operation_kinds import of_operation
from autograder.models.pruning import node_values
from autograder.models.steps import START, Source, Step, Wiring
from autograder.models.values import INPUT, TensorRef, WeightRef, references, tensors

_TAKES_A_BIAS = ("Conv1D", "Conv2D", "Conv3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Conv2DTranspose")


def normalised(graph: ModelGraph, facts: Facts) -> Wiring:
    """Return the steps of a graph whose activations are split off, and how they are wired.

    Where Python branches on the training flag, these are the steps of training.
    """
    return _Normalisation(graph, facts).wiring()


@dataclass
class _Draft:
    """A step that may still take the bias that comes after it."""

    node: Node
    meaning: Meaning
    takes: tuple[TensorRef, ...]
    weights: tuple[int, ...]
    returns: TensorRef
    input_shapes: tuple[Shape, ...]


class _Normalisation:
    def __init__(self, graph: ModelGraph, facts: Facts) -> None:
        self._graph = graph
        self._facts = facts
        self._program = graph.programs[-1]
        self._same_as: dict[TensorRef, TensorRef] = {}  # output of what does nothing -> what it was given

    def wiring(self) -> Wiring:
        drafts = self._drafts()
        step_of = {draft.returns.node: index for index, draft in enumerate(drafts)}

        def source(ref: TensorRef) -> Source:
            return Source(START, ref.output) if ref.node == INPUT else Source(step_of[ref.node], ref.output)

        names = Counter[str]()
        return Wiring(
            steps=tuple(self._step(index, draft, names) for index, draft in enumerate(drafts)),
            sources=tuple(tuple(source(ref) for ref in draft.takes) for draft in drafts),
            outputs=tuple(source(self._resolved(ref)) for ref in tensors(self._program.output)),
        )

    def _drafts(self) -> list[_Draft]:
        by_node: dict[int, _Draft] = {}
        num_takers = Counter(
            ref for node in self._program.nodes for value in node_values(node) for ref in tensors(value)
        )
        num_takers.update(tensors(self._program.output))
        for index, node in enumerate(self._program.nodes):
            refs = [ref for value in node_values(node) for ref in references(value)]
            takes = tuple(self._resolved(ref) for ref in refs if isinstance(ref, TensorRef))
            weights = node.weights if isinstance(node, OpaqueNode) else ()
            weights = (*weights, *(ref.index for ref in refs if isinstance(ref, WeightRef)))
            shapes = tuple(self._shape(ref) for ref in takes)
            found = _meaning(self._graph, node, shapes, self._facts.shapes[index])
            if found.kind is None or (found.kind == "Cast" and self._is_of_whole_numbers(takes[0], TensorRef(index))):
                self._same_as[TensorRef(index)] = takes[0]
                continue
            before = by_node.get(takes[0].node) if found.kind == "Bias" and takes else None
            if before is not None and self._is_bias_of(before, weights, num_takers):
                by_node.pop(before.returns.node)
                before.meaning = Meaning(before.meaning.kind, {**before.meaning.config, "use_bias": True})
                before.weights = (*before.weights, *weights)
                before.returns = TensorRef(index)
                by_node[index] = before
                continue
            by_node[index] = _Draft(node, found, takes, weights, TensorRef(index), shapes)
        return list(by_node.values())

    def _is_of_whole_numbers(self, before: TensorRef, after: TensorRef) -> bool:
        """Return whether a cast makes floats of whole numbers, which Keras's layers do without being told."""
        return "int" in self._dtype(before) and "float" in self._dtype(after)

    def _is_bias_of(self, before: _Draft, weights: tuple[int, ...], num_takers: Counter[TensorRef]) -> bool:
        """Return whether the addition of a weight is the bias of the step before it."""
        is_plain = before.meaning.kind in _TAKES_A_BIAS and before.meaning.config.get("use_bias") is False
        is_alone = num_takers[before.returns] == 1 and isinstance(before.node, OperationNode)
        is_row = len(weights) == 1 and len(self._graph.weights[weights[0]].shape) == 1
        return is_plain and is_alone and is_row

    def _resolved(self, ref: TensorRef) -> TensorRef:
        return self._same_as.get(ref, ref)

    def _shape(self, ref: TensorRef) -> Shape:
        if ref.node == INPUT:
            return self._graph.inputs[ref.output].shape
        return self._facts.shapes[ref.node][ref.output]

    def _dtype(self, ref: TensorRef) -> str:
        if ref.node == INPUT:
            return self._graph.inputs[ref.output].dtype
        return self._facts.dtypes[ref.node][ref.output]

    def _training(self, node: LayerNode) -> Training:
        """Return whether a layer obeys the flag; told so in the branch for training alone, it does."""
        if self._graph.training_program is None or node.training != "always":
            return node.training
        in_inference = [
            each.training
            for each in self._graph.program.nodes
            if isinstance(each, LayerNode) and each.layer == node.layer
        ]
        return "always" if "always" in in_inference else "follows"

    def _step(self, index: int, draft: _Draft, names: Counter[str]) -> Step:
        node = draft.node
        layer: Layer | None = self._graph.layers[node.layer] if isinstance(node, LayerNode) else None
        if layer is not None:
            name = layer.name
        else:
            name = node.name if isinstance(node, OpaqueNode) else str(draft.meaning.kind).lower()
            names[name] += 1
            name = name if names[name] == 1 else f"{name}_{names[name] - 1}"
        own = [self._graph.weights[weight] for weight in dict.fromkeys(draft.weights)]
        counted = sum(weight.num_parameters for weight in own)
        counted_trainable = sum(weight.num_parameters for weight in own if weight.trainable)
        if isinstance(node, LayerNode):
            counted += self._facts.layer_parameters[node.layer]
            counted_trainable += self._facts.layer_trainable_parameters[node.layer]
        return Step(
            index=index,
            kind=str(draft.meaning.kind),
            name=f"{node.scope}/{name}" if node.scope else name,
            config=dict(draft.meaning.config),
            input_shapes=draft.input_shapes,
            output_shape=self._shape(draft.returns),
            output_dtype=self._dtype(draft.returns),
            num_parameters=counted,
            num_trainable_parameters=counted_trainable,
            trainable=layer.trainable if layer is not None else all(weight.trainable for weight in own),
            training=self._training(node) if isinstance(node, LayerNode) else "follows",
            layer=node.layer if isinstance(node, LayerNode) else None,
            weights=self._named(draft),
            tensor=draft.returns,
        )

    def _named(self, draft: _Draft) -> dict[str, int]:
        """Return the weights that a step uses as they are, by the names that Keras's own layer would give them."""
        indices = list(dict.fromkeys(draft.weights))
        is_as_layer = draft.meaning.kind in _TAKES_A_BIAS and isinstance(draft.node, OperationNode)
        own_names = ["kernel", "bias"] if is_as_layer else [self._graph.weights[index].name for index in indices]
        named: dict[str, int] = {}
        for name, index in zip(own_names, indices, strict=False):
            named[name if name not in named else f"{name}_{index}"] = index
        return named


def _meaning(graph: ModelGraph, node: Node, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Meaning:
    """Return what a node does to tensors of these measured shapes."""
    if isinstance(node, LayerNode):
        found = of_layer(graph.layers[node.layer], inputs)
    elif isinstance(node, OperationNode):
        found = of_operation(graph, node, inputs, outputs)
    else:
        return Meaning("Opaque")
    return _flattening(found, inputs, outputs)


def _flattening(found: Meaning, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Meaning:
    """Take any reshape of one image to one row for "Flatten"."""
    if found.kind not in ("Reshape", "Squeeze", "Flatten") or len(inputs) != 1:
        return found
    before, after = inputs[0], outputs[0]
    is_row = len(after) == 2 and after[0] is None and None not in after[1:] and None not in before[1:]
    if is_row and math.prod(n for n in before[1:] if n is not None) == after[1]:
        return Meaning("Flatten")
    return Meaning("Reshape", {"target_shape": after[1:]})
