"""A small residual network.

Blocks are found by their wiring, so it does not matter whether the model uses the `residual_block` of the question
before. The model is trained last, and only where everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, too_large, under_floor, wrong_shape

pytestmark = question("residual_model")

MAX_PARAMETERS = 2_000_000
MIN_BLOCKS = 3


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("residual_model")


def find_blocks(model):
    """Return the shortcuts that go around two convolutions or more."""
    return [shortcut for shortcut in model.shortcuts() if shortcut.num_convolutions >= 2 and shortcut.kind != "other"]


@points(1, hint="End with a global average, ten scores and softmax, and return the model.")
def test_ten_probabilities(model, rng):
    """The model returns ten probabilities for each colour image."""
    problem = wrong_shape(model, takes=(None, 32, 32, 3), returns=(None, 10))
    assert not problem, problem
    problem = no_probabilities(model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32)))
    assert not problem, problem


@points(1, hint="A block returns a callable: apply it, and go on with what it returns.", needs="test_ten_probabilities")
def test_has_shortcuts(model):
    """The way from the input to the scores leads through residual blocks."""
    assert find_blocks(model), model.marked(
        "on the way from the input to the scores there is no shortcut around two convolutions: "
        "are the blocks applied, and is their result used?"
    )


@points(1, hint="Look at each block by itself: where does its input come back?", needs="test_has_shortcuts")
def test_three_blocks(model):
    """There are at least three residual blocks, each with its shortcut."""
    found = find_blocks(model)
    said = f"the number of shortcuts around two convolutions is {len(found)}, at least {MIN_BLOCKS} were asked for"
    assert len(found) >= MIN_BLOCKS, model.marked(said, [shortcut.merge for shortcut in found])


@points(1, hint="Fewer filters, and strides that come early, make a network smaller.", needs="test_ten_probabilities")
def test_size(model):
    """The model has at most two million parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


@points(
    2,
    hint="A model that learns too little has too few filters or too few blocks.",
    needs=("test_ten_probabilities", "test_three_blocks", "test_size"),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model))
    assert not problem, problem
