"""Makes Keras layers, initialisers, regularisers and constraints by calling their constructors.

The config was checked when the graph was read (see `autograder.models.configs`); here a class is looked up in
the allow-list once more and called with exactly these arguments. Nothing is deserialised.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from autograder.errors import ModelRefused
from autograder.models.catalogue import ACTIVATIONS, CONSTRAINTS, INITIALIZERS, LAYERS, NESTED, REGULARIZERS
from autograder.models.configs import Config
from autograder.models.parts import OwnInitializer

_GROUPS = {
    "initializer": (INITIALIZERS, keras.initializers),
    "regularizer": (REGULARIZERS, keras.regularizers),
    "constraint": (CONSTRAINTS, keras.constraints),
}


def make_layer(kind: str, config: Config, *, name: str | None = None) -> keras.Layer:
    """Return a new layer.

    Parameters
    ----------
    kind
        Keras's class.
    config
        Its arguments, checked.
    name
        Of the layer; Keras chooses one where None.

    Raises
    ------
    ModelRefused
        If Keras does not take these arguments.
    """
    if kind not in LAYERS:
        raise ModelRefused(f"`{kind}` is not among the layers that can be checked here")
    arguments = {key: _argument(kind, key, value) for key, value in config.items()}
    if name is not None:
        arguments["name"] = name
    try:
        return getattr(keras.layers, kind)(**arguments)
    except ModelRefused:
        raise
    except Exception as error:  # Keras raises whatever it likes for arguments that do not fit
        raise ModelRefused(f"a `{kind}` layer cannot be made: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's text, short enough for a sentence."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:200]


def _argument(kind: str, name: str, value: Any) -> Any:
    for suffix, (table, module) in _GROUPS.items():
        if name.endswith(suffix):
            return _object(f"`{name}` of `{kind}`", value, table, module)
    if name in NESTED:
        return _nested(value)
    if name.endswith("activation") and value is not None:
        if value not in ACTIVATIONS:
            raise ModelRefused(f"the activation `{value}` is not among those that can be checked here")
        return getattr(keras.activations, value)
    return value


def _nested(value: Any) -> Any:
    """Return the layers that a wrapper or a recurrence is given."""
    if isinstance(value, tuple):
        return [_nested(each) for each in value]
    return None if value is None else make_layer(value["class"], value["config"])


def _object(
    what: str,
    value: Mapping[str, Any] | None,
    table: Mapping[str, frozenset[str]],
    module: Any,
) -> Any:
    if value is None:
        return None
    if "custom" in value:
        return OwnInitializer()
    if value["class"] not in table:
        raise ModelRefused(f"{what} is not one of Keras's own")
    try:
        return getattr(module, value["class"])(**value["config"])
    except Exception as error:
        raise ModelRefused(f"{what} cannot be made: {first_line(error)}") from error
