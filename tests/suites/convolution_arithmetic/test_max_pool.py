"""Max pooling of batches of images."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import array, points, question, wrong_values

pytestmark = question("max_pool")


def pool(images, pool_size, stride, reduce=np.max):
    """Return what is kept of each window."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (pool_size, pool_size), axis=(1, 2))
    return reduce(windows[:, ::stride, ::stride], axis=(4, 5))


def check(submission, images, pool_size, stride):
    """Compare the answer for one batch."""
    found = submission.call("max_pool", images, pool_size, stride, returns=array())
    asked = pool(images, pool_size, stride)
    slips = {
        "numbers below zero become 0: the largest of a window may be negative": np.maximum(asked, 0),
        "the windows are averaged; their largest numbers were asked for": pool(images, pool_size, stride, np.mean),
        "the smallest numbers are kept; the largest were asked for": pool(images, pool_size, stride, np.min),
        "all images of the batch are pooled together": np.repeat(asked.max(axis=0, keepdims=True), len(asked), axis=0),
        "all images have the result of the first": np.repeat(asked[:1], len(asked), axis=0),
        "all channels are pooled together": np.repeat(asked.max(axis=3, keepdims=True), asked.shape[3], axis=3),
        "the stride is always the size of the window": pool(images, pool_size, pool_size),
    }
    problem = wrong_values(found, asked, slips)
    assert not problem, (
        f"for images of shape {images.shape}, windows of {pool_size} x {pool_size} and stride {stride}, {problem}"
    )


@points(2, hint="Look at one window at a time, and keep its largest number.", needs="test_pooled_shape")
def test_values(submission, rng):
    """Each number is the largest of its window, for windows side by side."""
    for shape, pool_size in (((1, 4, 6, 1), 2), ((1, 7, 9, 1), 3), ((1, 3, 5, 1), 1)):
        check(submission, rng.uniform(1, 9, size=shape), pool_size, pool_size)


@points(1, hint="Begin with the first number of the window, not with zero.", needs="test_pooled_shape")
def test_negative_numbers(submission, rng):
    """The largest number of a window may be negative, in floats and in integers."""
    check(submission, rng.normal(size=(1, 6, 4, 1)) - 3, 2, 2)
    check(submission, rng.integers(-99, -1, size=(1, 4, 6, 1)), 2, 2)


@points(1, hint="The stride says where windows begin, the size where they end.", needs="test_values")
@pytest.mark.parametrize("stride", ["smaller", "larger"])
def test_stride(submission, rng, stride):
    """Windows overlap where the stride is smaller than they are, and leave gaps where it is larger."""
    for shape, pool_size, step in (((1, 6, 9, 1), 3, 2), ((1, 8, 5, 1), 3, 1), ((1, 7, 8, 1), 2, 3)):
        if (step < pool_size) == (stride == "smaller"):
            check(submission, rng.uniform(1, 9, size=shape), pool_size, step)


@points(1, hint="Only the axes of height and width are pooled.", needs="test_values")
def test_batches_and_channels(submission, rng):
    """Each channel of each image is pooled by itself."""
    for shape in ((3, 4, 6, 1), (1, 5, 4, 3), (2, 6, 5, 4)):
        check(submission, rng.uniform(1, 9, size=shape), 2, 2)
