"""Shapes in a convolutional layer.

Six tuples, two for each check: the weights, what they make, and what comes next.
"""

from __future__ import annotations

from autograder.suite import points, question

pytestmark = question("layer_shapes")

SLIPS = {
    "kernel_shape": {(5, 5, 3): "that is a filter: a kernel looks at one channel"},
    "filter_shape": {
        (5, 5): "that is one kernel: a filter has one for each channel",
        (5, 5, 64): "a filter has as many kernels as there are channels in its input",
        (3, 5, 5): "channels come last, as in the images",
        (5, 5, 3, 64): "those are the weights of the whole layer",
    },
    "map_shape": {
        (124, 124): "that is without padding",
        (128, 128, 3): "one filter makes one map",
        (128, 128, 64): "that is what all filters make",
    },
    "output_shape": {
        (124, 124, 64): "that is without padding",
        (128, 128, 3): "each filter makes a channel of the output",
        (128, 128, 192): "the maps of the channels are added up",
        (64, 128, 128): "channels come last, as in the images",
    },
    "next_filter_shape": {
        (5, 5, 3): "the next layer looks at the output of the first, not at the image",
        (5, 5): "that is one kernel: a filter has one for each channel",
    },
    "batch_shape": {
        (128, 128, 3, 8): "the batch is the first axis",
        (8, 128, 128, 64): "that is what comes out of the layer",
        (8, 128, 128): "the images are coloured",
        (8, 3, 128, 128): "channels come last, as in the images",
    },
}


def check(submission, name, asked):
    """Compare one tuple; the slips that occur most have their own sentence."""
    found = tuple(submission.numbers(name))
    why = SLIPS[name].get(found, "go through the axes one by one")
    assert found == asked, f"`{name}` is {found}, another shape was asked for: {why}"


@points(1, hint="A kernel is a matrix; a filter has one for each channel of its input.")
def test_weights(submission):
    """A kernel and a filter of the first layer have the right shapes."""
    check(submission, "kernel_shape", (5, 5))
    check(submission, "filter_shape", (5, 5, 3))


@points(1, hint="With `same` padding and stride 1, height and width stay; there is a map for each filter.")
def test_maps(submission):
    """A map, and the output of the first layer, have the right shapes."""
    check(submission, "map_shape", (128, 128))
    check(submission, "output_shape", (128, 128, 64))


@points(1, hint="What is a channel for the next layer?")
def test_next_filter(submission):
    """A filter of the next layer has a kernel for each map of the first."""
    check(submission, "next_filter_shape", (5, 5, 64))


@points(1, hint="A batch adds an axis to the images, in front.")
def test_batch(submission):
    """A batch of images has the right shape."""
    check(submission, "batch_shape", (8, 128, 128, 3))
