"""Describes a layer of Keras's own as plain data, in the student's process."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from autograder.models.catalogue import ENDS_WITH_ACTIVATION, LAYERS

_CLASSES = {name: getattr(keras.layers, name) for name in LAYERS if hasattr(keras.layers, name)}
_KINDS = {each: name for name, each in _CLASSES.items()}
_COMPUTING = ("__call__", "call", "build")
_ACTIVATIONS = {
    function: name
    for name, function in vars(keras.activations).items()
    if inspect.isfunction(function) and name not in ("get", "serialize", "deserialize")
}


def known_kind(layer: keras.Layer) -> str | None:
    """Return the class that a layer is rebuilt as, None where it is to be opened.

    A subclass that computes as Keras's own class does counts as that class. A wrapper counts where all layers in it
    do.
    """
    own = type(layer)
    for kind in own.__mro__:
        if kind in _KINDS:
            is_same = own is kind or all(getattr(own, name) is getattr(kind, name) for name in _COMPUTING)
            is_whole = "call" not in vars(layer) and all(map(known_kind, inner_layers(layer)))
            return _KINDS[kind] if is_same and is_whole else None
    return None


def inner_layers(layer: keras.Layer) -> list[keras.Layer]:
    """Return the layers that a wrapper or a recurrence of Keras's was given as arguments."""
    if isinstance(layer, keras.layers.StackedRNNCells):
        return list(layer.cells)
    if type(layer).__name__ == "Bidirectional":
        return [layer.forward_layer, layer.backward_layer]
    if isinstance(layer, keras.layers.Wrapper):
        return [layer.layer]
    return [layer.cell] if type(layer) is keras.layers.RNN else []


def is_from_keras(layer: keras.Layer) -> bool:
    """Return whether a layer's class is Keras's own, rebuilt or not."""
    return type(layer) in _KINDS or getattr(keras.layers, type(layer).__name__, None) is type(layer)


def custom_activation(layer: keras.Layer) -> Any:
    """Return the activation at a layer's end where it is not one that has a name in Keras, else None."""
    if known_kind(layer) not in ENDS_WITH_ACTIVATION:
        return None
    activation = layer.activation
    if activation is None or (inspect.isfunction(activation) and activation in _ACTIVATIONS):
        return None
    return activation


def own_parts(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Take regularisers and constraints of the student's own out of a config: they matter in training only.

    Returns
    -------
    The config without them, and the kinds of the remarks that say so, those about initialisers included.
    """
    kept, remarks = dict(config), []
    for name, value in config.items():
        _, _, part = name.rpartition("_")
        if (
            isinstance(value, dict)
            and set(value) == {"custom"}
            and part in ("regularizer", "constraint", "initializer")
        ):
            remarks.append(f"own_{part}")
            kept[name] = {"custom": "own"} if part == "initializer" else None
    return kept, remarks


def foreign_part(config: Mapping[str, Any]) -> str:
    """Return the name of something in a config that is not Keras's own, so that the layer cannot be rebuilt; or ""."""

    def found(name: str, value: Any) -> str:
        if isinstance(value, dict) and set(value) == {"custom"} and not name.endswith("initializer"):
            return str(value["custom"])
        items = value.items() if isinstance(value, dict) else ((name, each) for each in value)
        return next(filter(None, (found(*item) for item in items if isinstance(item[1], dict | list))), "")

    return found("", dict(config))


def layer_config(layer: keras.Layer) -> dict[str, Any]:
    """Return the arguments of a layer, `name` and `trainable` left out, as JSON would hold them.

    An object that is not Keras's own becomes ``{"custom": name}``. What `adapt` measured for a `Normalization` is an
    argument of it, so that it is neither trained nor initialised anew.
    """
    described = _CLASSES[known_kind(layer) or type(layer).__name__].get_config(layer)
    config = {name: _plain(value) for name, value in described.items() if name not in ("name", "trainable")}
    for name in ("units", "filters"):  # NumPy numbers and floats are taken by Keras as well
        if type(config.get(name)) is float and config[name].is_integer():
            config[name] = int(config[name])
    if known_kind(layer) == "Discretization" and config.get("bin_boundaries") is not None:
        config["num_bins"] = None  # found by `adapt`
    if has_adapted(layer):
        config["mean"] = np.asarray(layer.adapt_mean).tolist()
        config["variance"] = np.asarray(layer.adapt_variance).tolist()
    return config


def has_adapted(layer: keras.Layer) -> bool:
    """Return whether a layer's weights were measured on data, and are described by its config."""
    return known_kind(layer) == "Normalization" and layer.input_mean is None and layer.built


def _plain(value: Any) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping) and "class_name" in value:
        return _object(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return {"custom": getattr(value, "__name__", type(value).__name__)}


def _object(value: Mapping[str, Any]) -> Any:
    """Return a nested object of Keras as its class and config."""
    name = str(value["class_name"])
    config = value.get("config")
    if value.get("registered_name") not in (None, name) or not str(value.get("module", "")).startswith("keras"):
        return {"custom": str(value.get("registered_name") or name)}
    if name == "DTypePolicy" and isinstance(config, Mapping):
        return str(config.get("name"))
    if not isinstance(config, Mapping):
        return {"custom": str(config)}
    inner = {str(key): _plain(each) for key, each in config.items() if key not in ("name", "trainable")}
    return {"class": name, "config": inner}
