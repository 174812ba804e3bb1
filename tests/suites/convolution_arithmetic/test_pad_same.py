"""Padding as Keras does it, for any kernel and stride."""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("pad_same")


def count_zeros(size, kernel_size, stride):
    """Return the zeros of an axis, before and behind together."""
    return max((-(-size // stride) - 1) * stride + kernel_size - size, 0)


def framed(image, kernel_size, strides=(1, 1), *, before=lambda zeros: zeros // 2, mode="constant"):
    """Return the padded image; `before` says how many of the zeros of an axis come first."""
    zeros = [count_zeros(*each) for each in zip(image.shape[:2], kernel_size, strides, strict=True)]
    padding = [(before(each), each - before(each)) for each in zeros] + [(0, 0)] * (image.ndim - 2)
    return np.pad(image, padding, mode=mode)


def check(submission, image, kernel_size, strides=(1, 1)):
    """Compare the answer for one image."""
    found = submission.call("pad_same", image, kernel_size, strides, returns=array())
    slips = {
        "the odd row or column of zeros stands before the image, it belongs behind": framed(
            image, kernel_size, strides, before=lambda zeros: zeros - zeros // 2
        ),
        "all zeros stand before the image": framed(image, kernel_size, strides, before=lambda zeros: zeros),
        "all zeros stand behind the image": framed(image, kernel_size, strides, before=lambda zeros: 0),
        "the padding is that of stride 1: other strides need less": framed(image, kernel_size),
        "the strides of the two axes are exchanged": framed(image, kernel_size, strides[::-1]),
        "rows and columns of the kernel are exchanged": framed(image, kernel_size[::-1], strides),
        "the padding repeats the border of the image; zeros were asked for": framed(
            image, kernel_size, strides, mode="edge"
        ),
    }
    problem = wrong_values(found, framed(image, kernel_size, strides), slips)
    assert not problem, (
        f"for an image of shape {image.shape}, a kernel of {kernel_size[0]} x {kernel_size[1]} "
        f"and strides {strides}, {problem}"
    )


@points(1, hint="An odd kernel takes as many zeros before the image as behind it.", needs="test_padded_shape")
def test_image_in_the_middle(submission, rng):
    """With odd kernels and stride 1, the image stands in the middle of a frame of zeros."""
    for shape, kernel_size in (((4, 6), (3, 5)), ((5, 2), (5, 1)), ((3, 4), (1, 1))):
        check(submission, rng.normal(size=shape), kernel_size)
    check(submission, rng.integers(1, 256, size=(3, 5), dtype=np.uint8), (3, 7))


@points(1, hint="`zeros // 2` come first, and the rest of them behind.", needs="test_image_in_the_middle")
def test_odd_padding(submission, rng):
    """Where the number of zeros is odd, the last one stands below, or on the right."""
    for shape, kernel_size in (((4, 7), (2, 3)), ((5, 4), (3, 4)), ((3, 8), (6, 2))):
        check(submission, rng.normal(size=shape), kernel_size)


@points(2, hint="Follow the formula for each axis with its own stride, and mind what is below zero.")
def test_strides(submission, rng):
    """With strides there are as many zeros as the last window needs, and never fewer than none."""
    for shape, kernel_size, strides in (
        ((6, 9), (3, 3), (2, 2)),
        ((7, 8), (5, 4), (3, 2)),
        ((8, 6), (3, 5), (1, 4)),
        ((9, 7), (1, 2), (2, 3)),
        ((7, 10), (1, 1), (3, 4)),
    ):
        check(submission, rng.normal(size=shape), kernel_size, strides)


@points(1, hint="`np.pad` takes a pair of numbers for each axis: (0, 0) for the channels.")
def test_channels(submission, rng):
    """Channels get no padding, and keep their places."""
    for shape, kernel_size in (((4, 5, 3), (3, 3)), ((3, 6, 2), (5, 1)), ((4, 3, 1), (1, 3))):
        check(submission, rng.normal(size=shape), kernel_size)
