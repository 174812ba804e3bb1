"""Batch normalisation in a network.

The model is trained last, and only where everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("batchnorm_model")

MAX_PARAMETERS = 3_000_000
MIN_CONVOLUTIONS = 3
NORMALISATION = "BatchNormalization"


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("batchnorm_model")


@points(1, hint="End with ten scores and softmax, and return the model.")
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


@points(1, hint="Give every convolution a BatchNormalization of its own.", needs="test_ten_probabilities")
def test_normalises_every_convolution(model):
    """Each of at least three convolutions has a batch normalisation of its own."""
    convolutions = model.operations("*Conv2D")
    assert len(convolutions) >= MIN_CONVOLUTIONS, (
        f"the model has {len(convolutions)} convolutions, at least {MIN_CONVOLUTIONS} were asked for"
    )
    # Whether relu stands before or after is the next check's business.
    without = sum(not model.follows(step, NORMALISATION, through=("ReLU",)) for step in convolutions)
    assert without == 0, f"{without} of {len(convolutions)} convolutions are not followed by batch normalisation"
    shared = len(model.operations(NORMALISATION)) - len(model.layers(NORMALISATION))
    assert shared == 0, "one BatchNormalization is used in several places: each keeps the statistics of one place only"


@points(
    1,
    hint="Leave the `activation` of the convolution out, and let relu follow the normalisation.",
    needs="test_normalises_every_convolution",
)
def test_relu_after_normalisation(model):
    """Normalisation stands between the convolution and its relu."""
    convolutions = model.operations("*Conv2D")
    wrong = sum(not model.follows(step, NORMALISATION, "ReLU") for step in convolutions)
    assert wrong == 0, (
        f"{wrong} of {len(convolutions)} convolutions do not go straight to batch normalisation and from there to relu"
    )


@points(
    1,
    hint="Each channel has its own mean and variance, over all images and pixels; that is the default of Keras.",
    needs="test_normalises_every_convolution",
)
def test_normalises_channels(model):
    """Every channel is normalised by itself."""
    for step in model.layers(NORMALISATION):
        assert step.config["axis"] == -1, f"`{step.name}` normalises along another axis than the channels, the last one"


@points(
    1,
    hint="Keras switches between batch and moving statistics by itself: leave `training` and `trainable` alone.",
    needs="test_normalises_every_convolution",
)
def test_uses_batch_statistics_in_training(model, rng):
    """Normalisation uses the batch in training, and what it remembers in inference."""
    layers = model.layers(NORMALISATION)
    frozen = sum(not step.trainable for step in layers)
    assert frozen == 0, f"{frozen} of {len(layers)} batch normalisations are not trainable"
    for flag, words in (("never", "stay in inference mode, also in training"), ("always", "stay in training mode")):
        found = sum(step.training == flag for step in model.operations(NORMALISATION))
        assert found == 0, f"{found} batch normalisations {words}: is `training` written down in the model?"
    asked = sum(2 * model.weights(step)["moving_mean"].size for step in layers)
    assert model.num_non_trainable_parameters == asked, (
        f"{model.num_non_trainable_parameters:,} parameters are not trainable; a moving mean and a moving variance "
        f"for each normalised channel make {asked:,}"
    )
    images = rng.random(size=(8, 32, 32, 3), dtype=np.float32)
    in_inference = model.predict(images, at=layers[0])
    in_training = model.predict(images, training=True, at=layers[0])
    # A fresh normalisation changes next to nothing in inference, and makes the variance of a channel 1 in training.
    assert not np.allclose(in_inference, in_training, atol=1e-3), (
        "the first batch normalisation computes the same in training and in inference"
    )


@points(
    1,
    hint="Fewer filters, or a global average before the dense layer, save parameters.",
    needs="test_ten_probabilities",
)
def test_size(model):
    """The model has at most three million parameters."""
    assert model.num_parameters <= MAX_PARAMETERS, (
        f"the model has {model.num_parameters:,} parameters, at most {MAX_PARAMETERS:,} were asked for"
    )


@points(
    2,
    hint="A model that learns too little has too few filters or too few layers.",
    needs=(
        "test_ten_probabilities",
        "test_normalises_every_convolution",
        "test_relu_after_normalisation",
        "test_normalises_channels",
        "test_uses_batch_statistics_in_training",
        "test_size",
    ),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    result = train(model)
    assert result.test_accuracy >= result.floor, (
        f"after training, {result.test_accuracy:.1%} of the test images are recognised, "
        f"{result.floor:.1%} were asked for"
    )
