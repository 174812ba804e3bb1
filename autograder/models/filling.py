"""Gives the weights of rebuilt layers their numbers, and says which of them training changes."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from autograder.errors import ModelRefused
from autograder.models.budget import Budget
from autograder.models.graph import Layer, ModelGraph, Weight
from autograder.models.parts import OwnInitializer

Layers = Sequence[keras.Layer | None]
"""The Keras layer for each layer of a graph, None for one that no step applies."""


def require_same_shapes(graph: ModelGraph, layers: Layers) -> None:
    """Refuse a graph whose weights are not those of such layers."""
    for spec, layer in zip(graph.layers, layers, strict=True):
        if spec.weights is None or layer is None:
            continue
        claimed = [graph.weights[index].shape for index in spec.weights]
        if claimed != [tuple(variable.shape) for variable in layer.weights]:
            raise ModelRefused(f"the weights of `{spec.name}` ({spec.kind}) do not have the shapes of such a layer")


def begins_as_told(spec: Layer) -> bool:
    """Whether an initialiser of a layer is the student's own, so that only the graph can tell how its weights begin."""
    return any(isinstance(each, Mapping) and "custom" in each for each in spec.config.values())


def begin_as_told(graph: ModelGraph, layers: Layers) -> None:
    """Draw the weights whose initialisers only the student's code knows.

    Raises
    ------
    ModelRefused
        If the graph does not tell how they begin.
    """
    for spec, layer in zip(graph.layers, layers, strict=True):
        if layer is None or not begins_as_told(spec):
            continue
        starts = [weight.start for weight, _ in _weights(graph, spec, layer)]
        if not starts or None in starts:
            raise ModelRefused(
                f"an initialiser of `{spec.name}` ({spec.kind}) is not one of Keras's own, and nothing tells how its "
                "weights begin"
            )
        for weight, variable in _weights(graph, spec, layer):
            variable.assign(OwnInitializer(*weight.start or ())(variable.shape, variable.dtype))


def load(graph: ModelGraph, layers: Layers) -> None:
    """Give layers the numbers that the graph holds."""
    for spec, layer in zip(graph.layers, layers, strict=True):
        for weight, variable in _weights(graph, spec, layer):
            variable.assign(weight.value)


def set_trainable(graph: ModelGraph, layers: Layers) -> None:
    """Freeze layers, and single weights, that the student's training does not change."""
    for spec, layer in zip(graph.layers, layers, strict=True):
        if layer is not None and not spec.trainable:
            layer.trainable = False
            continue
        for weight, variable in _weights(graph, spec, layer):
            variable.trainable = variable.trainable and weight.trainable


def _weights(graph: ModelGraph, spec: Layer, layer: keras.Layer | None) -> list[tuple[Weight, keras.Variable]]:
    """Return the weights of a layer, each with its variable; none where the graph does not say which they are."""
    if layer is None or spec.weights is None:
        return []
    return list(zip([graph.weights[index] for index in spec.weights], layer.weights, strict=True))


@contextlib.contextmanager
def counted(budget: Budget, zeros: bool) -> Iterator[None]:
    """Let every weight that a layer adds pass the budget first; begin them at zero where they are loaded anyway."""
    original = keras.Layer.add_weight

    def add_weight(self: keras.Layer, shape: Any = None, initializer: Any = None, *args: Any, **kwargs: Any) -> Any:
        budget.take_weight(shape)
        if isinstance(initializer, keras.initializers.Orthogonal) and not zeros:
            budget.take_orthogonal(shape)
        return original(self, shape, "zeros" if zeros else initializer, *args, **kwargs)

    keras.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.Layer.add_weight = original


@contextlib.contextmanager
def begun_from(seed: int) -> Iterator[None]:
    """Draw the seeds of initialisers and of dropout from one seed; Keras takes them from `random`."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
