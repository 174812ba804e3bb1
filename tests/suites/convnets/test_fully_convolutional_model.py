"""A classifier of convolutions only.

A global average, or flattening a map of 1x1, is allowed at the end. The model is trained last, and only where
everything else holds.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, too_large, under_floor, wrong_shape

pytestmark = question("fully_convolutional_model")

MAX_PARAMETERS = 3_000_000


@pytest.fixture(scope="module")
def model(submission):
    """The student's model."""
    return submission.model("fully_convolutional_model")


@points(1, hint="Let the last convolution make ten maps, take the mean of each, then softmax.")
def test_ten_probabilities(model, rng):
    """The model returns ten probabilities for each colour image."""
    problem = wrong_shape(model, takes=(None, 32, 32, 3), returns=(None, 10))
    assert not problem, problem
    problem = no_probabilities(model.predict(rng.random(size=(4, 32, 32, 3), dtype=np.float32)))
    assert not problem, problem


@points(1, hint="A convolution with `strides=2` makes maps of half the size.", needs="test_ten_probabilities")
def test_strides_in_place_of_pooling(model):
    """Strided convolutions make the maps smaller, and no pooling does."""
    wrong = [step for step in model.operations("*Pool*") if not step.is_a("GlobalAveragePooling2D")]
    said = "the model has a pooling layer: only a global average at the end is allowed"
    assert not wrong, model.marked(said, wrong)
    shrinking = [each.step for each in model.downsampling(border=True)]
    wrong = [step for step in shrinking if not step.is_a(("*Conv2D", "GlobalAveragePooling2D"))]
    assert not wrong, model.marked("only convolutions should make the maps smaller, here another step does", wrong)
    strided = [each for each in model.downsampling() if each.step.is_a("*Conv2D")]
    said = f"none of the {len(model.layers('*Conv2D'))} convolutions has a stride above 1"
    assert strided, model.marked(said, model.layers("*Conv2D"))


@points(1, hint="Ten filters in the last convolution do what a dense layer of ten did.", needs="test_ten_probabilities")
def test_no_dense_layer(model):
    """There is no dense layer."""
    found = model.operations(("*Dense", "Matmul", "Einsum", "Dot"))
    assert not found, model.marked(f"the number of dense layers is {len(found)}, none was asked for", found)


@points(1, hint="Fewer filters, or strides earlier in the network, save parameters.", needs="test_ten_probabilities")
def test_size(model):
    """The model has at most three million parameters."""
    problem = too_large(model, MAX_PARAMETERS)
    assert not problem, problem


@points(
    2,
    hint="A model that learns too little has too few filters or too few layers; relu belongs after each convolution.",
    needs=("test_ten_probabilities", "test_strides_in_place_of_pooling", "test_no_dense_layer", "test_size"),
)
def test_generalises(model, train):
    """The trained model recognises images that it has never seen."""
    problem = under_floor(train(model))
    assert not problem, problem
