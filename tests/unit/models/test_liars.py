"""A model that lies about itself is seen as what it computes, or is refused; no lie makes it a better one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from tracing import RuntimeHere, traced

from autograder.errors import ModelRefused
from autograder.models.trace import trace
from autograder.models.view import ModelView

ViewOf = Callable[..., ModelView]
IMAGES = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")


def kinds(view: ModelView) -> list[str]:
    return [step.kind for step in view.steps]


class Small(keras.Model):
    """One dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def called(model: keras.Model) -> keras.Model:
    model(IMAGES)
    return model


def test_counts_layers_and_weights_are_not_asked(view_of: ViewOf) -> None:
    """What a class says of itself does not count: we count what we have built."""

    class Boasting(Small):
        layers = property(lambda self: [keras.layers.Conv2D(64, 3)] * 50)
        weights = property(lambda self: [])
        trainable_weights = property(lambda self: [])
        output_shape = property(lambda self: (None, 10))

        def count_params(self) -> int:
            return 10**6

        def get_config(self) -> Any:
            return {"layers": 50}

        def get_build_config(self) -> Any:
            return {"input_shape": (None, 999)}

        def predict(self, *args: Any, **kwargs: Any) -> Any:
            return "anything"

    view = view_of(called(Boasting()))
    assert kinds(view) == ["Dense"]
    assert (view.num_parameters, view.num_trainable_parameters) == (21, 21)
    assert (view.input_shape, view.output_shape) == ((None, 6), (None, 3))


def test_a_layer_of_kerass_that_describes_itself_otherwise(view_of: ViewOf) -> None:
    """Its config is asked of Keras's class, and has to fit the weights."""

    class Wide(layers.Dense):
        def get_config(self) -> Any:
            return {"units": 1000}

    assert view_of(keras.Sequential([keras.Input((6,)), Wide(3)])).layers("Dense")[0].config["units"] == 3
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    model.layers[0].units = 1000
    with pytest.raises(ModelRefused, match="do not have the shapes|is said to return"):
        view_of(model)


def test_an_object_that_claims_to_be_a_model() -> None:
    """What it is counts, not what it says."""

    class Claims:
        name = "claims"
        __class__ = keras.Sequential  # type: ignore[assignment]

    assert isinstance(Claims(), keras.Layer)
    with pytest.raises((ModelRefused, AttributeError)):
        trace(Claims())


def test_a_call_of_its_own(view_of: ViewOf) -> None:
    """Where `__call__` does other than `call`, the model is what `__call__` does: so do `fit` and `predict`."""

    class Bypassing(Small):
        def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            return self.dense(x) * 2.0

    model = Bypassing()
    model(IMAGES)
    view = view_of(model, (None, 6))
    assert kinds(view) == ["Dense", "Rescaling"]


def test_a_layer_whose_call_was_replaced(view_of: ViewOf) -> None:
    """A `Dense` that computes something else is no `Dense`."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3), layers.ReLU()])
    model.layers[0].call = lambda x: x * 0.0
    assert kinds(view_of(model)) == ["Rescaling", "ReLU"]


def test_another_graph_at_the_second_call(view_of: ViewOf) -> None:
    """One trace gives one model, whose steps and predictions belong together."""

    class Swapping(Small):
        def __init__(self) -> None:
            super().__init__()
            self.other, self.count = layers.Dense(3, activation="relu"), 0
            self.other.build((None, 6))

        def call(self, x: Any) -> Any:
            self.count += 1
            return self.dense(x) if self.count % 2 else self.other(x)

    model = called(Swapping())
    for _ in range(2):
        view = view_of(model)
        predicted = view.predict(IMAGES)
        assert ("ReLU" in kinds(view)) == bool((predicted >= 0).all())
    assert traced(model).architecture != traced(model).architecture


def test_weights_that_are_no_numbers() -> None:
    """A training that diverged is told as such."""
    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    model.set_weights([np.full((6, 3), np.nan), np.zeros(3)])
    with pytest.raises(ModelRefused, match="NaN or infinite numbers: did its training diverge"):
        traced(model)
    assert not traced(model, weights=False).has_weights


def test_a_model_without_end() -> None:
    """A loop that never ends is stopped."""

    def endless(x: Any) -> Any:
        while True:
            x = x + 1

    with pytest.raises(ModelRefused, match="more than 5,000 steps"):
        traced(endless, (None, 3))


def test_ten_thousand_layers_are_too_many() -> None:
    """They are refused while they are traced."""
    relu = layers.ReLU()

    def deep(x: Any) -> Any:
        for _ in range(10_000):
            x = relu(x)
        return x

    with pytest.raises(ModelRefused, match="more than 5,000 steps"):
        traced(deep, (None, 3))


def test_a_model_that_calls_itself() -> None:
    """Python's own limit ends it, as it would in the notebook."""

    class Recursive(Small):
        def call(self, x: Any) -> Any:
            return self(x)

    with pytest.raises(RecursionError):
        traced(Recursive(), (None, 6))


def test_other_steps_in_training_than_in_inference(view_of: ViewOf) -> None:
    """A model that does one thing for structure and another for predictions shows the steps of its training."""

    class TwoFaced(Small):
        def __init__(self) -> None:
            super().__init__()
            self.normalisation = layers.BatchNormalization()
            self.normalisation.build((None, 3))

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.dense(x)
            return self.normalisation(x, training=True) if training else x

    graph = traced(called(TwoFaced()))
    assert graph.training_program is not None
    view = ModelView(graph, RuntimeHere())
    assert kinds(view) == ["Dense", "BatchNormalization"]
    assert not np.allclose(view.predict(IMAGES), view.predict(IMAGES, training=True))


def test_numbers_of_other_types() -> None:
    """A subclass of int whose comparisons lie is no number in a config."""

    class Ten(int):
        def __le__(self, other: object) -> bool:
            return True

        __ge__ = __eq__ = __le__
        __hash__ = int.__hash__

    model = keras.Sequential([keras.Input((6,)), layers.Dense(3)])
    model.layers[0].units = Ten(3)
    (node,) = traced(model).opaque_nodes
    assert "`Ten` in it is not one of Keras's own" in node.reason
