"""Parameters of a dense layer on an image.

One number, one check. The wrong counts that occur most get a sentence of their own.
"""

from __future__ import annotations

from autograder.suite import points, question

pytestmark = question("dense_layer_parameters")

NUM_INPUTS, UNITS = 32 * 32 * 3, 100


@points(1, hint="Each unit has one weight for every value that comes in, and one bias.")
def test_counts_weights_and_biases(submission):
    """The number counts every weight and every bias of the layer."""
    found = submission.number("dense_layer_parameters")
    assert found != NUM_INPUTS * UNITS, (
        f"`dense_layer_parameters` is {found:,}: those are the weights alone, the units have biases, too"
    )
    assert found != NUM_INPUTS * UNITS + 1, (
        f"`dense_layer_parameters` is {found:,}: every unit has a bias of its own, not all of them together"
    )
    assert found == (NUM_INPUTS + 1) * UNITS, (
        f"`dense_layer_parameters` is {found:,}, another number was asked for: "
        "count what one unit has, and then the units"
    )
