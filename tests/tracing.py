"""Tracing and a runtime in this process, whose data take the way over the wire all the same."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from zoo import Specimen

from autograder import wire
from autograder.models.graph import ModelGraph
from autograder.models.runtime import handlers
from autograder.models.trace import trace
from autograder.models.values import Value


class RuntimeHere:
    """Handlers of a runtime, called directly."""

    def __init__(self) -> None:
        self._handlers = handlers()

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        answer = self._handlers[op](**wire.decode(wire.encode(args)))
        return wire.decode(wire.encode(answer))


def traced(target: Any, input_shape: Any = None, **options: Any) -> ModelGraph:
    """Trace, and take the way over the wire."""
    return ModelGraph.from_data(wire.decode(wire.encode(trace(target, input_shape=input_shape, **options))))


def made(specimen: Specimen) -> Any:
    """Make a specimen whose weights exist, each with numbers of its own: no mistake hides behind zeros and ones."""
    keras.utils.set_random_seed(1)
    target = specimen.make()
    if isinstance(target, keras.Layer) and specimen.input_shape:
        target(np.zeros((2, *specimen.input_shape[1:]), "float32"))
    rng = np.random.default_rng(0)
    for variable in target.weights if isinstance(target, keras.Layer) else ():
        variable.assign(rng.uniform(0.1, 0.6, size=variable.shape))
    return target


def random_inputs(graph: ModelGraph) -> Any:
    """Return a batch of four for a model, in the structure that it takes."""
    rng = np.random.default_rng(2)
    batches = [
        rng.integers(0, 5, (4, *spec.shape[1:])).astype(spec.dtype)
        if "int" in spec.dtype
        else rng.normal(size=(4, *spec.shape[1:])).astype(spec.dtype)
        for spec in graph.inputs
    ]

    def structured(value: Value) -> Any:
        if isinstance(value, dict):
            return {name: structured(each) for name, each in value.items()}
        return [structured(each) for each in value] if isinstance(value, tuple) else batches[value.output]

    return structured(graph.input)


def run(target: Any, inputs: Any, training: bool) -> list[np.ndarray]:
    """Call a model as Keras's trainer does, its random generators at a fixed state; nothing is kept."""
    layers = target._flatten_layers() if isinstance(target, keras.Layer) else []
    seeds = [(generator.state, np.array([7, 0], "uint32")) for layer in layers for generator in layer._seed_generators]
    takes_flag = isinstance(target, keras.Layer) and target._call_has_training_arg
    inputs = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
    with keras.StatelessScope(seeds):
        outputs = target(inputs, training=training) if takes_flag else target(inputs)
    return [keras.ops.convert_to_numpy(keras.ops.cast(each, "float64")) for each in keras.tree.flatten(outputs)]


def distance(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    """Return how far two predictions are apart; infinite where their shapes differ."""
    if [each.shape for each in one] != [each.shape for each in other]:
        return float("inf")
    return max(float(np.abs(a - b).max(initial=0)) for a, b in zip(one, other, strict=True))
