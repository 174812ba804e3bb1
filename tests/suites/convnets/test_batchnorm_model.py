"""Batch normalisation in a network.

The model is trained last, and only where everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, too_large, under_floor, wrong_shape

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
    problem = wrong_shape(model, takes=(None, 32, 32, 3), returns=(None, 10))
    assert not problem, problem
    problem = no_probabilities(model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32)))
    assert not problem, problem


@points(1, hint="Give every convolution a BatchNormalization of its own.", needs="test_ten_probabilities")
def test_normalises_every_convolution(model):
    """Each of at least three convolutions has a batch normalisation of its own."""
    steps = model.operations("*Conv2D")
    assert len(steps) >= MIN_CONVOLUTIONS, (
        f"the model has {len(steps)} convolutions, at least {MIN_CONVOLUTIONS} were asked for"
    )
    # Whether relu stands before or after is the next check's business.
    wrong = [step for step in steps if not model.follows(step, NORMALISATION, through="ReLU")]
    said = f"{len(wrong)} of {len(steps)} convolutions are not followed by batch normalisation"
    assert not wrong, model.marked(said, wrong)
    shared = model.shared(NORMALISATION)
    said = "one BatchNormalization is used in several places: each keeps the statistics of one place only"
    assert not shared, model.marked(said, shared)


@points(
    1,
    hint="Leave the `activation` of the convolution out, and let relu follow the normalisation.",
    needs="test_normalises_every_convolution",
)
def test_relu_after_normalisation(model):
    """Normalisation stands between the convolution and its relu."""
    steps = model.operations("*Conv2D")
    wrong = [step for step in steps if not model.follows(step, NORMALISATION, "ReLU")]
    said = f"{len(wrong)} of {len(steps)} convolutions do not go straight to batch normalisation and from there to relu"
    assert not wrong, model.marked(said, wrong)


@points(
    1,
    hint="Each channel has its own mean and variance, over all images and pixels; that is the default of Keras.",
    needs="test_normalises_every_convolution",
)
def test_normalises_channels(model):
    """Every channel is normalised by itself."""
    wrong = [step for step in model.layers(NORMALISATION) if step.config["axis"] != -1]
    said = f"{len(wrong)} batch normalisations work along another axis than the channels, the last one"
    assert not wrong, model.marked(said, wrong)


@points(
    1,
    hint="Keras switches between batch and moving statistics by itself: leave `training` and `trainable` alone.",
    needs="test_normalises_every_convolution",
)
def test_uses_batch_statistics_in_training(model, rng):
    """Normalisation uses the batch in training, and what it remembers in inference."""
    frozen = [step for step in model.layers() if not step.trainable]
    assert not frozen, model.marked(f"{len(frozen)} layers are not trainable", frozen)
    steps = model.operations(NORMALISATION)
    for flag, words in (("never", "stay in inference mode, also in training"), ("always", "stay in training mode")):
        wrong = [step for step in steps if step.training == flag]
        said = f"{len(wrong)} batch normalisations {words}: is `training` written down in the model?"
        assert not wrong, model.marked(said, wrong)
    images = rng.random(size=(8, 32, 32, 3), dtype=np.float32)
    in_inference, in_training = (model.predict(images, training=flag, at=steps[0]) for flag in (False, True))
    # A fresh normalisation changes next to nothing in inference, and makes the variance of a channel 1 in training.
    said = "the first batch normalisation computes the same in training and in inference"
    assert not np.allclose(in_inference, in_training, atol=1e-3), model.marked(said, steps[0])


@points(
    1,
    hint="Fewer filters, or a global average before the dense layer, save parameters.",
    needs="test_ten_probabilities",
)
def test_size(model):
    """The model has at most three million parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


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
    problem = under_floor(train(model))
    assert not problem, problem
