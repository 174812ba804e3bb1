"""A kernel for horizontal edges.

Images are drawn at random, hardly ever square, of floats with both signs and of bytes. What is computed in float32 is
as right.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question

pytestmark = question("horizontal_edges")

# A sum of nine products of numbers up to 255 in float32, in any order, is off by less than 0.001.
TOLERANCE = 0.01


def respond(image):
    """Return the kernel's response, without padding: the three pixels below minus the three above."""
    sums = image[:, :-2] + image[:, 1:-1] + image[:, 2:]
    return sums[2:] - sums[:-2]


def check_values(submission, image):
    """Compare the result for an image with what the kernel gives."""
    asked = respond(image.astype(float))
    found = submission.call("horizontal_edges", image, returns=array(shape=asked.shape, dtype="number"))
    wrong = int(np.sum(~np.isclose(found, asked, rtol=0, atol=TOLERANCE)))
    said = (
        f"for an image of shape {image.shape} and type {image.dtype}, {wrong} of {asked.size} values are not the sum "
    )
    assert wrong == 0, f"{said}of the products of kernel and pixels"


@points(1, hint="Look at the kernel: within a row all of its numbers are equal.", needs="test_shape")
def test_sees_horizontal_edges_only(submission, rng):
    """The result is zero where the image changes from left to right only, and is not where it changes downwards."""
    stripes = rng.permutation(np.arange(0, 240, 30.0))
    for image, is_edge, said in (
        (np.tile(stripes, (6, 1)), False, "vertical stripes, there are no horizontal edges, and still it is not zero"),
        (np.tile(np.arange(7.0)[:, np.newaxis], (1, 5)), True, "brightness that grows downwards, it has zeros in it"),
    ):
        shape = (image.shape[0] - 2, image.shape[1] - 2)
        found = submission.call("horizontal_edges", image, returns=array(shape=shape, dtype="number"))
        assert np.all((np.abs(found) > TOLERANCE) == is_edge), f"the result for an image of {said}"


@points(
    1,
    hint="At each place, multiply the window with the kernel as it stands, and add up the nine products.",
    needs="test_sees_horizontal_edges_only",
)
def test_values(submission, rng):
    """Each value is the sum of the products of kernel and pixels, sign included."""
    for shape in ((6, 9), (8, 5), (3, 3)):
        check_values(submission, rng.normal(scale=50, size=shape))


@points(1, hint="A `uint8` has no room for numbers below 0 or above 255: convert it first.", needs="test_values")
def test_bytes(submission, rng):
    """Images of type uint8 give the same results as the same images as floats."""
    check_values(submission, rng.integers(0, 256, size=(9, 7), dtype=np.uint8))
