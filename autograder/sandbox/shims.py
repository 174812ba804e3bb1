"""Old names that mean today exactly what they meant: defined again where an assignment's policy says so.

What has no exact meaning today (sessions, contrib, scikit-learn's wrappers, Keras 1) is not here, and is explained as
ever.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

MODULES = {
    **dict.fromkeys(
        (
            "layers.advanced_activations",
            "layers.convolutional",
            "layers.core",
            "layers.embeddings",
            "layers.experimental",
            "layers.experimental.preprocessing",
            "layers.merge",
            "layers.noise",
            "layers.normalization",
            "layers.pooling",
            "layers.recurrent",
            "layers.wrappers",
            "engine",
            "engine.topology",
        ),
        "layers",
    ),
    "utils.np_utils": "utils",
    "utils.vis_utils": "utils",
    "utils.generic_utils": "utils",
    "utils.data_utils": "utils",
    "objectives": "losses",
    "optimizers.legacy": "optimizers",
}
"""Modules of Keras, and where their contents are today."""
NUMPY: dict[str, Any] = {
    "float": float,
    "int": int,
    "object": object,
    "str": str,
    "complex": complex,
    "float_": np.float64,
    "NaN": np.nan,
    "Inf": np.inf,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "alltrue": np.all,
    "sometrue": np.any,
    "trapz": np.trapezoid,
    "asscalar": lambda array: array.item(),
    "msort": lambda array: np.sort(array, axis=0),
}


def install() -> None:
    """Define the old names for the rest of the process."""
    _functions()
    for spelling in ("keras", "tensorflow.keras"):
        for old, new in MODULES.items():
            _alias(spelling, old, new)
    for name, value in NUMPY.items():
        setattr(np, name, value)
    _display()
    _learning_rates()
    _methods()


def _alias(spelling: str, old: str, new: str) -> None:
    """Make a module with the contents of today's, under both of the names by which it is found."""
    today = importlib.import_module(f"{spelling}.{new}")
    made = types.ModuleType(f"{spelling}.{old}", f"The old name of {spelling}.{new}.")
    made.__dict__.update({name: value for name, value in vars(today).items() if not name.startswith("_")})
    made.__path__ = []  # it may be asked for modules below it
    sys.modules[made.__name__] = made
    parent, _, last = made.__name__.rpartition(".")
    setattr(importlib.import_module(parent), last, made)


def _functions() -> None:
    """Define what `tf.keras` still has and `keras` has not, and what has another name in both."""
    import tensorflow as tf

    for name, function in vars(tf.keras.backend).items():
        if not hasattr(keras.backend, name):
            setattr(keras.backend, name, function)
    keras.preprocessing.image.ImageDataGenerator = tf.keras.preprocessing.image.ImageDataGenerator
    for space in (keras, tf.keras):
        space.constraints.maxnorm = keras.constraints.MaxNorm
        for name, loss in (("mse", "mean_squared_error"), ("mae", "mean_absolute_error")):
            for spelt in (name, name.upper()):
                setattr(space.losses, spelt, getattr(keras.losses, loss))


def _display() -> None:
    import IPython.core.display
    import IPython.display

    IPython.core.display.display = IPython.display.display  # type: ignore[attr-defined]


def _learning_rates() -> None:
    """Let optimisers take `lr=`, and have it."""
    for each in vars(keras.optimizers).values():
        if isinstance(each, type) and issubclass(each, keras.optimizers.Optimizer) and "__init__" in vars(each):
            setattr(each, "__init__", _with_learning_rate(vars(each)["__init__"]))  # noqa: B010 - it is a class
    keras.optimizers.Optimizer.lr = property(
        lambda self: self.learning_rate, lambda self, value: setattr(self, "learning_rate", value)
    )


def _with_learning_rate(begin: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(begin)
    def __init__(self: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it takes that one's place
        if "lr" in options:
            options["learning_rate"] = options.pop("lr")
        begin(self, *args, **options)

    return __init__


def _methods() -> None:
    """Give models the methods of Keras 2; `fit` is looked up when they are called, it may be shortened meanwhile."""

    def fit_generator(self: Any, generator: Any, *args: Any, **options: Any) -> Any:
        names = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps")
        return self.fit(generator, **dict(zip(names, args, strict=False)), **_without_workers(options))

    def evaluate_generator(self: Any, generator: Any, steps: int | None = None, **options: Any) -> Any:
        return self.evaluate(generator, steps=steps, **_without_workers(options))

    def predict_generator(self: Any, generator: Any, steps: int | None = None, **options: Any) -> Any:
        return self.predict(generator, steps=steps, **_without_workers(options))

    def predict_classes(self: Any, x: Any, batch_size: int | None = None, verbose: int = 0) -> Any:
        scores = self.predict(x, batch_size=batch_size, verbose=verbose)
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    def predict_proba(self: Any, x: Any, batch_size: int | None = None, verbose: int = 0) -> Any:
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    for function in (fit_generator, evaluate_generator, predict_generator, predict_classes, predict_proba):
        setattr(keras.Model, function.__name__, function)


def _without_workers(options: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in options.items()
        if name not in ("workers", "use_multiprocessing", "max_queue_size", "max_q_size", "pickle_safe")
    }
