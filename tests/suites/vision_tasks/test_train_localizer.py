"""Training two heads.

The student's function trains the student's localizer, in the student's process, on images of one class with one box.
Whether each head has a loss that fits is read from the biases before its outputs: those of a class that is always
right rise and all others fall, those of a box go towards it.
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
    """What the student's `train_localizer` did: its history, and how the last biases of each length moved."""

    history: dict[str, tuple[float, ...]]
    moves: dict[int, np.ndarray]
    num_moved: int


@pytest.fixture(scope="module")
def training(submission):
    """The one run of the student's function."""
    model = submission.make("localizer")
    before = submission.weights(model)
    # Nearly black, so that no head is at the end of its range whether pixels are scaled or not.
    images = np.random.default_rng(1).integers(0, 4, size=(NUM_IMAGES, 32, 32, 3)).astype(np.float32)
    labels, boxes = np.full(NUM_IMAGES, LABEL), np.tile(BOX, (NUM_IMAGES, 1))
    history = submission.history("train_localizer", model, images, labels, boxes, EPOCHS)
    after = submission.weights(model)
    moves = [new - old for old, new in zip(before, after, strict=True)]
    biases = {length: [move for move in moves if move.shape == (length,)] for length in (10, 4)}
    return Training(
        history,
        moves={length: found[-1] for length, found in biases.items() if found},
        num_moved=sum(bool(move.any()) for move in moves),
    )


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
