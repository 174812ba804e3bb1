"""A classifier with spatial dropout.

Whether a dropout is a spatial one is seen from what it does in training, so it does not matter how it was written.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, too_large, under_floor, wrong_shape

pytestmark = question("classifier_with_dropout")

MAX_PARAMETERS = 300_000
MIN_RATE, MAX_RATE = 0.1, 0.5


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("classifier_with_dropout")


def dropouts_on_maps(model):
    """Return the steps that drop something of maps."""
    return [step for step in model.operations("*Dropout*") if len(step.input_shape) == 4]


@points(1, hint="Begin with `keras.Input((28, 28, 1))`, end with ten scores and softmax, and return the model.")
def test_ten_probabilities(model, rng):
    """The model returns ten probabilities for each grey image."""
    problem = wrong_shape(model, takes=(None, 28, 28, 1), returns=(None, 10))
    assert not problem, problem
    problem = no_probabilities(model.predict(rng.random(size=(4, 28, 28, 1), dtype=np.float32)))
    assert not problem, problem


@points(
    1,
    hint="The maps that one convolution makes and the next one takes: drop some of those.",
    needs="test_ten_probabilities",
)
def test_dropout_between_convolutions(model):
    """There is a dropout on the maps between two convolutions, with a rate as the text asks for."""
    convolutions = model.operations("*Conv2D")
    assert len(convolutions) >= 2, f"the number of convolutions is {len(convolutions)}, at least 2 were asked for"
    dropouts = dropouts_on_maps(model)
    between = [step for step in dropouts if convolutions[0].index < step.index < convolutions[-1].index]
    assert between, model.marked("no dropout stands on the maps between two convolutions", convolutions)
    wrong = [step for step in dropouts if not MIN_RATE <= step.config["rate"] <= MAX_RATE]
    rates = ", ".join(f"{step.config['rate']:g}" for step in wrong)
    said = f"a dropout on maps has the rate {rates}, one between {MIN_RATE} and {MAX_RATE} was asked for"
    assert not wrong, model.marked(said, wrong)


@points(
    2,
    hint="There is a layer of its own for dropping whole maps; look for it in the documentation of Keras.",
    needs="test_dropout_between_convolutions",
)
def test_drops_whole_maps(model, rng):
    """In training, a dropout on maps leaves out whole maps and not single values."""
    images = rng.uniform(0, 255, size=(32, 28, 28, 1)).astype(np.float32)
    wrong = []
    for step in dropouts_on_maps(model):
        before = model.before(step)
        given = model.predict(images, training=True, at=before[0]) if before else images
        returned = model.predict(images, training=True, at=step)
        # A map that was not zero everywhere, and is afterwards, was left out as a whole.
        had, has = (maps.any(axis=(1, 2)) for maps in (given, returned))
        if np.sum(had & ~has) < np.sum(had) * step.config["rate"] / 4:
            wrong.append(step)
    said = (
        f"the number of dropouts on maps that leave out single values is {len(wrong)}: "
        "with neighbours that tell the same, that does little"
    )
    assert not wrong, model.marked(said, wrong)


@points(
    1,
    hint="Fewer filters, or a global average before the dense layer, save parameters.",
    needs="test_ten_probabilities",
)
def test_size(model):
    """The model has at most 300,000 parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


@points(
    2,
    hint="A model that learns too little has too few filters, drops too much, or learns too slowly: is there batch "
    "normalisation?",
    needs=("test_ten_probabilities", "test_drops_whole_maps", "test_size"),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model))
    assert not problem, problem
