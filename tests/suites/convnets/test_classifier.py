"""The whole classifier.

Only what stands after the convolutional part is checked here: a mistake in that part costs nothing twice.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("classifier")

UNITS = [1024, 1024, 10]


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("classifier")


@points(1, hint="Maps have to be flattened before a dense layer, or it is applied at each pixel by itself.")
def test_scores_ten_classes(model):
    """The model returns ten scores for each colour image."""
    assert model.input_shape == (None, 32, 32, 3), (
        f"the model takes an input of shape {model.input_shape}, (None, 32, 32, 3) was asked for"
    )
    assert model.output_shape == (None, 10), f"the output has the shape {model.output_shape}, (None, 10) was asked for"


@points(1, hint="Stack the dense layers on the convolutional part.", needs="test_scores_ten_classes")
def test_dense_layers(model):
    """Three dense layers follow the convolutions, the first two with relu."""
    assert model.layers("Conv2D"), "the model has no convolution: does it use the convolutional part?"
    layers = model.layers("Dense")
    units = [step.config["units"] for step in layers]
    assert units == UNITS, f"the dense layers have {units} units, {UNITS} were asked for"
    for place, step in enumerate(layers[:-1], start=1):
        assert model.follows(step, "ReLU", through=("Dropout",)), f"dense layer {place} is not followed by relu"
    assert not any(model.between(layers[-1], step) for step in model.operations("Conv2D")), (
        "a convolution comes after the dense layers"
    )


@points(1, hint="Dropout is a layer of its own between two dense layers.", needs="test_scores_ten_classes")
def test_dropout(model):
    """One dropout of one half stands between the first and the second dense layer."""
    dropouts = model.operations("*Dropout*")
    assert len(dropouts) == 1, f"the number of dropout layers is {len(dropouts)}, one was asked for"
    (dropout,) = dropouts
    rate = dropout.config["rate"]
    assert rate == 0.5, f"dropout leaves out a fraction of {rate}, 0.5 was asked for"
    layers = model.layers("Dense")
    stands_between = len(layers) > 1 and dropout in model.between(*layers[:2])
    assert stands_between, "dropout does not stand between the first and the second dense layer"


@points(1, hint="The activation that makes probabilities of ten scores is softmax.", needs="test_scores_ten_classes")
def test_probabilities(model, rng):
    """The ten scores of an image are probabilities: they are positive and their sum is one."""
    scores = model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32))
    assert scores.min() >= 0, "some scores are below zero, a probability is not"
    # Ten float32 numbers add up to one within a few units of the seventh digit.
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-4), (
        f"the scores of an image add up to {scores.sum(axis=1)[0]:.3g}, probabilities add up to 1"
    )
