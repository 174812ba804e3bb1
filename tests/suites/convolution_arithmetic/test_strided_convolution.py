"""Strides, as sampling.

Where the map of stride 1 is that of the student's own `activation_map`, a mistake of that function costs nothing here.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("strided_convolution")


def blocks(image_map, s):
    """Return the means of s x s blocks, as many as there are whole ones."""
    height, width = (size // s for size in image_map.shape)
    return image_map[: height * s, : width * s].reshape(height, s, width, s).mean(axis=(1, 3))


@points(2, hint="A slice has a step: `[::s]`.", needs="test_sampled_shape")
def test_samples(submission, rng):
    """Every s-th row and column of the map of stride 1 is kept, from the first on."""
    for shape, kernel_shape, s in (
        ((8, 11), (3, 2), 2),
        ((10, 7), (2, 3), 3),
        ((5, 6), (3, 3), 1),
        ((9, 9), (1, 2), 4),
    ):
        image, kernel = rng.normal(size=shape), rng.normal(size=kernel_shape)
        found = submission.call("strided", image, kernel, s, returns=array())
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel_shape)
        image_map = np.einsum("ijuv,uv->ij", windows, kernel)
        if wrong_values(found, image_map[::s, ::s]):
            image_map = submission.call("activation_map", image, kernel, returns=array(shape=(None, None)))
        slips = {
            "only the rows are sampled": image_map[::s],
            "only the columns are sampled": image_map[:, ::s],
            "the first number of the map is skipped": image_map[s - 1 :: s, s - 1 :: s],
            "numbers of the map are averaged; every s-th was asked for": blocks(image_map, s),
        }
        problem = wrong_values(found, image_map[::s, ::s], slips)
        assert not problem, (
            f"for an image of shape {image.shape}, a kernel of shape {kernel.shape} and s={s}, {problem}"
        )
