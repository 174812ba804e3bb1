"""A training of a few steps runs eagerly, and comes to what it would have come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from autograder.sandbox import few_steps

IMAGES = np.random.default_rng(0).random((64, 6), dtype=np.float32)
LABELS = np.arange(64) % 3


class Watched(keras.Model):
    """Notes for each training step whether it ran eagerly."""

    def __init__(self) -> None:
        super().__init__()
        self.first = keras.layers.Dense(5, activation="relu")
        self.normalise = keras.layers.BatchNormalization()
        self.last = keras.layers.Dense(3, activation="softmax")
        self.seen: list[bool] = []

    def call(self, x: Any, training: bool = False) -> Any:
        """Return probabilities."""
        return self.last(self.normalise(self.first(x), training=training))

    def train_step(self, data: Any) -> Any:
        """Train, and note how."""
        self.seen.append(self.run_eagerly)
        return super().train_step(data)


@pytest.fixture
def quick_fit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`fit` as it is in a notebook's process, and as it was again afterwards."""
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)
    few_steps.install()
    return


def compiled() -> Watched:
    keras.utils.set_random_seed(3)
    model = Watched()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fitted(**options: Any) -> tuple[Watched, dict[str, list[float]]]:
    """Train a new model; the model and its history."""
    model = compiled()
    history = model.fit(IMAGES, LABELS, verbose=0, shuffle=False, validation_data=(IMAGES, LABELS), **options)
    return model, history.history


def test_the_history_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses, accuracies and their validation: as without us, but for rounding."""
    _, before = fitted(epochs=3)
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)
    few_steps.install()
    model, after = fitted(epochs=3)
    assert model.seen == [True] * 6
    assert before.keys() == after.keys()
    assert all(np.allclose(before[name], after[name], atol=1e-5) for name in before)


@pytest.mark.usefixtures("quick_fit")
@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 9},
        {"epochs": few_steps.MOST_STEPS + 1, "batch_size": 64},
        {"batch_size": 2},
        {"steps_per_epoch": 17, "batch_size": 2},
    ],
)
def test_many_steps_are_compiled(options: dict[str, Any]) -> None:
    """What would take longer eagerly runs as Keras runs it: its one function is traced once or twice."""
    model, _ = fitted(**options)
    assert len(model.seen) <= 2
    assert not any(model.seen)


@pytest.mark.usefixtures("quick_fit")
def test_a_loop_of_short_trainings_is_compiled_after_a_while() -> None:
    """A student's own loop over epochs does not stay slow."""
    model = compiled()
    for _ in range(25):
        model.fit(IMAGES, LABELS, batch_size=64, verbose=0)
    assert model.seen[: few_steps.MOST_STEPS] == [True] * few_steps.MOST_STEPS
    assert len(model.seen) <= few_steps.MOST_STEPS + 2


@pytest.mark.usefixtures("quick_fit")
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_what_has_no_length_is_compiled() -> None:
    """How many batches a generator holds is not known before they are asked for."""
    model = compiled()
    model.fit(((IMAGES, LABELS) for _ in range(2)), shuffle=False, verbose=0)
    assert not any(model.seen)


@pytest.mark.usefixtures("quick_fit")
def test_wrong_arguments_are_keras_own_business() -> None:
    """What is wrong with a call is said by Keras, as on a student's machine."""
    model = compiled()
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        model.fit(IMAGES, LABELS, epoch=3)
    with pytest.raises(ValueError, match="Data cardinality is ambiguous"):
        model.fit(IMAGES, LABELS[:5], verbose=0)


@pytest.mark.usefixtures("quick_fit")
def test_the_model_is_left_as_it_was() -> None:
    """Afterwards the model is no longer told to run eagerly, and can be evaluated and asked."""
    model, _ = fitted()
    assert model.run_eagerly is False
    assert model.train_function is None
    assert np.isfinite(model.evaluate(IMAGES, LABELS, verbose=0)).all()
    assert model.predict(IMAGES, verbose=0).shape == (64, 3)
