"""Resizing images.

What bilinear interpolation makes of a slope is a slope: that is asked for, with room for other conventions of where the
centre of a pixel lies.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("resize_images")


def resized(submission, images, size):
    """Return what the student makes of images (n, height, width, channels) uint8."""
    shape = (len(images), *size, images.shape[3])
    return submission.call("resize_images", images, size, returns=array(shape, "floating"))


@points(
    1,
    hint="The pixels stay what they are, from 0 to 255: the backbone scales them itself.",
    needs="test_shape_and_type",
)
def test_range(submission, rng):
    """Pixels stay in their range, also at sharp edges."""
    colours = rng.integers(30, 226, size=(3, 1, 1, 3)).astype(np.uint8)
    plain = np.broadcast_to(colours, (3, 6, 9, 3)).copy()
    off = np.abs(resized(submission, plain, (11, 7)) - colours).max()
    assert off <= 1, f"images of a single colour do not keep it: a pixel is off by {off:.3g}"
    edge = np.zeros((1, 6, 8, 1), np.uint8)
    edge[:, :, 4:] = 255
    found = resized(submission, edge, (14, 26))
    low, high = float(found.min()), float(found.max())
    assert -1e-3 <= low <= high <= 255.001, f"pixels from 0 to 255 became some from {low:.4g} to {high:.4g}"


@points(1, hint="Rows stay rows, and every image is resized by itself.", needs="test_range")
def test_whole_image(submission, rng):
    """The whole image stays in view: a slope from edge to edge stays one."""
    for old, new in (((6, 9), (13, 20)), ((9, 5), (7, 15)), ((8, 12), (8, 12))):
        steps = rng.integers(3, 9, size=(2, 2, 1, 1))
        rows, columns = np.arange(old[0])[:, np.newaxis], np.arange(old[1])
        images = (20 + steps[0] * rows + steps[1] * columns)[..., np.newaxis].astype(np.uint8)
        found = resized(submission, images, new)[..., 0]
        at = [np.clip((np.arange(n) + 0.5) * o / n - 0.5, 0, o - 1) for n, o in zip(new, old, strict=True)]
        asked = 20 + steps[0] * at[0][:, np.newaxis] + steps[1] * at[1]
        # 0.6 of an old pixel, along both axes.
        off = np.abs(found - asked) / (steps.sum(axis=0))
        assert off.max() <= 0.6, (
            f"from {old[0]}x{old[1]} to {new[0]}x{new[1]} pixels, some show what stood {off.max():.2g} pixels away"
        )


@points(1, hint="Bilinear means that new pixels are mixed of the nearest old ones.", needs="test_whole_image")
def test_mixes_neighbours(submission):
    """New pixels between two old ones are between them, and are not rounded."""
    images = np.zeros((1, 5, 6, 1), np.uint8)
    images[:, :, 3:] = 1
    found = resized(submission, images, (15, 24))
    assert np.any((found > 0.05) & (found < 0.95)), (
        "between pixels of 0 and of 1 there are no others after enlarging: they are copied or rounded, not mixed"
    )
