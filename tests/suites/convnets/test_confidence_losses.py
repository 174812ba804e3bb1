"""Cross-entropy of sure and unsure predictions.

The predictions stand in the notebook; here they are only repeated, so that an edited copy in a submission changes
nothing.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import points, question

pytestmark = question("confidence_losses")

PREDICTIONS = np.array([[0.02, 0.95, 0.03], [0.45, 0.30, 0.25], [0.35, 0.20, 0.45], [0.04, 0.01, 0.95]])
TRUE_CLASSES = np.array([1, 0, 0, 1])
LOSSES = -np.log(PREDICTIONS[np.arange(4), TRUE_CLASSES])


@points(1, hint="The less probable the true class was held to be, the larger the loss; it is never below zero.")
def test_order(submission):
    """The loss is small for a sure and right prediction, and largest for a sure and wrong one."""
    losses = submission.array("confidence_losses", shape=(4,), dtype="number")
    assert np.all(losses >= 0), f"the smallest of the losses is {losses.min():.3g}, a cross-entropy is never below zero"
    assert np.array_equal(np.argsort(losses), np.argsort(LOSSES)), (
        f"the losses are {np.round(losses, 3).tolist()}: their order does not fit, the prediction that gives its true "
        "class the smallest probability should have the largest loss"
    )


@points(1, hint="Only the probability of the true class counts. Keras takes the natural logarithm.", needs="test_order")
def test_values(submission):
    """Each loss is the cross-entropy of its prediction."""
    losses = submission.array("confidence_losses", shape=(4,), dtype="number")
    # Rounding to two decimals is fine; a logarithm to another base is off by 0.02 or more.
    wrong = np.flatnonzero(~np.isclose(losses, LOSSES, rtol=0, atol=0.0051))
    assert len(wrong) == 0, (
        f"{len(wrong)} of the 4 losses are not the cross-entropy with its natural logarithm; the first of them is "
        f"{losses[wrong[0]]:.4g}, at index {wrong[0]}"
    )
