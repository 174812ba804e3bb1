"""Makes Keras layers, initialisers, regularisers and constraints by calling their constructors.

The config was checked when the graph was read (see `autograder.models.configs`); here a class is looked up in
the allow-list once more and called with exactly these arguments. Nothing is deserialised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from autograder.errors import ModelRefused
from autograder.models.catalogue import ACTIVATIONS, CONSTRAINTS, INITIALIZERS, LAYERS, REGULARIZERS
from autograder.models.configs import Config

_GROUPS = {
    "initializer": (INITIALIZERS, keras.initializers),
    "regularizer": (REGULARIZERS, keras.regularizers),
    "constraint": (CONSTRAINTS, keras.constraints),
}


def make_layer(kind: str, config: Config, *, name: str | None = None, loads_weights: bool) -> keras.Layer:
    """Return a new layer.

    Parameters
    ----------
    kind
        Keras's class.
    config
        Its arguments, checked.
    name
        Of the layer; Keras chooses one where None.
    loads_weights
        Whether its weights are loaded afterwards, so that it does not matter how they begin.

    Raises
    ------
    ModelRefused
        If Keras does not take these arguments, or the weights would have to begin as only the student's code knows.
    """
    if kind not in LAYERS:
        raise ModelRefused(f"`{kind}` is not among the layers that can be checked here")
    arguments = {key: _argument(kind, key, value, loads_weights) for key, value in config.items()}
    if name is not None:
        arguments["name"] = name
    try:
        return getattr(keras.layers, kind)(**arguments)
    except (ValueError, TypeError, OverflowError) as error:
        raise ModelRefused(f"a `{kind}` layer cannot be made: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's text, short enough for a sentence."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]


def _argument(kind: str, name: str, value: Any, loads_weights: bool) -> Any:
    for suffix, (table, module) in _GROUPS.items():
        if name.endswith(suffix):
            return _object(f"`{name}` of `{kind}`", value, table, module, loads_weights)
    if name in ("layer", "backward_layer") and value is not None:
        return make_layer(value["class"], value["config"], loads_weights=loads_weights)
    if name.endswith("activation") and value is not None:
        if value not in ACTIVATIONS:
            raise ModelRefused(f"the activation `{value}` is not among those that can be checked here")
        return getattr(keras.activations, value)
    return value


def _object(
    what: str,
    value: Mapping[str, Any] | None,
    table: Mapping[str, frozenset[str]],
    module: Any,
    loads_weights: bool,
) -> Any:
    if value is None:
        return None
    if "custom" in value:
        if loads_weights:
            return keras.initializers.Zeros()
        raise ModelRefused(
            f"{what} is `{value['custom']}`, which is not one of Keras's own: it cannot be trained anew here"
        )
    if value["class"] not in table:
        raise ModelRefused(f"{what} is not one of Keras's own")
    try:
        return getattr(module, value["class"])(**value["config"])
    except (ValueError, TypeError) as error:
        raise ModelRefused(f"{what} cannot be made: {first_line(error)}") from error
