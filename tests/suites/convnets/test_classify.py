"""Classes and their probabilities.

The student's `classify` runs once, on a small model of ours, with fewer images than there are classes. What it should
find is computed here, from the predictions of the same model as we rebuilt it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import array, points, question, sequential, tuple_of

pytestmark = question("classify")

MODEL = sequential((4, 4, 3), ("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
NUM_IMAGES = 7


@dataclass(frozen=True)
class Classification:
    """What the student's `classify` returned, and the probabilities of all classes, (7, 10)."""

    labels: np.ndarray
    probabilities: np.ndarray
    expected: np.ndarray


@pytest.fixture(scope="module")
def classification(submission):
    """The one run of the student's `classify`, on images of very different colours."""
    images = np.random.default_rng(0).normal(scale=2, size=(NUM_IMAGES, 4, 4, 3)).astype(np.float32)
    model = submission.build(MODEL)
    answer = submission.call("classify", model, images, returns=tuple_of(array(), array()))
    return Classification(*answer, expected=submission.model(model, weights=True).predict(images))


@points(1, hint="`predict` returns one row for each image and one column for each class.")
def test_shapes(classification):
    """There is one label and one probability for each image."""
    for what in ("labels", "probabilities"):
        found = getattr(classification, what).shape
        assert found == (NUM_IMAGES,), (
            f"for {NUM_IMAGES} images and 10 classes the {what} have shape {found}, ({NUM_IMAGES},) was asked for"
        )


@points(1, hint="`argmax` says where the largest value stands, along an axis.", needs="test_shapes")
def test_labels(classification):
    """The label of an image is its most probable class, as an integer."""
    labels = classification.labels
    assert labels.dtype.kind in "iu", f"the labels are of type {labels.dtype.name}, integers were asked for"
    wrong = np.sum(labels != classification.expected.argmax(axis=1))
    assert wrong == 0, f"{wrong} of {NUM_IMAGES} labels are not the class with the largest probability"


@points(1, hint="`max` finds the largest value, along an axis.", needs="test_shapes")
def test_probabilities(classification):
    """The probability of an image is the one of its label."""
    # Both are float32; their sums were taken in another order.
    wrong = np.sum(~np.isclose(classification.probabilities, classification.expected.max(axis=1), rtol=0, atol=1e-4))
    assert wrong == 0, f"{wrong} of {NUM_IMAGES} probabilities are not the largest of their image"
