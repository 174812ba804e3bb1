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


def all_layers(layer: keras.Layer) -> list[keras.Layer]:
    """Return a layer and all layers inside it, at any depth."""
    return list(layer._flatten_layers())


def weights(layer: keras.Layer) -> list[keras.Variable]:
    """Return the weights of a layer and of those inside, as Keras finds them, whatever the layer's class says."""
    return list(keras.Layer.weights.fget(layer))


def trainable_weights(layer: keras.Layer) -> list[keras.Variable]:
    """Return the weights that `fit` changes."""
    return [variable for variable in weights(layer) if variable.trainable] if layer.trainable else []


def runs_its_graph(layer: keras.Layer) -> bool:
    """Return whether `layer.call` is Keras's own, which walks the layers of a functional or Sequential model."""
    return type(layer).call in (Functional.call, keras.Sequential.call)


def is_functional(layer: keras.Layer) -> bool:
    """Return whether a layer is a model that was made of its inputs and outputs, and that runs as it was made."""
    return isinstance(layer, Functional) and runs_its_graph(layer)


def input_structure(model: keras.Model) -> Any:
    """Return the `KerasTensor`s that a functional or Sequential model was made from, as they are passed to it.

    None for a Sequential model of which Keras knows no graph, because a layer in it needs numbers.
    """
    functional = model._functional if isinstance(model, keras.Sequential) else model
    return None if functional is None else functional._inputs_struct


def built_for(layer: keras.Layer) -> Any:
    """Return the shape, or the structure of shapes, that a layer was built for; None where it was not."""
    return next(iter((layer._build_shapes_dict or {}).values()), None)


def recorded_flags(model: keras.Layer) -> list[tuple[keras.Layer, Any]]:
    """Return each layer of a functional model that was called with a training flag, and the flag.

    In a Sequential model nobody can give one.
    """
    depths = () if isinstance(model, keras.Sequential) else model._nodes_by_depth.values()
    return [
        (node.operation, node.arguments.kwargs["training"])
        for nodes in depths
        for node in nodes
        if isinstance(node.operation, keras.Layer) and "training" in node.arguments.kwargs
    ]


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


def pass_mask_on(layer: keras.Layer, first: Any, outputs: Any, masks: Any) -> None:
    """Do what Keras does after the `call` of a layer that supports masks: give its outputs theirs."""
    layer._set_mask_metadata(first, outputs, masks)


def mark_as_explained(error: Exception) -> Exception:
    """Keep Keras from wrapping an exception in a longer message."""
    error._keras_call_info_injected = True  # type: ignore[attr-defined]  # Keras looks for it there
    return error
