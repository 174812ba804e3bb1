"""A network with two heads: class and box.

The model is trained once; its accuracy and its mean intersection over union have a floor each.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, too_large, under_floor, wrong_shape

pytestmark = question("localizer")

MAX_PARAMETERS = 500_000
STRUCTURE = ("test_two_outputs", "test_probabilities", "test_boxes_in_the_image", "test_heads_share", "test_size")


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("localizer")


@points(1, hint="`keras.Model(inputs, [classes, boxes])`: two outputs, in this order.")
def test_two_outputs(model):
    """The model returns ten scores and four numbers for each colour image."""
    problem = wrong_shape(model, takes=(None, 32, 32, 3))
    assert not problem, problem
    asked = ((None, 10), (None, 4))
    assert model.output_shape == asked, (
        f"the outputs have the shapes {model.output_shape}, {asked} were asked for: class and box"
    )


@points(1, hint="The head for the class ends with softmax.", needs="test_two_outputs")
def test_probabilities(model, rng):
    """The scores of the classes are probabilities."""
    scores, _ = model.predict(rng.uniform(0, 255, size=(8, 32, 32, 3)).astype(np.float32))
    problem = no_probabilities(scores)
    assert not problem, problem


@points(1, hint="Which activation makes numbers between 0 and 1, each by itself?", needs="test_two_outputs")
def test_boxes_in_the_image(model, rng):
    """The four numbers of a box lie between 0 and 1 for any image, and are not a share of a whole."""
    images = rng.uniform(0, 255, size=(32, 1, 1, 3)) * rng.random((32, 32, 32, 1))
    images[16:] *= 100  # brighter than any image, so that what is not bounded leaves the range
    _, boxes = model.predict(images.astype(np.float32))
    low, high = float(boxes.min()), float(boxes.max())
    assert 0 <= low <= high <= 1, f"numbers of the boxes lie between {low:.3g} and {high:.3g}, not between 0 and 1"
    # Nearly black, so that no head is at the end of its range.
    _, boxes = model.predict(rng.random((8, 32, 32, 3), dtype=np.float32))
    is_share = np.allclose(boxes.sum(axis=1), 1, atol=1e-3)
    assert not is_share, "the four numbers of each box add up to 1: they depend on each other"


@points(1, hint="Apply both heads to what the same convolutions have made.", needs="test_two_outputs")
def test_heads_share(model):
    """Both heads use the same convolutions."""
    ways = [
        {step.index for step in model.between(None, step) if step.is_a("*Conv2D")}
        for step in model.steps
        if model.is_output(step)
    ]
    shared = set.intersection(*ways) if ways else set()
    assert shared, model.marked("class and box have no convolution in common", model.operations("*Conv2D"))


@points(1, hint="Flatten small maps, with few channels.", needs="test_two_outputs")
def test_size(model):
    """The model has at most 500,000 parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


@points(2, hint="A model that learns too little has too few filters or too few convolutions.", needs=STRUCTURE)
def test_finds_the_class(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model, recipe="localization"))
    assert not problem, problem


@points(2, hint="Does the head for the box still know where something was?", needs=STRUCTURE)
def test_finds_the_box(model, train):
    """The boxes of the trained model cover the shapes of images that it has never seen."""
    problem = under_floor(train(model, recipe="localization", measure="iou"))
    assert not problem, problem
