"""Shape of a convolution's output.

The inputs are drawn at random, always non-square, with fewer or more filters than channels; at stride 2 the last
step fits exactly on one axis and does not on the other, then the other way round.
"""

from __future__ import annotations

import pytest

from autograder.suite import number, points, question, tuple_of

pytestmark = question("conv_output_shape")

THREE_NUMBERS = tuple_of(number(), number(), number())


def draw_cases(rng, stride):
    """Return (input_shape, filters, kernel_size, expected height and width) of four convolutions."""
    cases = []
    for rest_of_height, rest_of_width in ((0, stride - 1), (stride - 1, 0), (0, 0), (stride - 1, stride - 1)):
        kernel_size = int(rng.integers(2, 6))
        height = int(rng.integers(3, 8))
        width = height + int(rng.integers(2, 6))
        if rng.random() < 0.5:
            height, width = width, height
        channels = int(rng.integers(1, 4))
        input_shape = (
            kernel_size + (height - 1) * stride + rest_of_height,
            kernel_size + (width - 1) * stride + rest_of_width,
            channels,
        )
        cases.append((input_shape, channels + int(rng.integers(2, 6)), kernel_size, (height, width)))
    return cases


@points(1, hint="Each filter looks at all channels of its input, and makes one channel of the output.")
def test_channels(submission, rng):
    """Each filter makes one channel of the output."""
    for input_shape, filters, kernel_size, _ in draw_cases(rng, 1):
        answer = submission.call("conv_output_shape", input_shape, filters, kernel_size, 1, returns=THREE_NUMBERS)
        assert answer[2] == filters, (
            f"for an input of shape {input_shape} and {filters} filters the last number is {answer[2]}, "
            "one channel for each filter was asked for"
        )


@points(1, hint="Count the places where the kernel fits: the first one counts, a last half step does not.")
@pytest.mark.parametrize("stride", [1, 2])
def test_stride(submission, rng, stride):
    """Height and width count the places where the kernel fits."""
    for input_shape, filters, kernel_size, expected in draw_cases(rng, stride):
        answer = submission.call("conv_output_shape", input_shape, filters, kernel_size, stride, returns=THREE_NUMBERS)
        assert answer[:2] == expected, (
            f"for an input of shape {input_shape}, a kernel of {kernel_size}x{kernel_size} and stride {stride} "
            f"the height and width are {answer[0]} and {answer[1]}: "
            "that is not the number of places where the kernel fits without padding"
        )
