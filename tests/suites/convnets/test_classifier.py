"""The whole classifier.

Only what stands after the convolutional part is checked here: a mistake in that part costs nothing twice.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, wrong_shape

pytestmark = question("classifier")

UNITS = [1024, 1024, 10]


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("classifier")


@points(1, hint="Maps have to be flattened before a dense layer, or it is applied at each pixel by itself.")
def test_scores_ten_classes(model):
    """The model returns ten scores for each colour image."""
    problem = wrong_shape(model, takes=(None, 32, 32, 3), returns=(None, 10))
    assert not problem, problem


@points(1, hint="Stack the dense layers on the convolutional part.", needs="test_scores_ten_classes")
def test_dense_layers(model):
    """Three dense layers follow the convolutions, the first two with relu."""
    assert model.layers("Conv2D"), "the model has no convolution: does it use the convolutional part?"
    layers = model.layers("Dense")
    units = [step.config["units"] for step in layers]
    assert units == UNITS, model.marked(f"the dense layers have {units} units, {UNITS} were asked for", layers)
    wrong = [step for step in layers[:-1] if not model.follows(step, "ReLU")]
    assert not wrong, model.marked(f"{len(wrong)} of 2 hidden dense layers are not followed by relu", wrong)
    late = [step for step in model.between(layers[0], None) if step.is_a("Conv2D")]
    assert not late, model.marked("a convolution comes after the dense layers", late)


@points(1, hint="Dropout is a layer of its own between two dense layers.", needs="test_scores_ten_classes")
def test_dropout(model):
    """One dropout of one half stands between the first and the second dense layer."""
    dropouts = model.operations("*Dropout*")
    said = f"the number of dropout layers is {len(dropouts)}, one was asked for"
    assert len(dropouts) == 1, model.marked(said, dropouts)
    rate = dropouts[0].config["rate"]
    assert rate == 0.5, model.marked(f"dropout leaves out a fraction of {rate}, 0.5 was asked for", dropouts)
    layers = model.layers("Dense")
    stands_between = len(layers) > 1 and dropouts[0] in model.between(*layers[:2])
    said = "dropout does not stand between the first and the second dense layer"
    assert stands_between, model.marked(said, dropouts)


@points(1, hint="The activation that makes probabilities of ten scores is softmax.", needs="test_scores_ten_classes")
def test_probabilities(model, rng):
    """The ten scores of an image are probabilities: they are positive and their sum is one."""
    problem = no_probabilities(model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32)))
    assert not problem, problem
