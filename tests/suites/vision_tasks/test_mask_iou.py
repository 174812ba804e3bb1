"""Intersection over union of masks."""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("mask_iou")


def draw(rng):
    """Return masks of zeros and ones and predictions (5, 7, 9, 1), with no number near 0.3 or 0.5."""
    masks = (rng.random((5, 7, 9, 1)) < rng.uniform(0.2, 0.6, size=(5, 1, 1, 1))).astype(np.float32)
    predictions = rng.choice(np.array([0.1, 0.2, 0.4, 0.45, 0.6, 0.8, 0.9], np.float32), size=masks.shape)
    return masks, predictions


def check(submission, masks, predictions, threshold, *arguments):
    """Compare with what is counted pixel by pixel."""
    found = submission.call("mask_iou", masks, predictions, *arguments, returns=array((len(masks),), "floating"))
    is_found = predictions > threshold
    shared = np.sum((masks > 0) & is_found, axis=(1, 2, 3))
    expected = shared / np.sum((masks > 0) | is_found, axis=(1, 2, 3))
    wrong = int(np.sum(np.abs(found - expected) > 1e-5))
    assert wrong == 0, f"for threshold {threshold}, {wrong} of {len(masks)} images have another overlap"


@points(
    1,
    hint="Count the pixels that are in both, and those that are in at least one.",
    needs="test_one_number_for_each_image",
)
def test_values(submission, rng):
    """It is the number of pixels in both masks, divided by that of pixels in at least one."""
    masks, predictions = draw(rng)
    check(submission, masks, predictions, 0.5)
    check(submission, masks > 0, predictions, 0.5)


@points(1, hint="A pixel is found where its prediction is above `threshold`, not at it.", needs="test_values")
def test_threshold(submission, rng):
    """Pixels are found where the prediction is above the threshold."""
    masks, predictions = draw(rng)
    check(submission, masks, predictions, 0.3, 0.3)
    predictions[predictions < 0.3] = 0.5
    predictions[:, 0, :, :] = 0.9
    check(submission, masks, predictions, 0.5)


@points(1, hint="0 pixels of 0: what does the text say of it?", needs="test_one_number_for_each_image")
def test_empty_masks(submission):
    """It is 1 where both masks are empty, and 0 where only one is."""
    masks, predictions = np.zeros((2, 3, 4, 4, 1), np.float32)
    masks[1, 1:3, 1:3], predictions[2, 0, 0] = 1, 0.9
    found = submission.call("mask_iou", masks, predictions, returns=array((3,), "floating"))
    for value, asked, words in zip(
        found, (1, 0, 0), ("both masks are", "what was found is", "the true mask is"), strict=True
    ):
        assert abs(value - asked) < 1e-5, f"where {words} empty, the result is {value:.3g}, {asked} was asked for"
