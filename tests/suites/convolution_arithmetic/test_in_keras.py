"""A convolution in a layer of Keras."""

from __future__ import annotations

import re

import numpy as np

from autograder.suite import array, points, question, wrong_values

pytestmark = question("in_keras")


def correlate(image, kernel):
    """Return the map by the definition."""
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.einsum("ijuv,uv->ij", windows, kernel.astype(float))


def offset(found, asked):
    """Return the map with one number added to all of it, the one that was added to the answer's first."""
    return asked + (found - asked).flat[0] if found.shape == asked.shape else np.array(0)


def check(submission, image, kernel):
    """Compare the answer for one image and one kernel."""
    found = submission.call("keras_activation_map", image, kernel, returns=array())
    asked = correlate(image, kernel)
    top, left = ((size - 1) // 2 for size in kernel.shape)
    padding = [(top, kernel.shape[0] - 1 - top), (left, kernel.shape[1] - 1 - left)]
    slips = {
        "your kernel is flipped: libraries do not turn it either": correlate(image, kernel[::-1, ::-1]),
        "your kernel is transposed: its rows belong on rows of the image": correlate(image, kernel.T)
        if kernel.shape[0] == kernel.shape[1]
        else np.array(0),
        "the image is padded: the kernel should stay inside of it": correlate(np.pad(image, padding), kernel),
        "something is added to each number: the bias should be zero, or left out": offset(found, asked),
    }
    # Sums of up to 20 float32 products of numbers up to 255 * 9.
    problem = wrong_values(found, asked, slips, rtol=1e-4, atol=1e-4)
    assert not problem, f"for an image of shape {image.shape} and a kernel of shape {kernel.shape}, {problem}"


def without_comments(source):
    """Return the code of a cell without its docstrings and comments."""
    source = re.sub(r'""".*?"""', "", source, flags=re.DOTALL)
    return re.sub(r"#.*", "", source)


@points(2, hint="The kernel needs two axes more, behind its own: channels and filters.", needs="test_keras_map_shape")
def test_values(submission, rng):
    """Each number is the sum of the products below the kernel."""
    for image_shape in ((6, 9), (8, 5)):
        check(submission, rng.normal(size=image_shape).astype("float32"), rng.normal(size=(3, 3)).astype("float32"))


@points(1, hint="Nothing may depend on the kernel being 3 x 3.", needs="test_values")
def test_any_kernel(submission, rng):
    """The kernel may have any size."""
    for image_shape, kernel_shape in (((5, 7), (2, 5)), ((6, 5), (4, 1)), ((4, 6), (1, 1)), ((3, 5), (3, 5))):
        check(
            submission, rng.normal(size=image_shape).astype("float32"), rng.normal(size=kernel_shape).astype("float32")
        )


@points(1, hint="Libraries want one type for both, `float32`: convert image and kernel.", needs="test_values")
def test_integers(submission, rng):
    """Integers are converted."""
    check(submission, rng.integers(0, 256, size=(5, 8), dtype=np.uint8), rng.integers(-9, 10, size=(3, 2)))
    check(submission, rng.integers(-9, 10, size=(6, 4)), rng.normal(size=(2, 3)))


@points(1, hint="`layers.Conv2D` takes the number of filters and the size of the kernel.", needs="test_keras_map_shape")
def test_uses_a_layer(submission):
    """The map is computed by a layer of Keras."""
    code = without_comments(submission.source("in_keras"))
    assert re.search(r"\b(Conv2D|Convolution2D)\b", code), (
        "the cell has no `Conv2D`: the numbers should come from a layer of Keras, not from another function of yours"
    )
