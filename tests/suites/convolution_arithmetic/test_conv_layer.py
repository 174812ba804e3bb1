"""A whole convolutional layer: filters, bias, batches, strides, padding.

Where the layer pads as the student's own `pad_same` does, a mistake of that function costs nothing here.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("conv_layer")


def convolve(images, weights, bias, strides=(1, 1)):
    """Return the layer's output without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(images, weights.shape[:2], axis=(1, 2))
    return np.einsum("nijcuv,uvcf->nijf", windows[:, :: strides[0], :: strides[1]], weights) + bias


def pad(images, kernel_size, strides):
    """Return images (batch, height, width, channels) with the zeros of `same`."""
    padding = [(0, 0)]
    for size, length, stride in zip(images.shape[1:3], kernel_size, strides, strict=True):
        zeros = max((-(-size // stride) - 1) * stride + length - size, 0)
        padding.append((zeros // 2, zeros - zeros // 2))
    return np.pad(images, [*padding, (0, 0)])


def draw(rng, images_shape, weights_shape):
    """Return images, weights and a bias of both signs, far enough from zero to be missed."""
    bias = rng.choice([-1, 1], size=weights_shape[-1]) * rng.uniform(1, 2, size=weights_shape[-1])
    return rng.normal(size=images_shape), rng.normal(size=weights_shape), bias


def check(submission, images, weights, bias, strides=(1, 1), padding="valid"):
    """Compare the answer for one batch."""
    found = submission.call("conv_layer", images, weights, bias, strides, padding, returns=array())
    if padding == "same":
        kernel_size = weights.shape[:2]
        asked = convolve(pad(images, kernel_size, strides), weights, bias, strides)
        slips = {
            "nothing is padded": convolve(images, weights, bias, strides),
            "the images are padded for stride 1: how many zeros there are depends on the strides": convolve(
                pad(images, kernel_size, (1, 1)), weights, bias, strides
            ),
        }
        if wrong_values(found, asked) and wrong_values(found, slips["nothing is padded"]):
            padded = [submission.call("pad_same", each, kernel_size, strides, returns=array()) for each in images]
            if padded[0].ndim == 3 and padded[0].shape[-1] == images.shape[-1]:
                own = convolve(np.stack(padded), weights, bias, strides)
                asked = asked if wrong_values(found, own) else own
    else:
        asked = convolve(images, weights, bias, strides)
        slips = {
            "the bias is missing": asked - bias,
            "the bias is subtracted": asked - 2 * bias,
            "the strides of the two axes are exchanged": convolve(images, weights, bias, strides[::-1]),
            "the strides are ignored": convolve(images, weights, bias),
            "the stride of the rows is taken for the columns, too": convolve(images, weights, bias, strides[:1] * 2),
            "your kernels are flipped: they should lie on the image as they are": convolve(
                images, weights[::-1, ::-1], bias, strides
            ),
            "all images have the map of the first": np.repeat(asked[:1], len(asked), axis=0),
        }
    problem = wrong_values(found, asked, slips)
    assert not problem, (
        f"for images of shape {images.shape}, weights of shape {weights.shape}, strides {strides} "
        f"and padding {padding!r}, {problem}"
    )


@points(
    2, hint="The last axis of the weights says which filter: each makes a map of its own.", needs="test_layer_shape"
)
def test_filters(submission, rng):
    """Each filter makes a channel of the output, from all channels of the input."""
    for images_shape, weights_shape in (((1, 6, 5, 3), (3, 3, 3, 4)), ((1, 4, 7, 2), (2, 3, 2, 5))):
        images, weights, bias = draw(rng, images_shape, weights_shape)
        check(submission, images, weights, 0 * bias)


@points(1, hint="Each filter has one bias, which is added to its whole map.", needs="test_filters")
def test_bias(submission, rng):
    """The bias of each filter is added to its map."""
    check(submission, *draw(rng, (1, 5, 6, 3), (3, 2, 3, 4)))


@points(1, hint="The first axis counts the images: each is convolved by itself.", needs="test_filters")
def test_batches(submission, rng):
    """Each image of a batch is convolved by itself."""
    images, weights, bias = draw(rng, (3, 5, 6, 2), (2, 3, 2, 4))
    check(submission, images, weights, 0 * bias)


@points(1, hint="`map[::s, ::t]` takes every s-th row and every t-th column.", needs="test_filters")
def test_strides(submission, rng):
    """The kernel moves by its stride, which may differ between the axes."""
    for strides in ((2, 2), (3, 1), (2, 3)):
        images, weights, bias = draw(rng, (1, 9, 10, 2), (3, 2, 2, 3))
        check(submission, images, weights, 0 * bias, strides)


@points(1, hint="Frame each image with zeros first, then convolve without padding.", needs="test_filters")
def test_same_padding(submission, rng):
    """With `same` padding and stride 1 the size stays."""
    for weights_shape in ((3, 5, 2, 3), (2, 4, 2, 3)):
        images, weights, bias = draw(rng, (1, 6, 7, 2), weights_shape)
        check(submission, images, weights, 0 * bias, padding="same")


@points(1, hint="How many zeros there are depends on the strides: section 2 has the formula.", needs="test_filters")
def test_same_padding_with_strides(submission, rng):
    """With `same` padding and strides, the zeros are those that the strides need."""
    for images_shape, strides in (((2, 6, 8, 2), (2, 2)), ((1, 7, 9, 2), (3, 2)), ((1, 8, 6, 2), (1, 3))):
        images, weights, bias = draw(rng, images_shape, (3, 4, 2, 3))
        check(submission, images, weights, 0 * bias, strides, "same")
