"""Intersection over union of boxes."""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("iou")

PIXELS = 16


def call(submission, boxes, others):
    """Return what the student's function says of pairs of boxes."""
    boxes, others = np.array(boxes), np.array(others)
    return submission.call("iou", boxes, others, returns=array((len(boxes),), "floating"))


def covered(boxes):
    """Return which pixels (n, 16, 16) boxes with whole numbers cover."""
    x, y, width, height = (boxes[:, [column]] for column in range(4))
    places = np.arange(PIXELS)
    columns, rows = (places >= x) & (places < x + width), (places >= y) & (places < y + height)
    return rows[:, :, np.newaxis] & columns[:, np.newaxis, :]


def draw(rng, count=60):
    """Return pairs of boxes with whole numbers, and their exact result, counted pixel by pixel."""
    sizes = rng.integers(1, 10, size=(2, count, 2))
    starts = rng.integers(0, PIXELS - sizes + 1)
    boxes, others = np.concatenate([starts, sizes], axis=2)
    one, two = covered(boxes), covered(others)
    return boxes, others, np.sum(one & two, axis=(1, 2)) / np.sum(one | two, axis=(1, 2))


@points(
    1, hint="What do two equal boxes share, and what do they cover together?", needs="test_one_number_for_each_pair"
)
def test_equal_boxes(submission, rng):
    """It is 1 for two equal boxes, however small."""
    for size in (0.5, 0.01):
        boxes = np.concatenate([rng.uniform(0, 0.4, (5, 2)), rng.uniform(size / 2, size, (5, 2))], axis=1)
        found = call(submission, boxes, boxes)
        # Rounding of coordinates is the larger part of a smaller box: a width of 0.005 is known to 1e-14 of itself.
        worst = float(found[np.abs(found - 1).argmax()])
        assert abs(worst - 1) < 1e-5, f"for two equal boxes of at most {size} x {size}, the result is {worst:.6g}"


@points(
    1,
    hint="A width below zero is no width: cut it off at zero before you multiply.",
    needs="test_one_number_for_each_pair",
)
def test_boxes_apart(submission):
    """It is 0 for boxes that lie apart, in any direction, and for those that only touch."""
    middle = (0.5, 0.5, 0.25, 0.125)
    apart = {
        "left": (0.125, 0.5, 0.25, 0.25),
        "right": (0.875, 0.5, 0.125, 0.125),
        "above": (0.5, 0.125, 0.25, 0.25),
        "below": (0.5, 0.75, 0.125, 0.25),
        "left above": (0.125, 0.125, 0.25, 0.25),
        "right below": (0.875, 0.75, 0.125, 0.25),
    }
    for where, box in apart.items():
        found = float(call(submission, [middle], [box])[0])
        assert found == 0, f"for a box that lies {where} of the other, the result is {found:.3g}"
    for box in (
        (0.75, 0.5, 0.125, 0.125),
        (0.5, 0.625, 0.25, 0.25),
        (0.25, 0.5, 0.25, 0.25),
        (0.75, 0.625, 0.125, 0.125),
    ):
        found = float(call(submission, [middle], [box])[0])
        assert found == 0, f"for two boxes that only touch, the result is {found:.3g}"


@points(
    2,
    hint="(x, y) is the upper left corner; add width and height for the lower right one. What is shared counts once.",
    needs=("test_equal_boxes", "test_boxes_apart"),
)
def test_overlap(submission, rng):
    """It is the area that is shared, divided by the area that is covered, for boxes in all positions."""
    boxes, others, expected = draw(rng)
    found = call(submission, boxes / PIXELS, others / PIXELS)
    wrong = int(np.sum(np.abs(found - expected) > 1e-5))
    assert wrong == 0, f"{wrong} of {len(expected)} pairs of boxes have another overlap"


@points(1, hint="Boxes may be given in pixels.", needs="test_overlap")
def test_whole_numbers(submission, rng):
    """Boxes may be whole numbers, of pixels."""
    boxes, others, expected = draw(rng)
    found = call(submission, boxes, others)
    wrong = int(np.sum(np.abs(found - expected) > 1e-5))
    assert wrong == 0, f"{wrong} of {len(expected)} pairs of boxes in whole pixels have another overlap"


@points(1, hint="Where two boxes cover nothing, there is nothing to divide by.", needs="test_one_number_for_each_pair")
def test_without_area(submission):
    """It is 0 for boxes without area, two equal ones among them."""
    boxes = [(0.5, 0.5, 0.0, 0.0), (0.25, 0.25, 0.0, 0.5), (0.25, 0.25, 0.5, 0.0), (0.0, 0.0, 0.0, 0.0)]
    others = [(0.5, 0.5, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0), (0.25, 0.25, 0.5, 0.0), (0.5, 0.5, 0.25, 0.25)]
    found = call(submission, boxes, others)
    assert np.all(np.isfinite(found)), "for boxes without area, the result is no finite number"
    assert not found.any(), f"for boxes without area, the result is {found[found != 0][0]:.3g}"
