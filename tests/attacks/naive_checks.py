"""Checks as they are often written, for graders that run them in the process of the notebook.

Each is given what the notebook defined and raises where it is wrong; how it compares is what differs. What is
expected stands in a variable beside the answer, as it does in most tests.
"""

from __future__ import annotations

import random
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

CASES = [([3], 3), ([3, 3], 5), ([5, 3, 3], 9)]
"""Inputs that never change: everybody knows them after the first time."""


def _secrets() -> Iterator[tuple[list[int], int]]:
    """Yield inputs that nobody knows, each with what is right for it."""
    for length in (1, 2, 5):
        kernels = [random.randrange(3, 1000) for _ in range(length)]
        yield kernels, 1 + sum(kernels) - len(kernels)


def equal(reach: Any) -> None:
    """Compare with ``==``."""
    for kernels, expected in _secrets():
        assert reach(kernels) == expected, "wrong"


def of_a_kind(reach: Any) -> None:
    """Ask for the type, then compare with ``!=``."""
    for kernels, expected in _secrets():
        found = reach(kernels)
        if not isinstance(found, int) or found != expected:
            raise AssertionError("wrong")


def all_equal(reach: Any) -> None:
    """Compare everything at once, with built-in functions."""
    pairs = [(reach(kernels), expected) for kernels, expected in _secrets()]
    assert all(abs(found - expected) < 1e-6 for found, expected in pairs), "wrong"


def close(reach: Any) -> None:
    """Compare with NumPy."""
    for kernels, expected in _secrets():
        assert np.allclose(reach(kernels), expected), "wrong"


def nearly(reach: Any) -> None:
    """Compare with pytest."""
    for kernels, expected in _secrets():
        assert reach(kernels) == pytest.approx(expected), "wrong"


def in_a_test_case(reach: Any) -> None:
    """Compare with unittest."""
    is_equal = unittest.TestCase().assertEqual
    for kernels, expected in _secrets():
        is_equal(reach(kernels), expected)


def known(reach: Any) -> None:
    """Compare with what is right for inputs that never change."""
    for kernels, expected in CASES:
        assert reach(kernels) == expected, "wrong"


REACH: tuple[Callable[[Any], None], ...] = (equal, of_a_kind, all_equal, close, nearly, in_a_test_case, known)


def sums(tiny: Any) -> None:
    """Ask a model for its parameters, its shape and its predictions."""
    import keras

    model = tiny()
    assert isinstance(model, keras.Model), "this is no model"
    assert model.count_params() == 15, "wrong number of parameters"
    assert tuple(model.output_shape) == (None, 3), "wrong shape"
    rows = np.random.default_rng().normal(size=(5, 4)).astype("float32")
    expected = np.repeat(rows.sum(axis=1, keepdims=True), 3, axis=1)
    assert np.allclose(np.asarray(model.predict(rows, verbose=0)), expected, atol=1e-4), "wrong predictions"


def weights(tiny: Any) -> None:
    """Compute with a model's weights."""
    kernel, bias = tiny().get_weights()
    rows = np.random.default_rng().normal(size=(5, 4)).astype("float32")
    assert np.shape(kernel) == (4, 3), "wrong shape"
    assert np.allclose(rows @ kernel + bias, np.repeat(rows.sum(axis=1, keepdims=True), 3, axis=1)), "wrong weights"


def configuration(tiny: Any) -> None:
    """Read what a model says about itself."""
    layer = tiny().layers[-1]
    config = layer.get_config()
    assert type(layer).__name__ == "Dense", "wrong layer"
    assert config["units"] == 3, "wrong number of units"
    assert config["kernel_initializer"]["class_name"] == "Ones", "wrong weights"


TINY: tuple[Callable[[Any], None], ...] = (sums, weights, configuration)
