"""Feature extraction.

A small backbone of ours is handed to the student's function: what becomes of it, what is trainable, and what batch
normalisation does in training is read from the result. The shipped backbone is used only for the training, which goes
on from the weights that the student's model has: where the backbone is frozen and comes with its weights, only the new
head is to be learnt from the few images.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import no_probabilities, points, question, sequential, under_floor, wrong_shape

pytestmark = question("feature_extraction")

SHAPE, CHANNELS, NUM_CLASSES = (12, 16, 3), 6, 4
BACKBONE = sequential(
    SHAPE,
    ("Rescaling", {"scale": 0.01}),
    ("Conv2D", {"filters": 5, "kernel_size": 3}),
    ("BatchNormalization", {}),
    ("ReLU", {}),
    ("Conv2D", {"filters": CHANNELS, "kernel_size": 3, "use_bias": False}),
    ("BatchNormalization", {}),
    ("ReLU", {}),
)
NORMALISATION = "BatchNormalization"


@pytest.fixture(scope="module")
def extracted(submission):
    """Our backbone as it was, and the student's model on it with its weights."""
    backbone = submission.build(BACKBONE)
    before = submission.model(backbone, weights=True)
    extractor = submission.make("feature_extractor", backbone, NUM_CLASSES)
    return before, submission.model(extractor, weights=True)


@points(1, hint="Begin with an input as the backbone takes it, end with your head, and return the model.")
def test_scores_new_classes(extracted, rng):
    """The model returns a probability for each of the new classes."""
    _, model = extracted
    problem = wrong_shape(model, takes=(None, *SHAPE), returns=(None, NUM_CLASSES))
    assert not problem, problem
    problem = no_probabilities(model.predict(rng.uniform(0, 255, size=(4, *SHAPE))))
    assert not problem, problem


@points(
    1,
    hint="Call the backbone that is given, and look at `trainable` of it: a copy has new weights.",
    needs="test_scores_new_classes",
)
def test_keeps_the_backbone(extracted):
    """The backbone that is given is in the model, with its weights."""
    before, model = extracted
    kernels = [model.weights(step)["kernel"] for step in model.layers("Conv2D")]
    given = [before.weights(step)["kernel"] for step in before.layers("Conv2D")]
    found = sum(any(np.array_equal(kernel, other) for other in kernels) for kernel in given)
    assert found == len(given), (
        f"{found} of {len(given)} convolutions of the backbone are in the model with the weights that they had"
    )


@points(
    1, hint="`trainable` of the backbone and of the head: which of them is to learn?", needs="test_scores_new_classes"
)
def test_only_the_head_learns(extracted):
    """The parameters of the head are the only trainable ones."""
    _, model = extracted
    asked = (CHANNELS + 1) * NUM_CLASSES
    found = model.num_trainable_parameters
    learning = [step for step in model.layers() if step.num_trainable_parameters]
    said = (
        f"on maps with {CHANNELS} channels, for {NUM_CLASSES} classes, {found:,} parameters are trainable; "
        f"those of the head are {asked:,}"
    )
    assert found == asked, model.marked(said, learning)


@points(
    1,
    hint="A frozen normalisation uses its averages. In a functional model, `training=False` is overridden by `fit`.",
    needs="test_scores_new_classes",
)
def test_normalises_as_in_inference(extracted, rng):
    """In training, too, the backbone's batch normalisation uses its stored averages."""
    _, model = extracted
    images = rng.uniform(0, 255, size=(8, *SHAPE)).astype(np.float32)
    wrong = [
        step
        for step in model.operations(NORMALISATION)
        # The same sums in the same order; statistics of eight images of noise change values by a tenth and more.
        if not np.allclose(model.predict(images, at=step), model.predict(images, training=True, at=step), atol=1e-3)
    ]
    said = f"{len(wrong)} batch normalisations do in training other than in inference"
    assert not wrong, model.marked(said, wrong)


@points(
    2,
    hint="What a hundred images cannot teach has to come with the weights of the backbone.",
    needs=("test_only_the_head_learns", "test_normalises_as_in_inference"),
)
def test_transfers(submission, train):
    """After a training on few images of new classes, the model recognises others of them."""
    extractor = submission.make("feature_extractor", submission.make("load_backbone"), 5)
    model = submission.model(extractor, weights=True)
    problem = under_floor(train(model, weights="submitted", recipe="extraction"))
    assert not problem, problem
