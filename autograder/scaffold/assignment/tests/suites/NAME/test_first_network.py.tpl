"""A first network."""

import numpy as np
import pytest

from autograder.suite import kinds_in_words, no_probabilities, points, question

pytestmark = question("first_network")


@pytest.fixture(scope="module")
def model(submission):
    return submission.model("first_network")


@points(1, hint="`layers.Conv2D(filters, kernel_size, padding=...)`, twice.", needs="test_scores_ten_classes")
def test_convolutions(model):
    """Two convolutions of 3x3 have 16 and 32 filters, and keep height and width."""
    steps = model.layers("Conv2D")
    assert len(steps) == 2, model.marked(f"the model has {len(steps)} convolutions, two were asked for", steps)
    for step, filters in zip(steps, (16, 32), strict=True):
        found = (step.config["filters"], step.config["kernel_size"])
        said = f"a convolution has {found[0]} filters of {found[1]}, {filters} filters of (3, 3) were asked for"
        assert found == (filters, (3, 3)), model.marked(said, step)
        said = f"a convolution makes maps of {step.output_shape[1:3]} from maps of {step.input_shape[1:3]}"
        assert step.output_shape[1:3] == step.input_shape[1:3], model.marked(said, step)


@points(1, hint="Relu and max pooling follow each convolution; the next one sees half.", needs="test_convolutions")
def test_relu_and_pooling(model):
    """Each convolution is followed by relu and max pooling, which halves height and width."""
    for step in model.layers("Conv2D"):
        # Both orders give the same numbers.
        is_right = model.follows(step, "ReLU", "MaxPooling2D") or model.follows(step, "MaxPooling2D", "ReLU")
        found = kinds_in_words(model.after(step)) or "nothing"
        said = f"a convolution is followed by {found}: relu and max pooling were asked for, in either order"
        assert is_right, model.marked(said, step)
    sizes = [each.after for each in model.downsampling() if each.step.kind != "GlobalAveragePooling2D"]
    assert sizes == [(16, 16), (8, 8)], f"maps of 32 x 32 become smaller in {len(sizes)} places: halve them twice"


@points(1, hint="`layers.GlobalAveragePooling2D` makes one number of each map.", needs="test_scores_ten_classes")
def test_average(model):
    """The dense layer gets the average of each map."""
    steps = model.layers("Dense")
    assert len(steps) == 1, model.marked(f"the model has {len(steps)} dense layers, one was asked for", steps)
    said = f"the dense layer gets {steps[0].input_shape}, and not one average for each map"
    assert model.comes_from(steps[0], "GlobalAveragePooling2D"), model.marked(said, steps[0])


@points(1, hint="Which activation makes positive numbers that add up to one?", needs="test_scores_ten_classes")
def test_probabilities(model, rng):
    """The scores of an image are probabilities."""
    problem = no_probabilities(model.predict(rng.random((4, 32, 32, 3), dtype=np.float32)))
    assert not problem, problem
