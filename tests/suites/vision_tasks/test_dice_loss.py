"""The Dice loss.

Gradients are taken in the student's process, by the notebook's own `slope`.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("dice_loss")


def draw(rng):
    """Return masks and predictions (4, 6, 9, 1) float32, the last mask empty."""
    truth = (rng.random((4, 6, 9, 1)) < 0.4).astype(np.float32)
    truth[-1] = 0
    return truth, rng.uniform(0.05, 0.95, size=truth.shape).astype(np.float32)


def sums(truth, predictions):
    """Return numerator and denominator of the formula, for each image."""
    axes = (1, 2, 3)
    return 2 * np.sum(truth * predictions, axis=axes) + 1, np.sum(truth, axis=axes) + np.sum(predictions, axis=axes) + 1


@points(1, hint="Sum over all axes but the first one: each image has a loss of its own.")
def test_one_loss_for_each_image(submission, rng):
    """There is one loss for each image, and it is 0 where masks agree."""
    truth, _ = draw(rng)
    found = submission.call("dice_loss", truth, truth, returns=array((4,), "floating"))
    assert np.abs(found).max() < 1e-5, f"for predictions that agree with the masks, a loss is {np.abs(found).max():.3g}"


@points(
    1, hint="Follow the formula, number by number; nothing is rounded to 0 or 1.", needs="test_one_loss_for_each_image"
)
def test_values(submission, rng):
    """The losses are those of the formula, also for an empty mask."""
    truth, predictions = draw(rng)
    found = submission.call("dice_loss", truth, predictions, returns=array((4,), "floating"))
    above, below = sums(truth, predictions)
    off = np.abs(found - (1 - above / below))
    assert off[:3].max() < 1e-4, f"for masks with pixels, a loss is off by {off[:3].max():.2g}"
    assert off[3] < 1e-4, f"for an empty mask, the loss is off by {off[3]:.2g}"


@points(
    1,
    hint="Use functions of `keras.ops` or TensorFlow all the way from `y_pred` to the result.",
    needs="test_one_loss_for_each_image",
)
def test_differentiable(submission, rng):
    """The loss can be differentiated with respect to the predictions."""
    truth, predictions = draw(rng)
    loss = submission.ref("dice_loss")
    found = submission.call("slope", loss, truth, predictions, returns=array(truth.shape, "floating"))
    assert found.any(), "the gradient is zero everywhere: nothing can learn from this loss"
    shape = (4, 1, 1, 1)
    above, below = (each.reshape(shape) for each in sums(truth, predictions))
    expected = above / below**2 - 2 * truth / below
    # Sums of 54 numbers in float32; wrong slopes are off by their own size, about 0.02.
    assert np.abs(found - expected).max() < 1e-4, "the gradient is not that of the formula"
