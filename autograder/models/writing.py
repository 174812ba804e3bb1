"""Writes a `ModelGraph` as plain data, and makes its keys; `autograder.models.reading` is the way back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.models import values
from autograder.models.graph import LayerNode, ModelGraph, Node, OpaqueNode, OperationNode, Program, TensorSpec

FORMAT = "autograder/model-graph/v2"


def graph_data(graph: ModelGraph) -> dict[str, Any]:
    """Return a graph as dicts, lists, strings, numbers and arrays."""
    return {
        "format": FORMAT,
        "name": graph.name,
        "inputs": [_spec(spec) for spec in graph.inputs],
        "input": values.encode(graph.input),
        "layers": [
            {
                "kind": layer.kind,
                "name": layer.name,
                "config": _plain(layer.config),
                "trainable": layer.trainable,
                "weights": None if layer.weights is None else list(layer.weights),
            }
            for layer in graph.layers
        ],
        "weights": [
            {
                "name": weight.name,
                "shape": list(weight.shape),
                "dtype": weight.dtype,
                "trainable": weight.trainable,
                "start": None if weight.start is None else list(weight.start),
                "value": weight.value,
            }
            for weight in graph.weights
        ],
        "constants": list(graph.constants),
        "program": _program(graph.program),
        "training_program": None if graph.training_program is None else _program(graph.training_program),
        "unused": [{"kind": each.kind, "name": each.name, "called": each.called} for each in graph.unused],
        "remarks": [[each.kind, each.name] for each in graph.remarks],
        "interface": graph.interface,
    }


def essence(graph: ModelGraph, *, is_exact: bool = True) -> dict[str, Any]:
    """Return the data of which a key is made.

    If it is not to be exact, without what may differ whenever the same model is made or looked at: how weights begin,
    what constants hold, and what is frozen at the moment.
    """
    data = graph_data(graph)
    for entry in ("format", "name", "unused", "remarks", "interface"):
        del data[entry]
    for layer in data["layers"]:
        del layer["name"]
        if not is_exact:
            del layer["trainable"]
    for weight in data["weights"]:
        del weight["name"], weight["value"]
        if not is_exact:
            del weight["start"], weight["trainable"]
    data["constants"] = [_told(array)[: None if is_exact else 2] for array in graph.constants]
    for program in (data["program"], data["training_program"]):
        for node in program["nodes"] if program else ():
            del node["scope"]
            if node["node"] == "opaque":
                del node["name"], node["reason"]
            else:
                del node["outputs"]
    return data


def rebuilding(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a graph's data counts where it is rebuilt, without arrays: names of layers and models do not.

    Other than in `essence`, what a graph claims, and the numbers in its weights, count.
    """

    def program(found: Mapping[str, Any] | None) -> Any:
        unread = ("scope", "name", "reason")
        nodes = (
            [{entry: node[entry] for entry in node if entry not in unread} for node in found["nodes"]] if found else []
        )
        return found and [nodes, found["output"]]

    return {
        **{entry: data[entry] for entry in ("format", "inputs", "input")},
        "layers": [{entry: layer[entry] for entry in layer if entry != "name"} for layer in data["layers"]],
        "weights": [{**weight, "value": _told(weight["value"])} for weight in data["weights"]],
        "constants": [_told(array) for array in data["constants"]],
        "program": program(data["program"]),
        "training_program": program(data["training_program"]),
    }


def digest(data: dict[str, Any]) -> str:
    """Return the hash of plain data without arrays."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _told(array: np.ndarray | None) -> list[Any]:
    """Return what tells one array from another; nothing where there is none."""
    if array is None:
        return []
    return [str(array.dtype), list(array.shape), hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()]


def _spec(spec: TensorSpec) -> list[Any]:
    return [list(spec.shape), spec.dtype]


def _program(program: Program) -> dict[str, Any]:
    return {"nodes": [_node(node) for node in program.nodes], "output": values.encode(program.output)}


def _node(node: Node) -> dict[str, Any]:
    common = {
        "args": [values.encode(each) for each in node.args],
        "outputs": None if node.outputs is None else [_spec(spec) for spec in node.outputs],
        "scope": node.scope,
    }
    match node:
        case LayerNode():
            kwargs = {name: values.encode(each) for name, each in node.kwargs.items()}
            return {"node": "layer", "layer": node.layer, "training": node.training, "kwargs": kwargs, **common}
        case OperationNode():
            kwargs = {name: values.encode(each) for name, each in node.kwargs.items()}
            return {"node": "operation", "operation": node.operation, "kwargs": kwargs, **common}
        case OpaqueNode():
            return {
                "node": "opaque",
                "name": node.name,
                "reason": node.reason,
                "weights": list(node.weights),
                **common,
            }


def _plain(value: Any) -> Any:
    """Return a frozen config as JSON would hold it."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
