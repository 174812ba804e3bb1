"""Finds layers that a student's model holds and that lead to no output, in the student's process."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import keras

from autograder.models import keras_private
from autograder.models.describe import known_kind
from autograder.models.graph import UnusedLayer

_MAX_DEPTH = 4  # a list of lists in what a function holds


def unused_layers(
    target: Any,
    met: Sequence[keras.Layer],
    *,
    called: set[int],
    live: set[int],
    entered: Iterable[keras.Layer],
    left_closed: Iterable[keras.Layer],
) -> tuple[UnusedLayer, ...]:
    """Return what is unused; a custom layer or nested model that is never called stands for all inside it.

    Parameters
    ----------
    target
        What was traced. A layer or model tells which ones it holds; of a function the layers count that it calls, and
        those in its closure and its defaults.
    met
        Every layer of Keras's own that was called in any pass.
    called
        Indices in `met` of those that were called in the first pass.
    live
        Indices in `met` of those that lead to an output, in any pass.
    entered
        Layers that were opened.
    left_closed
        Layers of which nothing is known inside: what they hold may be used.
    """
    if isinstance(target, keras.Layer) and known_kind(target) is not None:
        return ()
    index_of = {id(layer): index for index, layer in enumerate(met)}
    opened = {id(layer) for layer in entered}
    seen = {id(each) for layer in left_closed for each in keras_private.all_layers(layer)}
    unused: list[UnusedLayer] = []

    def uses_a_part_of(layer: keras.Layer) -> bool:
        return any(index_of.get(id(each)) in live for each in keras_private.all_layers(layer))

    def visit(layers: Iterable[keras.Layer]) -> None:
        for layer in layers:
            if id(layer) in seen or isinstance(layer, keras.layers.InputLayer):
                continue
            seen.add(id(layer))
            index = index_of.get(id(layer))
            if id(layer) in opened or (index is None and uses_a_part_of(layer)):
                visit(keras_private.sublayers(layer))
            elif index not in live:
                unused.append(UnusedLayer(type(layer).__name__, str(layer.name), called=index is not None))

    visit(keras_private.sublayers(target) if isinstance(target, keras.Layer) else _held_by(target))
    visit(met[index] for index in sorted(called - live))
    return tuple(unused)


def _held_by(function: Callable[..., Any]) -> Iterator[keras.Layer]:
    """Yield the layers in the closure, the defaults and the bound arguments of a function."""
    while isinstance(function, functools.partial):
        yield from _layers_in((function.args, function.keywords))
        function = function.func
    yield from _layers_in(
        [cell.cell_contents for cell in getattr(function, "__closure__", None) or () if _is_full(cell)]
    )
    yield from _layers_in((getattr(function, "__defaults__", None), getattr(function, "__kwdefaults__", None)))
    holder = getattr(function, "__self__", None)
    if holder is not None and not isinstance(holder, keras.Layer):
        yield from _layers_in(getattr(holder, "__dict__", None))


def _layers_in(value: Any, depth: int = 0) -> Iterator[keras.Layer]:
    if isinstance(value, keras.Layer):
        yield value
    elif depth < _MAX_DEPTH and isinstance(value, list | tuple | set | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _layers_in(each, depth + 1)


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # a variable that is not assigned yet
        return False
