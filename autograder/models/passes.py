"""Puts two passes over the same student code together: one in inference, one in training."""

from __future__ import annotations

from dataclasses import replace

from autograder.models.graph import LayerNode, ModelGraph, Node, Program, Training
from autograder.models.pruning import pruned

_FLAGS: dict[tuple[bool, bool], Training] = {
    (False, True): "follows",
    (False, False): "never",
    (True, True): "always",
}  # what a layer is told in inference and in training; (True, False) has no name


def merged_passes(inference: ModelGraph, training: ModelGraph) -> ModelGraph | None:
    """Return one graph that is both passes, None where they differ in more than training flags.

    Layers that student code makes anew at each call count as the same where they are equal; those of the pass in
    inference are kept. In each graph the indices of layers and weights are those of the tape, and everything that
    was met is there.
    """
    left, right = pruned(inference), pruned(training)
    if _without_flags(left).key != _without_flags(right).key:
        return None
    flags: list[Training] = []
    for a, b in zip(left.program.nodes, right.program.nodes, strict=True):
        if isinstance(a, LayerNode) and isinstance(b, LayerNode):
            flag = _FLAGS.get((_effective(a, in_training=False), _effective(b, in_training=True)))
            if flag is None:
                return None
            flags.append(flag)
    remaining = iter(flags)
    nodes = [
        replace(node, training=next(remaining)) if isinstance(node, LayerNode) else node for node in left.program.nodes
    ]
    return replace(left, program=Program(tuple(nodes), left.program.output))


def _effective(node: LayerNode, *, in_training: bool) -> bool:
    """Return what a layer is told in one of the phases."""
    return {"follows": in_training, "never": False, "always": True}[node.training]


def _without_flags(graph: ModelGraph) -> ModelGraph:
    nodes: list[Node] = [
        replace(node, training="follows") if isinstance(node, LayerNode) else node for node in graph.program.nodes
    ]
    weights = tuple(replace(weight, start=None) for weight in graph.weights)  # of layers made anew they differ
    return replace(graph, program=Program(tuple(nodes), graph.program.output), weights=weights)
