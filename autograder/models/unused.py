"""Finds layers that a student's model holds and that lead to no output, in the student's process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras

from autograder.models.describe import is_known
from autograder.models.graph import ModelGraph, UnusedLayer
from autograder.models.keras_private import sublayers
from autograder.models.pruning import live_layers


def unused_layers(
    target: Any,
    graph: ModelGraph,
    entered: Iterable[keras.Layer],
    index_of: Callable[[keras.Layer], int | None],
) -> tuple[UnusedLayer, ...]:
    """Return what is unused; a custom layer or nested model that is never called stands for all inside it.

    Parameters
    ----------
    target
        What was traced; only a layer or model can hold others.
    graph
        What the trace gave, dead nodes included.
    entered
        Layers that were opened.
    index_of
        Index of a layer in the graph, None where it was not met.
    """
    if not isinstance(target, keras.Layer):
        return ()
    live = live_layers(graph)
    opened = {id(layer) for layer in entered}
    seen: set[int] = set()
    unused: list[UnusedLayer] = []

    def visit(layer: keras.Layer) -> None:
        for child in sublayers(layer):
            if id(child) in seen or isinstance(child, keras.layers.InputLayer):
                continue
            seen.add(id(child))
            index = index_of(child)
            if id(child) in opened:
                visit(child)
            elif index not in live:
                unused.append(UnusedLayer(type(child).__name__, str(child.name), called=index is not None))

    if not is_known(target):
        visit(target)
    return tuple(unused)
