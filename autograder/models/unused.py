"""Finds layers that a student's model holds and that lead to no output, in the student's process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras

from autograder.models.describe import known_kind
from autograder.models.graph import UnusedLayer
from autograder.models.keras_private import sublayers


def unused_layers(
    target: Any,
    live: set[int],
    entered: Iterable[keras.Layer],
    index_of: Callable[[keras.Layer], int | None],
) -> tuple[UnusedLayer, ...]:
    """Return what is unused; a custom layer or nested model that is never called stands for all inside it.

    Parameters
    ----------
    target
        What was traced; only a layer or model can hold others.
    live
        Indices of the layers that lead to an output.
    entered
        Layers that were opened.
    index_of
        Index of a layer, None where it was not met.
    """
    if not isinstance(target, keras.Layer):
        return ()
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

    if known_kind(target) is None:
        visit(target)
    return tuple(unused)
