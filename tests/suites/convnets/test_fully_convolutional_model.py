"""A classifier of convolutions only.

A global average, or flattening a map of 1x1, is allowed at the end. The model is trained last, and only where
everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("fully_convolutional_model")

MAX_PARAMETERS = 3_000_000


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("fully_convolutional_model")


def shrinks_maps(step):
    """Whether a step makes height or width of its maps smaller."""
    if not len(step.input_shape) == len(step.output_shape) == 4:
        return False
    sizes = zip(step.output_shape[1:3], step.input_shape[1:3], strict=True)
    return any(None not in (after, before) and after < before for after, before in sizes)


@points(1, hint="Let the last convolution make ten maps, take the mean of each, then softmax.")
def test_ten_probabilities(model, rng):
    """The model returns ten probabilities for each colour image."""
    assert model.input_shape == (None, 32, 32, 3), (
        f"the model takes an input of shape {model.input_shape}, (None, 32, 32, 3) was asked for"
    )
    assert model.output_shape == (None, 10), f"the output has the shape {model.output_shape}, (None, 10) was asked for"
    scores = model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32))
    # Ten float32 numbers add up to one within a few units of the seventh digit.
    are_probabilities = scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1, atol=1e-4)
    assert are_probabilities, (
        f"the scores of an image add up to {scores.sum(axis=1)[0]:.4g}, the smallest is {scores.min():.3g}: "
        "they are no probabilities"
    )


@points(1, hint="A convolution with `strides=2` makes maps of half the size.", needs="test_ten_probabilities")
def test_strides_in_place_of_pooling(model):
    """Strided convolutions make the maps smaller, and no pooling does."""
    poolings = [step.kind for step in model.operations("*Pool*") if step.kind != "GlobalAveragePooling2D"]
    assert not poolings, f"the model has `{poolings[0]}`, a pooling layer: only a global average at the end is allowed"
    convolutions = model.layers("*Conv2D")
    assert any(max(step.config["strides"]) > 1 for step in convolutions), (
        f"none of the {len(convolutions)} convolutions has a stride above 1"
    )
    others = [
        step.kind
        for step in model.steps
        if shrinks_maps(step) and "Conv2D" not in step.kind and step.kind != "GlobalAveragePooling2D"
    ]
    assert not others, f"`{others[0]}` makes the maps smaller, only convolutions should"


@points(1, hint="Ten filters in the last convolution do what a dense layer of ten did.", needs="test_ten_probabilities")
def test_no_dense_layer(model):
    """There is no dense layer."""
    found = len(model.operations(("*Dense", "Matmul", "Einsum", "Dot")))
    assert found == 0, f"the number of dense layers is {found}, none was asked for"


@points(1, hint="Fewer filters, or strides earlier in the network, save parameters.", needs="test_ten_probabilities")
def test_size(model):
    """The model has at most three million parameters."""
    assert model.num_parameters <= MAX_PARAMETERS, (
        f"the model has {model.num_parameters:,} parameters, at most {MAX_PARAMETERS:,} were asked for"
    )


@points(
    2,
    hint="A model that learns too little has too few filters or too few layers; relu belongs after each convolution.",
    needs=("test_ten_probabilities", "test_strides_in_place_of_pooling", "test_no_dense_layer", "test_size"),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    result = train(model)
    assert result.test_accuracy >= result.floor, (
        f"after training, {result.test_accuracy:.1%} of the test images are recognised, "
        f"{result.floor:.1%} were asked for"
    )
