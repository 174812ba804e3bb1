"""Softmax.

Logits are drawn at random: a few rows with another number of columns, whole numbers, and numbers so large that their
exponentials overflow in some rows, and vanish in others.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("softmax")

TOLERANCE = 1e-5  # float32 keeps seven digits
TOLERANCE_OF_LARGE = 2e-3  # three of them stand behind the point of a logit of 2,000


def probabilities(logits):
    """Return what softmax makes of logits (n, k)."""
    logits = logits.astype(float)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def ask(submission, logits):
    """Return what the student's function makes of logits."""
    return submission.call("softmax", logits, returns=array(shape=logits.shape, dtype="number"))


def check_values(submission, logits, what, tolerance=TOLERANCE):
    """Compare the result for some logits with their probabilities."""
    found = ask(submission, logits)
    assert np.all(np.isfinite(found)), f"for {what} of shape {logits.shape}, some probabilities are no finite numbers"
    wrong = int(np.sum(~np.isclose(found, probabilities(logits), rtol=0, atol=tolerance)))
    assert wrong == 0, f"for {what} of shape {logits.shape}, {wrong} of {logits.size} probabilities are wrong"


@points(1, hint="Divide each row by its own sum: `axis=1`, and `keepdims=True` keeps it a column.")
def test_rows_add_up_to_one(submission, rng):
    """The numbers of each row are positive and add up to one."""
    for shape in ((4, 7), (6, 3), (1, 5)):
        found = ask(submission, rng.normal(size=shape))
        assert np.all(found >= 0), f"the smallest number is {found.min():.3g}: a probability is not below zero"
        worst = found.sum(axis=1)[np.abs(found.sum(axis=1) - 1).argmax()]
        assert abs(worst - 1) < TOLERANCE, f"for logits of shape {shape}, the numbers of a row add up to {worst:.4g}"


@points(1, hint="The exponential function is `np.exp`.", needs="test_rows_add_up_to_one")
def test_values(submission, rng):
    """Each number is the exponential of its logit, divided by the sum of its row."""
    for shape in ((4, 7), (6, 3), (3, 3)):
        check_values(submission, rng.normal(scale=2, size=shape), "logits")


@points(1, hint="Whole numbers have to become floats on the way.", needs="test_values")
def test_whole_numbers(submission, rng):
    """Logits may be whole numbers."""
    check_values(submission, rng.integers(-4, 5, size=(5, 4)), "whole numbers")


@points(1, hint="Subtract from each row its own largest logit, before you take exponentials.", needs="test_values")
def test_large_logits(submission, rng):
    """Logits may be so large, in either direction, that their exponentials are no numbers."""
    logits = rng.normal(scale=3, size=(4, 6))
    check_values(
        submission, logits + np.array([[2000.0], [-2000.0], [0.0], [900.0]]), "large logits", TOLERANCE_OF_LARGE
    )
    spread = np.array([[1500.0, 0.0, -1500.0], [0.0, 1.0, -1500.0], [-1500.0, -1500.0, -1498.0]])
    check_values(submission, rng.permuted(spread, axis=1), "logits that are far apart", TOLERANCE_OF_LARGE)
