"""Checks that students run themselves: whether an answer has the right form.

They are worth no points. What an answer is worth, other checks decide.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, number, points, question, sequential, tuple_of


@question("conv_output_shape")
@points(0, hint="Return height, width and number of channels, separated by commas.")
def test_returns_three_numbers(submission):
    """`conv_output_shape` returns three numbers."""
    submission.call("conv_output_shape", (12, 9, 3), 4, 3, 1, returns=tuple_of(number(), number(), number()))


@question("split_dataset")
@points(0, hint="`return (a, b), (c, d)` returns two pairs.")
def test_returns_two_pairs(submission):
    """`split_dataset` returns images and labels for training, and images and labels for validation."""
    images, labels = np.zeros((6, 4, 4, 3), dtype=np.uint8), np.zeros((6, 1), dtype=np.uint8)
    pair = tuple_of(array(), array())
    submission.call("split_dataset", images, labels, 2, returns=tuple_of(pair, pair))


@question("residual_block")
@points(0, hint="The function takes filters and strides; what it returns takes the tensor.")
def test_can_be_applied(submission):
    """What `residual_block` returns can be applied to a tensor."""
    block = submission.block("residual_block", 8, input_shape=(6, 6, 8))
    assert len(block.output_shape) == 4, f"the block returns the shape {block.output_shape}, four axes were asked for"


@question("filters_figure")
@points(0, hint="Return the figure at the end of the function.")
def test_returns_a_figure(submission):
    """`filters_figure` returns a figure."""
    model = submission.build(sequential((8, 8, 3), ("Conv2D", {"filters": 2, "kernel_size": 3})))
    figure = submission.figure("filters_figure", model)
    assert figure.axes, "there is nothing in the figure"
