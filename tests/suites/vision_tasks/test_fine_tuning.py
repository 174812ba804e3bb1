"""Fine tuning.

The student's function runs in the student's process on the shipped backbone, under the head of the student's
`feature_extractor`: for single steps, whose size with Adam is the learning rate. What changed is read from the weights.
A training of ours then goes on with what is trainable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from autograder.suite import points, question, under_floor

pytestmark = question("fine_tuning")

NUM_CLASSES, EPOCHS, RATE = 5, 3, 3e-4
DEFAULT_RATE = 1e-4
PER_BLOCK, NUM_BLOCKS = 5, 4
"""Arrays of a block: kernel, gamma, beta, mean and variance."""
LAST = PER_BLOCK * (NUM_BLOCKS - 1)
NO_STEP = 1e-12


@dataclass(frozen=True)
class Tuned:
    """What a call of the student's `fine_tune` did: its history, and all weights before and after."""

    history: dict[str, tuple[float, ...]]
    backbone: tuple[tuple[np.ndarray, np.ndarray], ...]
    head: tuple[tuple[np.ndarray, np.ndarray], ...]

    @property
    def step(self) -> float:
        """How far a weight of the last convolution moved, at most."""
        before, after = self.backbone[LAST]
        return float(np.abs(after - before).max())


def tune(submission, count, epochs, **options):
    """Call the student's function on a new extractor, with so many images."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, size=(count, 32, 32, 3)).astype(np.float32)
    labels = np.arange(count) % NUM_CLASSES
    backbone = submission.make("load_backbone")
    extractor = submission.make("feature_extractor", backbone, NUM_CLASSES)
    old_backbone, old = submission.weights(backbone), submission.weights(extractor)
    history = submission.history("fine_tune", extractor, backbone, images, labels, epochs, **options)
    new_backbone, new = submission.weights(backbone), submission.weights(extractor)
    return Tuned(
        history,
        backbone=tuple(zip(old_backbone, new_backbone, strict=True)),
        head=tuple(zip(old, new, strict=True))[len(old_backbone) :],
    )


def changed(pairs):
    """Return how many of these arrays are not as before."""
    return sum(not np.array_equal(before, after) for before, after in pairs)


@pytest.fixture(scope="module")
def tuned(submission):
    """Three epochs on six images."""
    return tune(submission, 6, EPOCHS, learning_rate=RATE)


@points(1, hint="Compile with the loss for integer labels, and return what `model.fit` returns.")
def test_returns_history(tuned):
    """Training runs on integer labels, for as many epochs as are asked for, and returns its history."""
    assert "loss" in tuned.history, "the history holds no loss"
    found = tuned.history["loss"]
    assert len(found) == EPOCHS, f"called with `epochs={EPOCHS}`, the history holds {len(found)} epochs"
    assert np.all(np.isfinite(found)), "the training loss is not a finite number"


@points(1, hint="What the new head says is learnt with everything else.", needs="test_returns_history")
def test_head_learns(tuned):
    """The head goes on learning."""
    missing = len(tuned.head) - changed(tuned.head)
    assert missing == 0, f"after training, {missing} of {len(tuned.head)} arrays of weights of the head are as before"


@points(
    1,
    hint="Which layers of the backbone are trainable when the model is compiled?",
    needs="test_returns_history",
)
def test_last_block_learns(tuned):
    """The convolution of the last block learns."""
    assert tuned.step > 0, "after training, the kernel of `block4_conv` is as before"


@points(
    1,
    hint="Freeze layer by layer: all of the backbone but what belongs to its last block.",
    needs="test_returns_history",
)
def test_other_blocks_stay(tuned):
    """All the weights of the other blocks are as before."""
    found = changed(tuned.backbone[:LAST])
    assert found == 0, f"after training, {found} of the {LAST} arrays of weights of the first three blocks have changed"


@points(
    1,
    hint="Freeze the normalisations, too: a frozen one uses its averages.",
    needs="test_other_blocks_stay",
)
def test_averages_stay(tuned):
    """The normalisation of the last block keeps its averages, too."""
    found = changed(tuned.backbone[LAST + 3 :])
    assert found == 0, "after training, mean and variance of `block4_norm` have changed: it normalised by the batch"


@points(1, hint="Hand the learning rate on: `keras.optimizers.Adam(learning_rate)`.", needs="test_last_block_learns")
def test_small_steps(submission):
    """The steps are those of Adam with the learning rate that is given, or with 0.0001."""
    for options, rate in (({"learning_rate": 2e-5}, 2e-5), ({}, DEFAULT_RATE)):
        step = tune(submission, 1, 1, **options).step
        # The first step of Adam is the learning rate, as long as the gradient is well above its epsilon of 1e-7.
        assert 0.7 * rate < step < 1.5 * rate, (
            f"in one step with learning rate {rate:g}, the weights of `block4_conv` move by up to {step:.2g}"
        )


@points(
    3,
    hint="With a frozen backbone, this floor is out of reach: the last block has to learn.",
    needs=("test_head_learns", "test_other_blocks_stay", "test_averages_stay"),
)
def test_beats_the_extractor(submission, train):
    """What is trainable after fine tuning learns the new classes better than a head alone in the same training."""
    backbone = submission.make("load_backbone")
    extractor = submission.make("feature_extractor", backbone, NUM_CLASSES)
    image = np.zeros((1, 32, 32, 3), np.float32)
    submission.history("fine_tune", extractor, backbone, image, np.zeros(1, int), 1, learning_rate=NO_STEP)
    model = submission.model(extractor, weights=True)
    problem = under_floor(train(model, weights="submitted", recipe="fine_tuning"))
    assert not problem, problem
