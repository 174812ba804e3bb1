"""Drops what leads to no output of a graph, and numbers the rest anew, in the order of use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograder.models.graph import LayerNode, ModelGraph, Node, OpaqueNode, OperationNode, Program
from autograder.models.values import INPUT, ConstantRef, Reference, TensorRef, Value, WeightRef, replaced, tensors


def node_values(node: Node) -> tuple[Value, ...]:
    """Return everything that a node is called with, in an order that does not depend on how it was written."""
    if isinstance(node, OpaqueNode):
        return node.args
    return (*node.args, *(node.kwargs[name] for name in sorted(node.kwargs)))


def live_nodes(program: Program) -> list[int]:
    """Return the indices of the nodes that an output needs, each after what it needs, in its arguments' order."""
    order: list[int] = []
    done: set[int] = {INPUT}
    waiting = [(ref.node, False) for ref in reversed(tensors(program.output))]
    while waiting:
        index, is_second_visit = waiting.pop()
        if index in done:
            continue
        if is_second_visit:
            done.add(index)
            order.append(index)
            continue
        waiting.append((index, True))
        needed = [ref.node for value in node_values(program.nodes[index]) for ref in tensors(value)]
        waiting.extend((node, False) for node in reversed(needed))
    return order


def pruned(graph: ModelGraph) -> ModelGraph:
    """Return the same model without nodes, layers, weights and constants that no output needs.

    The order of nodes follows from the wiring alone, so that equal models have equal keys.
    """
    layers, weights, constants = _Numbers(), _Numbers(), _Numbers()

    def program(old: Program) -> Program:
        live = live_nodes(old)
        new_index = {INPUT: INPUT, **{index: number for number, index in enumerate(live)}}

        def moved(ref: Reference) -> Reference:
            match ref:
                case TensorRef(node, output):
                    return TensorRef(new_index[node], output)
                case WeightRef(index):
                    return WeightRef(weights.of(index))
                case ConstantRef(index):
                    return ConstantRef(constants.of(index))

        def values(items: Iterable[Value]) -> tuple[Any, ...]:
            return tuple(replaced(each, moved) for each in items)

        nodes: list[Node] = []
        for index in live:
            node = old.nodes[index]
            if isinstance(node, OpaqueNode):
                nodes.append(replace(node, args=values(node.args), weights=tuple(weights.of(w) for w in node.weights)))
                continue
            arguments: dict[str, Any] = {
                "args": values(node.args),
                "kwargs": dict(zip(node.kwargs, values(node.kwargs.values()), strict=True)),
            }
            if isinstance(node, OperationNode):
                nodes.append(replace(node, **arguments))
                continue
            for weight in graph.layers[node.layer].weights or ():
                weights.of(weight)
            nodes.append(replace(node, layer=layers.of(node.layer), **arguments))
        return Program(tuple(nodes), replaced(old.output, moved))

    inference = program(graph.program)
    training = None if graph.training_program is None else program(graph.training_program)
    kept = [graph.layers[index] for index in layers.order]
    return replace(
        graph,
        program=inference,
        training_program=training,
        layers=tuple(
            layer if layer.weights is None else replace(layer, weights=tuple(weights.of(w) for w in layer.weights))
            for layer in kept
        ),
        weights=tuple(graph.weights[index] for index in weights.order),
        constants=tuple(graph.constants[index] for index in constants.order),
    )


def called_layers(program: Program) -> set[int]:
    """Return the indices of the layers that are applied, whether an output needs them or not."""
    return {node.layer for node in program.nodes if isinstance(node, LayerNode)}


def live_layers(program: Program) -> set[int]:
    """Return the indices of the layers that an output needs."""
    nodes = (program.nodes[index] for index in live_nodes(program))
    return {node.layer for node in nodes if isinstance(node, LayerNode)}


class _Numbers:
    """Numbers old indices in the order in which they are asked for."""

    def __init__(self) -> None:
        self._new: dict[int, int] = {}

    def of(self, old: int) -> int:
        return self._new.setdefault(old, len(self._new))

    @property
    def order(self) -> list[int]:
        return list(self._new)
