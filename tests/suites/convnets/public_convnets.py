"""Checks that students can run themselves: whether an answer has the right form.

They count like the other checks of their question, which go on from here.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, sequential, tuple_of, whole_number, wrong_shape


@question("conv_output_shape")
@points(1, hint="A shape counts pixels: `//` divides without a rest, and keeps whole numbers whole.")
def test_whole_numbers(submission):
    """The answer is a tuple of three whole numbers."""
    for input_shape, filters, kernel_size, stride in (((12, 9, 3), 4, 3, 1), ((11, 15, 1), 2, 3, 2)):
        submission.call(
            "conv_output_shape",
            input_shape,
            filters,
            kernel_size,
            stride,
            returns=tuple_of(whole_number(), whole_number(), whole_number()),
        )


@question("split_dataset")
@points(1, hint="Cut at one place: what is not in the validation set is in the training set.")
def test_sizes(submission):
    """Every image goes into one of the two sets, and the validation set has the size that is asked for."""
    pair = tuple_of(array(), array())
    for num_images, arguments, num_validation in ((29, (8,), 8), (10_021, (), 10_000)):
        images, labels = np.zeros((num_images, 1, 1, 3), dtype=np.uint8), np.zeros((num_images, 1), dtype=np.uint8)
        train, validation = submission.call("split_dataset", images, labels, *arguments, returns=tuple_of(pair, pair))
        asked = [num_images - num_validation, num_validation]
        for what, index in (("images", 0), ("labels", 1)):
            found = [len(np.atleast_1d(part[index])) for part in (train, validation)]
            assert found == asked, (
                f"of {num_images:,} {what}, {found[0]:,} are for training and {found[1]:,} for validation; "
                f"{asked[0]:,} and {asked[1]:,} were asked for"
            )


@question("convolutional_part")
@points(1, hint="Begin with `keras.Input((32, 32, 3))`, and pad as the text says: maps must not get too small.")
def test_takes_colour_images(submission):
    """The function returns a Keras model that makes maps of colour images."""
    model = submission.model("convolutional_part")
    problem = wrong_shape(model, takes=(None, 32, 32, 3))
    assert not problem, problem
    assert len(model.output_shape) == 4, (
        f"the output has the shape {model.output_shape}: a convolutional part returns maps, "
        "with axes for batch, height, width and channels"
    )


@question("residual_block")
@points(1, hint="With `same` padding and stride 1 a convolution keeps height and width.")
def test_keeps_shape(submission):
    """With stride 1 and as many filters as channels, the block keeps the shape of its input."""
    block = submission.block("residual_block", 4, input_shape=(9, 6, 4))
    problem = wrong_shape(block, returns=block.input_shape)
    assert not problem, f"`residual_block(4)` on an input of shape {block.input_shape}: {problem}"


@question("filters_figure")
@points(1, hint="`plt.subplots` makes many axes at once. Return the figure: one that is only shown is gone.")
def test_one_axes_for_each_filter(submission):
    """The function returns a figure with one picture for each filter."""
    model = submission.build(sequential((8, 8, 3), ("Conv2D", {"filters": 6, "kernel_size": 5})))
    figure = submission.figure("filters_figure", model)
    found = sum(bool(axes.images) for axes in figure.axes)
    assert found == 6, f"for a convolution with 6 filters, the figure has {found} axes with a picture"
