"""Performance on test images.

The student's `evaluate` runs once, on a small compiled model of ours. What it should find is computed here, from the
predictions of the same model as we rebuilt it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import mapping, number, points, question, sequential

pytestmark = question("test_performance")

MODEL = sequential((4, 4, 3), ("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
NUM_IMAGES, NUM_RIGHT = 40, 15
ACCURACY_NAMES = ("accuracy", "acc", "sparse_categorical_accuracy")


@dataclass(frozen=True)
class Evaluation:
    """What the student's `evaluate` returned, and what it should find."""

    answer: dict[str, float]
    loss: float
    accuracy: float


@pytest.fixture(scope="module")
def evaluation(submission):
    """The one run of the student's `evaluate`: 15 of 40 labels are what the model says, at places it cannot know."""
    random = np.random.default_rng(0)
    images = random.random(size=(NUM_IMAGES, 4, 4, 3), dtype=np.float32)
    model = submission.build(MODEL, is_compiled=True)
    probabilities = submission.model(model, weights=True).predict(images)
    is_wrong = random.permutation(NUM_IMAGES) >= NUM_RIGHT
    labels = (probabilities.argmax(axis=1) + is_wrong * random.integers(1, 10, size=NUM_IMAGES)) % 10
    answer = submission.call("evaluate", model, images, labels, returns=mapping(number()))
    loss = -np.log(probabilities[np.arange(NUM_IMAGES), labels]).mean()
    return Evaluation(answer, loss=float(loss), accuracy=NUM_RIGHT / NUM_IMAGES)


@points(1, hint="`model.evaluate` has an argument `return_dict`. What is only printed cannot be used any further.")
def test_returns_numbers_by_name(evaluation):
    """The function returns the loss and the accuracy under their names."""
    names = ", ".join(f"`{name}`" for name in evaluation.answer) or "nothing"
    assert "loss" in evaluation.answer, f"`loss` is missing, the dictionary holds {names}"
    assert any(name in evaluation.answer for name in ACCURACY_NAMES), (
        f"`accuracy` is missing, the dictionary holds {names}"
    )


@points(1, hint="Evaluate all the images that are given, and only those.", needs="test_returns_numbers_by_name")
def test_values(evaluation):
    """The numbers are those of the given model on the given images."""
    answer = evaluation.answer
    accuracy = next(answer[name] for name in ACCURACY_NAMES if name in answer)
    # float32 sums in another order differ in the sixth digit; one image more or less is 2.5 points of accuracy.
    assert abs(accuracy - evaluation.accuracy) < 1e-4, (
        f"the accuracy is {accuracy:.4g}, the given model has another one on the given images; "
        "a fraction between 0 and 1 was asked for"
    )
    assert abs(answer["loss"] - evaluation.loss) < 1e-3, (
        f"the loss is {answer['loss']:.4g}, the given model has another one on the given images"
    )
