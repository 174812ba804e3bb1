"""Checks that students can run themselves: whether an answer has the right form.

They count like the other checks of their question, which go on from here.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import array, numbers, points, question, whole_number, wrong_shape


@question("activation_map")
@points(1, hint="Count the positions of the kernel: with 3 columns on 5 there are three.")
def test_map_shape(submission):
    """The map has one number for each position of the kernel, on images and with kernels that are not square."""
    for image_shape, kernel_shape, map_shape in (((5, 8), (3, 3), (3, 6)), ((9, 4), (2, 4), (8, 1))):
        submission.call("activation_map", np.ones(image_shape), np.ones(kernel_shape), returns=array(shape=map_shape))


@question("pad_same")
@points(1, hint="With stride 1, as many zeros are added to an axis as the kernel has weights, less one.")
def test_padded_shape(submission):
    """With stride 1, each axis grows by the length of the kernel less one."""
    for shape, kernel_size, padded in (((4, 6), (3, 5), (6, 10)), ((7, 3), (1, 3), (7, 5))):
        submission.call("pad_same", np.ones(shape), kernel_size, (1, 1), returns=array(shape=padded))


@question("filter_response")
@points(1, hint="Products are added up over all channels: there is nothing left of their axis.")
def test_one_map(submission):
    """One filter makes one map, whatever the number of channels."""
    for channels in (3, 4):
        image, weights = np.ones((6, 9, channels)), np.ones((3, 2, channels))
        submission.call("filter_response", image, weights, returns=array(shape=(4, 8)))


@question("conv_layer")
@points(1, hint="The filters become the channels of the output, in the last axis; the batch stays the first.")
def test_layer_shape(submission):
    """Without padding, the output has an axis for the batch, two of the maps, and one for the filters."""
    for images_shape, weights_shape, shape in (
        ((1, 5, 8, 3), (3, 3, 3, 2), (1, 3, 6, 2)),
        ((3, 7, 4, 2), (2, 3, 2, 5), (3, 6, 2, 5)),
    ):
        images, weights, bias = np.ones(images_shape), np.ones(weights_shape), np.zeros(weights_shape[-1])
        submission.call("conv_layer", images, weights, bias, returns=array(shape=shape))


@question("dense_equivalent")
@points(1, hint="The matrix is multiplied with all pixels, and makes all numbers of the map.")
def test_matrix_shape(submission):
    """The matrix has a row for each number of the map, and a column for each pixel."""
    for image_shape, shape in (((4, 4), (4, 16)), ((4, 6), (8, 24))):
        submission.call("convolution_matrix", np.ones((3, 3)), image_shape, returns=array(shape=shape))


@question("equivariance")
@points(1, hint="The interior of a shift by three columns has three columns less than the map, whatever the direction.")
@pytest.mark.parametrize("name", ["shift_then_convolve", "convolve_then_shift"])
def test_interior_shape(submission, name):
    """What sees columns from outside is left out."""
    image, kernel = np.ones((5, 8)), np.ones((3, 2))
    height, width = submission.call(name, image, kernel, 0, returns=array(shape=(None, None))).shape
    for dx in (1, 3, -2):
        shape = (height, width - abs(dx))
        found = submission.call(name, image, kernel, dx, returns=array()).shape
        assert found == shape, (
            f"without a shift, `{name}` returns a map of shape {(height, width)}; for dx={dx} the shape is {found}, "
            f"{shape} was asked for"
        )


@question("output_size")
@points(1, hint="A size counts numbers: `//` divides without a rest, and keeps whole numbers whole.")
def test_whole_sizes(submission):
    """Sizes are whole numbers."""
    for padding in ("valid", "same"):
        submission.call("output_size", 20, 3, padding, 2, returns=whole_number())
        submission.call("output_size", 21, 3, padding, stride=2, dilation=2, returns=whole_number())
        submission.call("transposed_output_size", 5, 3, padding, 2, returns=whole_number())


@question("strided_convolution")
@points(1, hint="Both axes are sampled, beginning with the first row and the first column.")
def test_sampled_shape(submission):
    """The strided map is smaller on both axes."""
    for image_shape, s in (((9, 12), 2), ((8, 6), 3), ((7, 7), 2)):
        image, kernel = np.ones(image_shape), np.ones((3, 3))
        height, width = submission.call("strided", image, kernel, 1, returns=array(shape=(None, None))).shape
        found = submission.call("strided", image, kernel, s, returns=array()).shape
        shape = (-(-height // s), -(-width // s))
        assert found == shape, (
            f"with s=1, `strided` returns a map of shape {(height, width)}; with s={s} the shape is {found}, "
            f"{shape} was asked for"
        )


@question("receptive_field_of_stack")
@points(1, hint="Keep the size after each layer in a list, and return the list at the end.")
def test_one_size_for_each_layer(submission):
    """There is one size for each layer."""
    for num_layers in (1, 2, 4):
        submission.call("receptive_fields", [(3, 1, 1)] * num_layers, returns=numbers(count=num_layers))


@question("max_pool")
@points(1, hint="Count the positions of the window on each axis; batch and channels stay as they are.")
def test_pooled_shape(submission):
    """Height and width count the positions of the window; batch and channels stay."""
    for shape, pool_size, stride, pooled in (((1, 6, 9, 1), 2, 2, (1, 3, 4, 1)), ((2, 7, 8, 3), 3, 2, (2, 3, 3, 3))):
        submission.call("max_pool", np.ones(shape), pool_size, stride, returns=array(shape=pooled))


@question("separable_parameters")
@points(1, hint="Return two numbers with a comma between them; numbers of weights have no decimal point.")
def test_two_counts(submission):
    """The answer is two whole numbers."""
    found = submission.call("separable_parameters", 3, 8, 16, returns=numbers(count=2))
    assert all(type(each) is int for each in found), f"numbers of weights are whole, these are {found}"


@question("in_tensorflow")
@points(1, hint="An index takes an axis away that has the length 1, as in `maps[0, :, :, 0]`.")
def test_tensorflow_map_shape(submission):
    """The map has two axes, and one number for each position of the kernel."""
    image, kernel = np.ones((5, 8), "float32"), np.ones((3, 2), "float32")
    submission.call("tf_activation_map", image, kernel, returns=array(shape=(3, 7)))


@question("in_keras")
@points(1, hint="An index takes an axis away that has the length 1, as in `maps[0, :, :, 0]`.")
def test_keras_map_shape(submission):
    """The map has two axes, and one number for each position of the kernel."""
    image, kernel = np.ones((5, 8), "float32"), np.ones((3, 2), "float32")
    submission.call("keras_activation_map", image, kernel, returns=array(shape=(3, 7)))


@question("common_architecture")
@points(1, hint="Begin with `keras.Input(input_shape)`, end with a dense layer of `num_classes` units.")
def test_scores(submission):
    """The function returns a Keras model with one score for each class."""
    model = submission.model("vgg_style", (16, 24, 3), 2, 4, 7)
    problem = wrong_shape(model, takes=(None, 16, 24, 3), returns=(None, 7))
    assert not problem, problem
