"""Trainings of a few steps run eagerly: to compile a function for them takes longer than they do.

Checks call a student's training on a handful of images, in full. On two cores of an AMD EPYC, a network of three
convolutions and batches of 32 images of 32 x 32 pixels took 1.0 s for one step where a function was compiled, and 0.1 s
eagerly; for 16 steps it took 1.0 s either way.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import keras

MOST_STEPS = 16
"""Steps that a model is trained eagerly for; what exceeds them is compiled, from its first step on."""
DEFAULT_BATCH = 32
"""Images in a batch where `fit` is not told, in Keras."""

_taken: weakref.WeakKeyDictionary[Any, float] = weakref.WeakKeyDictionary()
"""Steps that each model was trained eagerly."""


def install() -> None:
    """Let `Model.fit` decide for itself, for the rest of this process's life."""
    fit = keras.Model.fit

    @functools.wraps(fit)
    def fit_quickly(self: Any, *args: Any, **kwargs: Any) -> Any:
        steps = _num_steps(bound(fit, (self, *args), kwargs))
        taken = _taken.get(self, 0) + steps
        if self.run_eagerly or getattr(self, "train_function", None) is not None or taken > MOST_STEPS:
            return fit(self, *args, **kwargs)
        _taken[self] = taken
        with eagerly(self):
            return fit(self, *args, **kwargs)

    keras.Model.fit = fit_quickly


@contextlib.contextmanager
def eagerly(model: Any) -> Iterator[None]:
    """Compile no function for the steps of a model."""
    before = getattr(model, "run_eagerly", False)
    model.run_eagerly = True
    try:
        yield
    finally:
        model.run_eagerly = before
        model.train_function = model.test_function = None  # they were made for eager steps


def bound(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by name, however they were passed; raises what the method itself would."""
    try:
        arguments = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    except TypeError:
        method(*args, **kwargs)
        raise
    further = arguments.pop("kwargs", {})
    return {**arguments, **further}


def _num_steps(options: dict[str, Any]) -> float:
    """Return how many batches a `fit` goes through, infinity where that cannot be told without asking the data."""
    try:
        num_epochs = options.get("epochs", 1) - options.get("initial_epoch", 0)
        return float(max(0, num_epochs) * (options.get("steps_per_epoch") or _num_batches(options)))
    except Exception:  # noqa: BLE001 - whatever is wrong with the arguments, `fit` itself says it
        return math.inf


def _num_batches(options: dict[str, Any]) -> float:
    first = keras.tree.flatten(options["x"])[0]
    if not hasattr(first, "shape"):
        return len(options["x"])  # a data set or a sequence; a generator has no length
    return math.ceil(len(first) / (options.get("batch_size") or DEFAULT_BATCH))
