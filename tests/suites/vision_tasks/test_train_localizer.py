"""Training two heads.

The student's function trains the student's localizer, in the student's process, on images of one class with one box.
Whether each head has a loss that fits is read from the biases before its outputs: those of a class that is always
right rise and all others fall, those of a box go towards it.

With Adam the first steps have the length of the learning rate, however large a gradient is. So with a single black
image, for which a model says the same until its biases have moved, those of the ten classes move equally far in one
epoch, although their gradients differ, and twice as far in two; with RMSprop, 1 + sqrt(0.1 / 0.19) times as far.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("train_localizer")

NUM_IMAGES, EPOCHS, LABEL = 16, 2, 6
BOX = np.array([0.02, 0.96, 0.03, 0.98], np.float32)
"""No box of an image, but far from what a head says that has not learnt anything."""


@dataclass(frozen=True)
class Training:
    """What a call of the student's `train_localizer` did: its history, and how the last biases of each length moved."""

    history: dict[str, tuple[float, ...]]
    moves: dict[int, np.ndarray]
    num_moved: int


def run(submission, images, epochs):
    """Let the student's function train a new model of the student's."""
    model = submission.make("localizer")
    before = submission.weights(model)
    num_images = len(images)
    labels, boxes = np.full(num_images, LABEL), np.tile(BOX, (num_images, 1))
    history = submission.history("train_localizer", model, images, labels, boxes, epochs)
    after = submission.weights(model)
    moves = [new - old for old, new in zip(before, after, strict=True)]
    biases = {length: [move for move in moves if move.shape == (length,)] for length in (10, 4)}
    return Training(
        history,
        moves={length: found[-1] for length, found in biases.items() if found},
        num_moved=sum(bool(move.any()) for move in moves),
    )


@pytest.fixture(scope="module")
def training(submission):
    """Two epochs on sixteen images."""
    # Nearly black, so that no head is at the end of its range whether pixels are scaled or not.
    images = np.random.default_rng(1).integers(0, 4, size=(NUM_IMAGES, 32, 32, 3)).astype(np.float32)
    return run(submission, images, EPOCHS)


@points(1, hint="`fit` takes a list of targets, in the order of the outputs. Return what it returns.")
def test_returns_history(training):
    """Training runs, for as many epochs as are asked for, and returns its history."""
    assert "loss" in training.history, "the history holds no loss"
    found = training.history["loss"]
    assert len(found) == EPOCHS, f"called with `epochs={EPOCHS}`, the history holds {len(found)} epochs"
    assert np.all(np.isfinite(found)), "the training loss is not a finite number"
    assert training.num_moved, "the weights of the model that was given are as before: was another model trained?"


@points(1, hint="The loss for integer labels is a cross-entropy.", needs="test_returns_history")
def test_class_is_learnt(training):
    """The head for the class has a cross-entropy."""
    move = training.moves.get(10)
    if move is None:  # a head without biases: its loss is seen in the training of `localizer`
        return
    is_right = move[LABEL] > 0 and np.all(np.delete(move, LABEL) < 0)
    assert is_right, (
        f"after training on images that are all of class {LABEL}, the score of this class should have risen and all "
        f"others fallen; {int(np.sum(move > 0))} of 10 have risen and {int(np.sum(move < 0))} fallen"
    )


@points(
    1,
    hint="The box needs a loss of its own, on the boxes: a difference, squared or absolute.",
    needs="test_returns_history",
)
def test_box_is_learnt(training):
    """The head for the box has a loss that draws it to the true box."""
    move = training.moves.get(4)
    if move is None:
        return
    towards = np.sign(move) == np.sign(BOX - 0.5)
    assert np.all(towards), (
        f"after training on images with one and the same box, {int(towards.sum())} of its 4 numbers came closer to it"
    )


@points(
    1, hint="Name the optimizer when you compile: without it, Keras takes another one.", needs="test_class_is_learnt"
)
def test_adam(submission):
    """The optimizer is Adam."""
    black = np.zeros((1, 32, 32, 3), np.float32)
    one, two = (run(submission, black, epochs).moves.get(10) for epochs in (1, 2))
    if one is None or two is None:
        return
    one, two = np.abs(one), np.abs(two)
    # Plain gradient descent moves the true class nine times as far as others.
    assert one.max() < 1.5 * one.min(), (
        f"in the first step, one score of a class moves {one.max() / max(one.min(), 1e-12):.2g} times as far as "
        "another; with Adam they move equally far"
    )
    ratios = two / np.maximum(one, 1e-12)
    is_rmsprop = np.all(np.abs(ratios - 1.7255) < 0.03)
    assert not is_rmsprop, (
        f"in two steps every score of a class moves {ratios.mean():.2f} times as far as in one, as with RMSprop, which "
        "Keras takes where no optimizer is named; with Adam it is twice as far"
    )
