"""Sizes of maps with and without padding.

Sizes, kernels and numbers of layers are drawn at random; whole numbers as floats are accepted.
"""

from __future__ import annotations

import pytest

from autograder.suite import numbers, points, question

pytestmark = question("border_pixels")


@points(
    1,
    hint="Each layer works on the map of the one before: what one layer does to the size, the next one does again.",
    needs="test_one_size_for_each_layer",
)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_sizes(submission, rng, padding):
    """The sizes are those of the maps after each convolution."""
    for kernel_size in (3, 5, 1, 4):
        num_layers = int(rng.integers(2, 5))
        size = (kernel_size - 1) * num_layers + int(rng.integers(1, 20))
        lost = kernel_size - 1 if padding == "valid" else 0
        asked = [size - (number + 1) * lost for number in range(num_layers)]
        found = submission.call("map_sizes", size, kernel_size, num_layers, padding, returns=numbers(count=num_layers))
        assert list(found) == asked, (
            f"an image of {size} pixels, with kernels of size {kernel_size}, {num_layers} layers and `{padding}` "
            f'padding: the sizes {list(found)} are not those that Keras makes with `padding="{padding}"`'
        )
