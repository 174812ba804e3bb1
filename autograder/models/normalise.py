"""From a graph and what was measured on it to the steps that a suite sees."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from autograder.models.facts import Facts
from autograder.models.graph import Layer, LayerNode, ModelGraph, Node, OpaqueNode, OperationNode, Shape
from autograder.models.kinds import Meaning, meaning
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
            found = meaning(self._graph, node, shapes, self._facts.shapes[index])
            if found.kind is None:
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

    def _step(self, index: int, draft: _Draft, names: Counter[str]) -> Step:
        node = draft.node
        layer: Layer | None = self._graph.layers[node.layer] if isinstance(node, LayerNode) else None
        if layer is not None:
            name = layer.name
        else:
            name = node.name if isinstance(node, OpaqueNode) else str(draft.meaning.kind).lower()
            names[name] += 1
            name = name if names[name] == 1 else f"{name}_{names[name] - 1}"
        in_weights = [self._graph.weights[weight] for weight in dict.fromkeys(draft.weights)]
        counted = sum(math.prod(weight.shape) for weight in in_weights)
        return Step(
            index=index,
            kind=str(draft.meaning.kind),
            name=f"{node.scope}/{name}" if node.scope else name,
            config=dict(draft.meaning.config),
            input_shapes=draft.input_shapes,
            output_shape=self._shape(draft.returns),
            num_parameters=counted + (self._facts.layer_parameters[node.layer] if isinstance(node, LayerNode) else 0),
            trainable=layer.trainable if layer is not None else all(weight.trainable for weight in in_weights),
            training=node.training if isinstance(node, LayerNode) else "follows",
            layer=node.layer if isinstance(node, LayerNode) else None,
            weights=tuple(dict.fromkeys(draft.weights)),
            tensor=draft.returns,
        )
