"""Views of models, over a runtime in this process."""

from __future__ import annotations

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
    """Return the view of a specimen by its name, or of anything that can be traced."""

    def view(target: Any, input_shape: Any = None, **options: Any) -> ModelView:
        if isinstance(target, str):
            specimen: Specimen = SPECIMENS[target]
            keras.utils.set_random_seed(1)
            target, input_shape = specimen.make(), specimen.input_shape
        return ModelView(traced(target, input_shape, **options), runtime)

    return view
