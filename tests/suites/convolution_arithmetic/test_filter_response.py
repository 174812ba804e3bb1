"""Map of one filter on an image with channels."""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("filter_response")


def responses(image, weights):
    """Return the maps of all channels, (height, width, channels), before they are added up."""
    image, weights = image.astype(float), weights.astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape[:2], axis=(0, 1))
    return np.einsum("ijcuv,uvc->ijc", windows, weights)


def check(submission, image, weights):
    """Compare the answer for one image and one filter."""
    found = submission.call("filter_response", image, weights, returns=array())
    each = responses(image, weights)
    slips = {
        "the channels are averaged; their sum was asked for": each.mean(axis=2),
        "the maps of the channels are kept; they belong into one sum": each,
        "only the first channel is used": each[..., 0],
        "each channel is multiplied with the kernel of the first": responses(
            image, np.repeat(weights[..., :1], weights.shape[-1], axis=-1)
        ).sum(axis=2),
        "your kernels are flipped: they should lie on the image as they are": responses(image, weights[::-1, ::-1]).sum(
            axis=2
        ),
    }
    problem = wrong_values(found, each.sum(axis=2), slips)
    assert not problem, f"for an image of shape {image.shape} and a filter of shape {weights.shape}, {problem}"


@points(2, hint="Each channel has its own kernel; add up all products of a window.", needs="test_one_map")
def test_values(submission, rng):
    """Each number is the sum of products over a window and all channels."""
    for height, width in ((6, 8), (7, 5)):
        check(submission, rng.normal(size=(height, width, 3)), rng.normal(size=(3, 3, 3)))


@points(1, hint="Nothing may depend on there being three channels.", needs="test_values")
def test_any_number_of_channels(submission, rng):
    """There may be one channel, two or many, and kernels that are not square."""
    for channels in (1, 2, 5):
        for kernel_shape in ((2, 3), (4, 1)):
            check(submission, rng.normal(size=(5, 6, channels)), rng.normal(size=(*kernel_shape, channels)))


@points(1, hint="Convert to a type with room before you multiply, such as `float`.", needs="test_one_map")
def test_small_integers(submission, rng):
    """Images of one byte a number do not overflow."""
    image = rng.integers(100, 256, size=(5, 6, 3), dtype=np.uint8)
    check(submission, image, rng.integers(50, 256, size=(3, 2, 3), dtype=np.uint8))
