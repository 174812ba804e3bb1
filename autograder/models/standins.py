"""Puts symbolic tensors in the place of a layer's weights, so that what is computed from weights alone is seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras

from autograder.models import keras_private


class StandIns:
    """What stands in for weights at the moment."""

    def __init__(self) -> None:
        self._held: list[tuple[keras.Layer, dict[str, Any]]] = []

    @contextlib.contextmanager
    def for_weights_of(self, layer: keras.Layer, symbol: Callable[[keras.Variable], Any]) -> Iterator[None]:
        """Put a symbol in place of each weight that is an attribute of a layer or of one inside it, in this block."""
        before = self._held
        self._held = [
            (each, {name: value for name, value in vars(each).items() if isinstance(value, keras.Variable)})
            for each in keras_private.all_layers(layer)
        ]
        symbols = [{name: symbol(weight) for name, weight in held.items()} for _, held in self._held]
        try:
            self._set(symbols)
            yield
        finally:
            self._set([held for _, held in self._held])
            self._held = before

    @contextlib.contextmanager
    def left_out(self) -> Iterator[None]:
        """Put weights back in their place in this block, for Keras to work with."""
        symbols = [{name: vars(layer)[name] for name in held} for layer, held in self._held]
        try:
            self._set([held for _, held in self._held])
            yield
        finally:
            self._set(symbols)

    def _set(self, attributes: list[dict[str, Any]]) -> None:
        for (layer, _), values in zip(self._held, attributes, strict=True):
            vars(layer).update(values)
