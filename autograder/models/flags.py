"""The training flag of a call, as Keras finds it: what is given, else what the last call left, else the default.

An explicit flag stays in the context after the call, so inside one model it reaches later layers as well.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

import keras

from autograder.models import keras_private
from autograder.models.catalogue import DEPENDS_ON_TRAINING
from autograder.models.describe import known_kind
from autograder.models.graph import Training
from autograder.models.unsupported import Unsupported


class _Follows:
    """The training flag of the whole model."""

    def __bool__(self) -> bool:
        raise Unsupported("it looks at the training flag in a way that cannot be followed")


FOLLOWS = _Follows()
Flag = bool | _Follows | None


class TrainingFlags:
    """Follows the training flag through one pass over student code.

    Parameters
    ----------
    phase
        What student code is told where it asks for the flag of the whole model.
    as_block
        Whether what is traced is a part of a larger model, which brings the flag along.
    """

    def __init__(self, phase: bool, as_block: bool) -> None:
        self.context: Flag = FOLLOWS if as_block else None
        self.was_told = False
        """Whether student code got to see the flag."""
        self._phase = phase

    def resolve(self, layer: keras.Layer, kwargs: dict[str, Any]) -> Flag:
        """Return the flag of a call, and leave it in the context, as Keras does."""
        if "training" in kwargs:
            flag = kwargs["training"]
        elif self.context is not None:
            flag = self.context
        else:
            parameter = parameters(layer.call).get("training")
            flag = None if parameter is None or parameter.default is inspect.Parameter.empty else parameter.default
        flag = flag if flag is None or flag is FOLLOWS else bool(flag)
        self.context = flag
        return flag

    def told(self, layer: keras.Layer, kwargs: dict[str, Any], flag: Flag) -> dict[str, Any]:
        """Return the arguments with the flag, where `call` takes one."""
        if flag is None or "training" not in parameters(layer.call):
            return kwargs
        if keras_private.runs_its_graph(layer):
            return {**kwargs, "training": flag}
        self.was_told = True
        return {**kwargs, "training": self._phase if flag is FOLLOWS else flag}


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function by name; none where Python does not know them."""
    try:
        return dict(inspect.signature(function).parameters)
    except (ValueError, TypeError):
        return {}


def required_parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of the parameters that have no default."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = parameters(function).items()
    return [name for name, each in found if each.default is inspect.Parameter.empty and each.kind not in variable]


def effective(layer: keras.Layer, flag: Flag) -> Training:
    """Return what the flag of a call of one of Keras's layers means for it."""
    names: dict[bool | None, Literal["always", "never"]] = {True: "always", False: "never", None: "never"}
    if isinstance(flag, _Follows) or known_kind(layer) not in DEPENDS_ON_TRAINING:
        return "follows"
    return names[flag]


def ignored_flags(model: keras.Layer, flag: Flag) -> list[keras.Layer]:
    """Return the layers of a functional model whose own flags Keras overrides with that of the model.

    What is the default of the layer's `call` cannot be told from what is not given at all.
    """
    found = []
    for layer, own in keras_private.recorded_flags(model):
        parameter = parameters(layer.call).get("training")
        default = None if parameter is None else parameter.default
        if isinstance(own, bool) and own is not default and flag is not None and own is not flag:
            found.append(layer)
    return found
