"""Takes the activation out of layers that apply one at their end, so that it is a node of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.models.catalogue import ENDS_WITH_ACTIVATION
from autograder.models.graph import Layer, LayerNode, ModelGraph, Node, OpaqueNode, Program
from autograder.models.values import INPUT, Reference, TensorRef, Value, replaced


def split_activations(graph: ModelGraph) -> ModelGraph:
    """Return a graph that computes the same, in which only `Activation` layers have an activation at their end."""
    layers = list(graph.layers)
    activation_of: dict[int, int] = {}  # layer -> the layer that applies its activation
    for index, layer in enumerate(graph.layers):
        activation = layer.config.get("activation")
        if layer.kind in ENDS_WITH_ACTIVATION and layer.kind != "Activation" and activation not in (None, "linear"):
            activation_of[index] = len(layers)
            layers[index] = replace(layer, config={**layer.config, "activation": "linear"})  # as Keras says it
            config = {name: value for name, value in layer.config.items() if name in ("activation", "dtype")}
            layers.append(Layer("Activation", f"{layer.name}/{activation}", config, weights=()))
    if not activation_of:
        return graph

    def split(program: Program) -> Program:
        nodes: list[Node] = []
        new_index = {INPUT: INPUT}

        def moved(ref: Reference) -> Reference:
            return TensorRef(new_index[ref.node], ref.output) if isinstance(ref, TensorRef) else ref

        for index, node in enumerate(program.nodes):
            nodes.append(_with_values(node, moved))
            if isinstance(node, LayerNode) and node.layer in activation_of:
                args: tuple[Value, ...] = (TensorRef(len(nodes) - 1),)
                nodes.append(LayerNode(activation_of[node.layer], args, outputs=node.outputs, scope=node.scope))
            new_index[index] = len(nodes) - 1
        return Program(tuple(nodes), replaced(program.output, moved))

    training = None if graph.training_program is None else split(graph.training_program)
    return replace(graph, layers=tuple(layers), program=split(graph.program), training_program=training)


def _with_values(node: Node, moved: Any) -> Node:
    args = tuple(replaced(each, moved) for each in node.args)
    if isinstance(node, OpaqueNode):
        return replace(node, args=args)
    return replace(node, args=args, kwargs={name: replaced(each, moved) for name, each in node.kwargs.items()})
