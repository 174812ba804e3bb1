"""A runtime in this process, whose questions and answers take the way over the wire all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from zoo import SPECIMENS, Specimen

from autograder import wire
from autograder.models.graph import ModelGraph
from autograder.models.runtime import handlers
from autograder.models.trace import trace
from autograder.models.view import ModelView, RuntimePort


class RuntimeHere:
    """Handlers of a runtime, called directly."""

    def __init__(self) -> None:
        self._handlers = handlers()

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        answer = self._handlers[op](**wire.decode(wire.encode(args)))
        return wire.decode(wire.encode(answer))


def traced(target: Any, input_shape: Any = None, **options: Any) -> ModelGraph:
    """Trace, and take the way over the wire."""
    return ModelGraph.from_data(wire.decode(wire.encode(trace(target, input_shape=input_shape, **options))))


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
