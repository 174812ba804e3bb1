"""Parameters of a dense network.

One number, one check. The two wrong counts that occur most get a sentence of their own.
"""

from __future__ import annotations

from itertools import pairwise

from autograder.suite import points, question

pytestmark = question("dense_parameters")

UNITS = (512, 256, 10)


def count(num_inputs: int, *, bias: bool = True) -> int:
    """Return the parameters of the dense layers on `num_inputs` values."""
    return sum((inputs + bias) * units for inputs, units in pairwise((num_inputs, *UNITS)))


@points(1, hint="Each unit of a dense layer has one weight for every value that comes in, and one bias.")
def test_counts_weights_and_biases(submission):
    """The number counts every weight and every bias of the three layers."""
    found = submission.number("dense_parameters")
    assert found != count(32 * 32 * 3, bias=False), (
        f"`dense_parameters` is {found:,}: those are the weights alone, a dense layer has biases, too"
    )
    assert found != count(32 * 32), (
        f"`dense_parameters` is {found:,}: that is the count for grey images, "
        "a colour image has three values at each pixel"
    )
    assert found == count(32 * 32 * 3), (
        f"`dense_parameters` is {found:,}, another number was asked for: "
        "go through the layers one by one, and add up their weights and biases"
    )
