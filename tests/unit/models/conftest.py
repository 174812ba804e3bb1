"""Views of models, over a runtime in this process."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras
import pytest
from tracing import RuntimeHere, traced
from zoo import SPECIMENS, Specimen

from autograder.models.view import ModelView, RuntimePort


@pytest.fixture(scope="session")
def runtime() -> RuntimePort:
    return RuntimeHere()


@pytest.fixture
def view_of(runtime: RuntimePort) -> Callable[..., ModelView]:
    """Return the view of a specimen by its name, made once, or of anything that can be traced."""

    def view(target: Any, input_shape: Any = None, **options: Any) -> ModelView:
        if isinstance(target, str):
            return _view_of_specimen(target, runtime)
        return ModelView(traced(target, input_shape, **options), runtime)

    return view


@functools.cache
def _view_of_specimen(name: str, runtime: RuntimePort) -> ModelView:
    specimen: Specimen = SPECIMENS[name]
    keras.utils.set_random_seed(1)
    return ModelView(traced(specimen.make(), specimen.input_shape), runtime)
