"""What functions of an assignment may be given: ``solutions/<id>/inputs.py``.

For each function that takes arguments it has a function of the same name, which draws some::

    from autograder.mutation.inputs import call

    def conv_output_shape(rng):
        return call((int(rng.integers(6, 20)), 12, 3), 4, 3, stride=2)

Two answers are equivalent when they do the same with all that is drawn. The drawn arguments have to be such as the
question's text allows, and all that it allows has to come up.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.errors import AssignmentError
from autograder.models.graph import ModelGraph


@dataclass(frozen=True)
class Call:
    """Arguments of a function, and what is looked at of the result.

    Attributes
    ----------
    args, kwargs
        Plain data, or a `ModelGraph` that is built in the process of the answer.
    returns
        ``data``, ``history``, ``figure``, ``model``, or ``block``: what it makes of a tensor of `input_shape`.
    input_shape
        Without the batch.
    is_compiled
        Whether models are ready for `evaluate`.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    returns: str = "data"
    input_shape: tuple[int, ...] = ()
    is_compiled: bool = False

    @property
    def graphs(self) -> tuple[ModelGraph, ...]:
        """The models among the arguments."""
        return tuple(each for each in (*self.args, *self.kwargs.values()) if isinstance(each, ModelGraph))


Draw = Callable[[np.random.Generator], Call]


def call(*args: Any, returns: str = "data", is_compiled: bool = False, **kwargs: Any) -> Call:
    """Return arguments of a function; see `Call`."""
    return Call(args, kwargs, returns, is_compiled=is_compiled)


def block(*args: Any, input_shape: tuple[int, ...], **kwargs: Any) -> Call:
    """Return arguments of a function whose result is applied to a tensor; see `Call`."""
    return Call(args, kwargs, "block", input_shape)


def read_inputs(path: Path) -> dict[str, Draw]:
    """Return what draws arguments, by the function's name; nothing where there is no such file.

    Functions whose names begin with an underscore help the others.

    Raises
    ------
    AssignmentError
        If the file cannot be run.
    """
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location("inputs", path)
    if spec is None or spec.loader is None:
        raise AssignmentError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise AssignmentError(f"{path}: {type(error).__name__}: {error}") from error
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    own = {name: value for name, value in public.items() if getattr(value, "__module__", "") == "inputs"}
    return {name: value for name, value in own.items() if callable(value)}
