"""A convolution as a matrix."""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("dense_equivalent")


def matrix_of(kernel, image_shape):
    """Return the matrix, made by convolving images with a single bright pixel."""
    num_pixels = image_shape[0] * image_shape[1]
    pixels = np.eye(num_pixels).reshape(num_pixels, *image_shape)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, kernel.shape, axis=(1, 2))
    return np.einsum("pijuv,uv->ijp", windows, kernel).reshape(-1, num_pixels)


def check(submission, kernel, image_shape):
    """Compare the matrix of one kernel."""
    found = submission.call("convolution_matrix", kernel, image_shape, returns=array())
    asked = matrix_of(kernel, image_shape)
    slips = {
        "the matrix is transposed: rows belong to numbers of the map, columns to pixels": asked.T,
        "your kernel is flipped: it should lie on the image as it is": matrix_of(kernel[::-1, ::-1], image_shape),
        "the weights stand side by side in each row; between the rows of the kernel there are pixels that it does not "
        "touch": side_by_side(kernel, asked),
    }
    problem = wrong_values(found, asked, slips)
    assert not problem, f"for a kernel of shape {kernel.shape} and an image of shape {image_shape}, {problem}"


def side_by_side(kernel, matrix):
    """Return the matrix of whoever puts all weights next to each other, beginning where they should begin."""
    packed = np.zeros_like(matrix)
    for row, weights in enumerate(matrix):
        start = min(np.flatnonzero(weights)[0], matrix.shape[1] - kernel.size)
        packed[row, start : start + kernel.size] = kernel.ravel()
    return packed


@points(2, hint="Draw 4 x 4 pixels with their numbers, and see which lie below the kernel.", needs="test_matrix_shape")
def test_small_matrix(submission, rng):
    """For a 3 x 3 kernel on 4 x 4 pixels, each weight stands where its pixel is."""
    for _ in range(2):
        check(submission, rng.uniform(1, 9, size=(3, 3)), (4, 4))


@points(1, hint="A row of the image is as long as the image is wide.", needs="test_small_matrix")
def test_any_size(submission, rng):
    """Kernels and images of any size work."""
    for kernel_shape, image_shape in (((2, 3), (4, 6)), ((3, 1), (5, 3)), ((1, 1), (2, 3)), ((3, 4), (3, 4))):
        check(submission, rng.uniform(-9, -1, size=kernel_shape), image_shape)


@points(1, hint="The same nine weights stand in every row; a dense layer has a weight for every entry.")
def test_counts(submission):
    """The convolution shares few weights, the dense layer has one for each pair of pixel and unit."""
    for name, asked in (("num_shared_weights", 9), ("num_dense_weights", 64)):
        found = submission.number(name)
        assert found == asked, f"`{name}` is {found:g}, another number was asked for: count them in the matrix"
