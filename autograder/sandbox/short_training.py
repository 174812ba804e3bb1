"""`fit` and `evaluate` in the cells of a notebook that is being graded: in full, for one batch, or not at all.

What a check calls trains in full, unless the check asks for the first epoch alone; `train_on_batch`, `predict` and
loops of a student's own are never shortened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from autograder.sandbox.few_steps import bound, eagerly
from autograder.sandbox.notes import Notes

MAX_IMAGES = 8
"""Images that a shortened `fit` or `evaluate` looks at."""
ONE_BATCH = (
    "`fit` runs for one batch in each cell while a notebook is graded: the history repeats that batch's numbers, "
    "once for each epoch."
)
SKIPPED = "`fit` is skipped in each cell while a notebook is graded: the history holds no numbers."


@contextlib.contextmanager
def shortened_training(policy: str, notes: Notes | None = None) -> Iterator[None]:
    """Apply the ``fit`` policy of an assignment to `Model.fit` and `Model.evaluate` for a while.

    Parameters
    ----------
    policy
        A value of `settings.FitPolicy`.
    notes
        Is told, once a notebook, that a training was not run as it stands.
    """
    if policy == "full":
        yield
        return
    notes = notes or Notes()
    fit, evaluate = keras.Model.fit, keras.Model.evaluate

    def short_fit(*args: Any, **kwargs: Any) -> Any:
        options = bound(fit, args, kwargs)
        epochs = _epochs(options)
        if policy == "skip":
            notes.once(SKIPPED)
            is_validated = options.get("validation_data") is not None or bool(options.get("validation_split"))
            return _empty_history(options["self"], epochs, is_validated)
        if len(epochs) > 1:
            notes.once(ONE_BATCH)
        history = _fit_one_batch(fit, options)
        return _repeated(history, epochs)

    def short_evaluate(*args: Any, **kwargs: Any) -> Any:
        options = bound(evaluate, args, kwargs)
        model, x, y = (options.pop(name, None) for name in ("self", "x", "y"))
        for name in ("batch_size", "steps", "sample_weight"):
            options.pop(name, None)
        x, y = _first(x, y)
        with eagerly(model):
            return evaluate(model, x, y, **options)

    keras.Model.fit, keras.Model.evaluate = short_fit, short_evaluate
    try:
        yield
    finally:
        keras.Model.fit, keras.Model.evaluate = fit, evaluate


@contextlib.contextmanager
def first_epoch() -> Iterator[None]:
    """Have `fit` run for one epoch, for a while; its history repeats the numbers, once for each that was asked for.

    A callback may end a training at any epoch, so one that is given some runs in full.
    """
    fit = keras.Model.fit

    def fit_first(*args: Any, **kwargs: Any) -> Any:
        options = bound(fit, args, kwargs)
        epochs = _epochs(options)
        if options.get("callbacks") or len(epochs) < 2:
            return fit(*args, **kwargs)
        return _repeated(fit(**{**options, "epochs": epochs.start + 1}), epochs)

    keras.Model.fit = fit_first
    try:
        yield
    finally:
        keras.Model.fit = fit


def _epochs(options: dict[str, Any]) -> range:
    """Return the epochs that a call of `fit` asks for."""
    return range(options.get("initial_epoch", 0), options.get("epochs", 1))


def _fit_one_batch(fit: Callable[..., Any], options: dict[str, Any]) -> Any:
    model, x, y = (options.pop(name, None) for name in ("self", "x", "y"))
    validation = options.pop("validation_data", None)
    if options.pop("validation_split", 0) and validation is None:
        validation = (x, y)
    for name in ("batch_size", "epochs", "initial_epoch", "steps_per_epoch", "validation_steps", "sample_weight"):
        options.pop(name, None)
    x, y = _first(x, y)
    if validation is not None:
        validation = _first(*validation[:2]) if isinstance(validation, tuple | list) else _first(validation, None)
        options["validation_data"] = validation if validation[1] is not None else validation[0]
    with eagerly(model):
        return fit(model, x, y, batch_size=MAX_IMAGES if y is not None else None, epochs=1, **options)


def _repeated(history: Any, epochs: range) -> Any:
    """Let a history have a number for each epoch that was asked for, as code that draws it expects."""
    history.epoch = list(epochs)
    history.history = {
        name: (values * len(epochs))[: len(epochs)] for name, values in history.history.items() if epochs
    }
    return history


def _empty_history(model: Any, epochs: range, is_validated: bool) -> Any:
    """Return a history with all the names that a training would have given it, and no number."""
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    history.epoch = list(epochs)
    names = ["loss", *_metric_names(model)]
    names += [f"val_{name}" for name in names] if is_validated else []
    history.history = {name: [float("nan")] * len(epochs) for name in names}
    return history


def _metric_names(model: Any) -> list[str]:
    """Return what `compile` called the metrics of a model with one output; a model has none before it is trained."""
    asked = (model.get_compile_config() or {}).get("metrics") or []
    flat = [each for part in asked for each in (part if isinstance(part, list) else [part])]
    named = [each["config"].get("name") if isinstance(each, dict) and "config" in each else each for each in flat]
    return [name for name in named if isinstance(name, str)]


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
