"""Activation map of an image with one channel.

Images and kernels are drawn at random, never square together, with numbers of both signs; integers come in one byte.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("activation_map")


def correlate(image, kernel):
    """Return the map by the definition, in numbers with enough room."""
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel.astype(float))


def check(submission, image, kernel):
    """Compare the answer for one image and one kernel."""
    found = submission.call("activation_map", image, kernel, returns=array())
    asked = correlate(image, kernel)
    slips = {
        "your kernel is flipped: it should lie on the image as it is, not turned by 180°": correlate(
            image, kernel[::-1, ::-1]
        ),
        "each number is a mean of products; their sum was asked for": asked / kernel.size,
    }
    if kernel.shape[0] == kernel.shape[1]:
        slips["your kernel is transposed: its rows belong on rows of the image"] = correlate(image, kernel.T)
    if found.shape == asked.shape and np.allclose((found - asked) % 256, 0):
        slips["numbers start again at 0 after 255: the type is too small for products and sums"] = found
    problem = wrong_values(found, asked, slips)
    assert not problem, (
        f"for an image of shape {image.shape} and type {image.dtype} and a kernel of shape {kernel.shape} "
        f"and type {kernel.dtype}, {problem}"
    )


@points(2, hint="Multiply the window with the kernel entry by entry, then add up.", needs="test_map_shape")
def test_values(submission, rng):
    """Each number is the sum of the products below the kernel."""
    for image_shape in ((6, 9), (8, 5)):
        check(submission, rng.normal(size=image_shape), rng.normal(size=(3, 3)))


@points(1, hint="Ask the kernel for its height and its width: `kernel.shape`.", needs="test_values")
def test_any_kernel(submission, rng):
    """The kernel may have any size: long, even, a single weight, or that of the image."""
    for image_shape in ((5, 7), (6, 5)):
        for kernel_shape in ((2, 5), (4, 1), (1, 1), image_shape):
            check(submission, rng.normal(size=image_shape), rng.normal(size=kernel_shape))


@points(1, hint="Convert to a type with room before you multiply, such as `float`.", needs="test_map_shape")
def test_small_integers(submission, rng):
    """Images and kernels of one byte a number do not overflow."""
    for low, high, dtype in ((0, 256, np.uint8), (-128, 128, np.int8)):
        image = rng.integers(0, 256, size=(5, 7), dtype=np.uint8)
        kernel = rng.integers(low, high, size=(3, 2), dtype=dtype)
        kernel[0, 0], image[0] = high - 1, 255  # so that sums are too large for a byte in any case
        check(submission, image, kernel)
