"""What a grader changes about Keras while cells run: short trainings and data that is at hand.

Runs beside student code, who may undo it: that costs them time, and changes no verdict.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from autograder.datasets import stand_in

MAX_IMAGES = 8
"""Images that a shortened `fit` or `evaluate` looks at."""


def serve_datasets() -> None:
    """Let ``keras.datasets.<name>.load_data()`` return generated arrays of the same shapes, from a public seed."""
    import keras.src.datasets
    import tensorflow as tf

    spaces = (keras.datasets, keras.src.datasets, tf.keras.datasets)
    for name in stand_in.NAMES:

        def load_data(name: str = name) -> Any:
            return stand_in.load_data(name)

        for space in spaces:
            module = getattr(space, name, None)
            if module is not None:
                module.load_data = load_data


@contextlib.contextmanager
def shortened_training(policy: str) -> Iterator[None]:
    """Apply the ``fit`` policy of an assignment to `Model.fit` and `Model.evaluate` for a while."""
    if policy == "full":
        yield
        return
    fit, evaluate = keras.Model.fit, keras.Model.evaluate

    def short_fit(*args: Any, **kwargs: Any) -> Any:
        options = _bound(fit, args, kwargs)
        model, x, y = (options.pop(name, None) for name in ("self", "x", "y"))
        if policy == "skip":
            history = keras.callbacks.History()
            history.set_model(model)
            history.on_train_begin()
            return history
        validation = options.pop("validation_data", None)
        if options.pop("validation_split", 0) and validation is None:
            validation = (x, y)
        for name in ("batch_size", "epochs", "initial_epoch", "steps_per_epoch", "validation_steps", "sample_weight"):
            options.pop(name, None)
        x, y = _first(x, y)
        if validation is not None:
            validation = _first(*validation[:2]) if isinstance(validation, tuple | list) else _first(validation, None)
            options["validation_data"] = validation if validation[1] is not None else validation[0]
        with _eagerly(model):
            return fit(model, x, y, batch_size=MAX_IMAGES if y is not None else None, epochs=1, **options)

    def short_evaluate(*args: Any, **kwargs: Any) -> Any:
        options = _bound(evaluate, args, kwargs)
        model, x, y = (options.pop(name, None) for name in ("self", "x", "y"))
        for name in ("batch_size", "steps", "sample_weight"):
            options.pop(name, None)
        x, y = _first(x, y)
        with _eagerly(model):
            return evaluate(model, x, y, **options)

    keras.Model.fit, keras.Model.evaluate = short_fit, short_evaluate
    try:
        yield
    finally:
        keras.Model.fit, keras.Model.evaluate = fit, evaluate


def _bound(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by name, however they were passed; raises what the method itself would."""
    arguments = dict(inspect.signature(method).bind(*args, **kwargs).arguments)
    further = arguments.pop("kwargs", {})
    return {**arguments, **further}


@contextlib.contextmanager
def _eagerly(model: Any) -> Iterator[None]:
    """Compile no function for a single step."""
    before = getattr(model, "run_eagerly", False)
    model.run_eagerly = True
    try:
        yield
    finally:
        model.run_eagerly = before
        model.train_function = model.test_function = None  # they were made for eager steps


def _first(x: Any, y: Any) -> tuple[Any, Any]:
    """Return the first images and labels of arrays, or the first batch of a data set, a generator or a sequence."""
    if y is None and not isinstance(x, np.ndarray):
        batch = next(iter(x))
        if isinstance(batch, tuple | list) and len(batch) >= 2:
            return _cut(batch[0]), _cut(batch[1])
        return _cut(batch), None
    return _cut(x), None if y is None else _cut(y)


def _cut(values: Any) -> Any:
    return keras.tree.map_structure(lambda array: array[:MAX_IMAGES], values)
