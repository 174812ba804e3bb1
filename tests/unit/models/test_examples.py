"""The examples in the docstrings of queries do what they say."""

from __future__ import annotations

import doctest
from typing import Any

import keras
import numpy as np
import pytest
from example_models import residual, unet, vgg
from tracing import RuntimeHere, traced

from autograder.models import paths, structure, view
from autograder.models.view import ModelView


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the examples may use without a word: three models, images, and NumPy."""
    runtime = RuntimeHere()
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    views = {"view": residual(), "vgg": vgg(), "unet": unet()}
    random = np.random.default_rng(0)
    return {
        **{name: ModelView(traced(model), runtime) for name, model in views.items()},
        "images": random.random((4, 16, 16, 3), dtype=np.float32),
        "np": np,
    }


EXAMPLES = {
    example.name: example
    for module in (paths, structure, view)
    for example in doctest.DocTestFinder(exclude_empty=True).find(module)
    if example.examples
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str, names: dict[str, Any]) -> None:
    """Every line gives what stands below it."""
    example = EXAMPLES[name]
    example.globs = dict(names)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(example, out=said.append).failed == 0, "".join(said)


def test_every_query_has_an_example() -> None:
    """What a suite can ask is shown in use."""
    queries = {
        f"{cls.__module__}.{cls.__name__}.{name}"
        for cls in (paths.Paths, structure.Structure, ModelView)
        for name in vars(cls)
        if not name.startswith("_")
    }
    without = {"graph", "picture", "num_trainable_parameters", "num_non_trainable_parameters", "opaque", "unused"}
    assert {query for query in queries if query.rpartition(".")[2] not in without} == set(EXAMPLES)
