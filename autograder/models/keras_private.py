"""Everything of Keras that is not public and that the tracer leans on; tested for each version of Keras."""

# ruff: noqa: SLF001 - this is what the module is for

from __future__ import annotations

import inspect
from typing import Any

import keras
from keras.src.models.functional import Functional


def sublayers(layer: keras.Layer) -> list[keras.Layer]:
    """Return the layers that a layer holds directly, also those in lists and dicts."""
    return list(layer._layers)


def runs_its_graph(layer: keras.Layer) -> bool:
    """Return whether `layer.call` is Keras's own, which walks the layers of a functional or Sequential model."""
    return type(layer).call in (Functional.call, keras.Sequential.call)


def input_structure(model: keras.Model) -> Any:
    """Return the `KerasTensor`s that a functional or Sequential model was made from, as they are passed to it.

    None for a Sequential model of which Keras knows no graph, because a layer in it needs numbers.
    """
    functional = model._functional if isinstance(model, keras.Sequential) else model
    return None if functional is None else functional._inputs_struct


def has_own_build(layer: keras.Layer) -> bool:
    """Return whether a class says itself how its weights are made, in `build`."""
    build = inspect.unwrap(type(layer).build)
    return build not in (inspect.unwrap(keras.Layer.build), inspect.unwrap(keras.Model.build))


def operation_arguments(operation: keras.Operation) -> dict[str, Any]:
    """Return the arguments that an operation of `keras.ops` was constructed with, by name."""
    config = operation._auto_config
    if config is not None:
        return dict(config.config)
    names = [name for name in inspect.signature(type(operation).__init__).parameters if name not in ("self", "name")]
    return {name: getattr(operation, name) for name in names}


def mask_of(tensor: Any) -> Any:
    """Return the mask that travels with a tensor, or None."""
    return getattr(tensor, "_keras_mask", None)


def mark_as_explained(error: Exception) -> Exception:
    """Keep Keras from wrapping an exception in a longer message."""
    error._keras_call_info_injected = True  # type: ignore[attr-defined]  # Keras looks for it there
    return error
