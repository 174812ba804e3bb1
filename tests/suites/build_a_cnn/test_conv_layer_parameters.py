"""Parameters of a convolutional layer without biases.

One number, one check. The wrong counts that occur most get a sentence of their own.
"""

from __future__ import annotations

from autograder.suite import points, question

pytestmark = question("conv_layer_parameters")

KERNEL, NUM_KERNELS = 3 * 3 * 3, 100


@points(1, hint="The size of the image does not matter: the same kernel is used at all places.")
def test_counts_weights(submission):
    """The number counts the weights of all kernels, and nothing else."""
    found = submission.number("conv_layer_parameters")
    assert found != (KERNEL + 1) * NUM_KERNELS, (
        f"`conv_layer_parameters` is {found:,}: that is with biases, which this layer does not have"
    )
    assert found != 3 * 3 * NUM_KERNELS, (
        f"`conv_layer_parameters` is {found:,}: that is for images of one channel, colour images have three"
    )
    assert found == KERNEL * NUM_KERNELS, (
        f"`conv_layer_parameters` is {found:,}, another number was asked for: "
        "count the numbers in one kernel, and then the kernels"
    )
