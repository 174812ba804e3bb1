"""Filters of the first convolution, as a figure.

The student's `filters_figure` gets small models of ours. Each kernel may be rescaled by itself or all together, so
only what the best shift and scale leave is compared.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question, sequential

pytestmark = question("filters_figure")

CONVOLUTION_FIRST = sequential(
    (16, 16, 3),
    ("Conv2D", {"filters": 6, "kernel_size": 5, "activation": "relu"}),
    ("MaxPooling2D", {"pool_size": 2}),
    ("Conv2D", {"filters": 3, "kernel_size": 3}),
)
POOLING_FIRST = sequential(
    (16, 16, 3),
    ("AveragePooling2D", {"pool_size": 2}),
    ("Conv2D", {"filters": 14, "kernel_size": 3}),
    ("Conv2D", {"filters": 4, "kernel_size": 3}),
)


def draw(submission, graph, *, is_nested=False):
    """Return the axes with a picture, and the kernels (filters, height, width, channels), for a model of ours."""
    model = submission.build(graph, is_nested=is_nested)
    figure = submission.figure("filters_figure", model)
    kernels = np.moveaxis(submission.weights(model)[0].astype(float), -1, 0)
    return [axes for axes in figure.axes if axes.images], kernels


@pytest.fixture(scope="module")
def drawn(submission):
    """The axes with a picture, and the kernels, for a model that begins with a convolution."""
    return draw(submission, CONVOLUTION_FIRST)


def shows(picture, kernel):
    """Whether a picture is a kernel up to a shift and a positive scale."""
    picture = picture[..., :3].astype(float)  # a fourth channel would be opacity
    if picture.shape != kernel.shape:
        return False
    picture, kernel = picture - picture.mean(), kernel - kernel.mean()
    similarity = np.vdot(picture, kernel) / (np.linalg.norm(picture) * np.linalg.norm(kernel) + 1e-12)
    # Eight bits for each value leave 0.9999; cutting off what is below 0 leaves about 0.9.
    return similarity > 0.995


def check_pictures(axes, kernels):
    """Compare the picture of each axes with the kernels."""
    assert len(axes) == len(kernels), (
        f"the figure has {len(axes)} axes with a picture, the first convolution has {len(kernels)} filters"
    )
    pictures = [each.images[0] for each in axes]
    for picture in pictures:
        is_kernel_shaped = picture.ndim == 3 and picture.shape[:2] == kernels.shape[1:3]
        assert is_kernel_shaped, (
            f"a picture has the shape {picture.shape}, the kernels are {kernels.shape[1]}x{kernels.shape[2]} pixels "
            "of three colours"
        )
    missing = sum(not any(shows(picture, kernel) for picture in pictures) for kernel in kernels)
    assert missing == 0, (
        f"{missing} of {len(kernels)} filters are not among the pictures, shifted and scaled into 0 to 1"
    )


@points(
    1,
    hint="`axes.set(xticks=[], yticks=[])` or `axes.axis('off')`, for each axes.",
    needs="test_one_axes_for_each_filter",
)
def test_no_ticks(drawn):
    """The pictures have no ticks."""
    axes, _ = drawn
    assert axes, "the figure shows no picture"
    found = sum(each.has_x_ticks or each.has_y_ticks for each in axes)
    assert found == 0, f"{found} of {len(axes)} pictures have ticks"


@points(
    1,
    hint="A kernel has shape (height, width, channels, filters), and weights below zero: bring them into the range "
    "from 0 to 1 before you draw them.",
    needs="test_one_axes_for_each_filter",
)
def test_pictures_are_kernels(drawn):
    """Each picture is a kernel of the first convolution, rescaled."""
    check_pictures(*drawn)


@points(
    1,
    hint="Look for the first layer that is a Conv2D, wherever it stands; a model among the layers has layers, too.",
    needs="test_pictures_are_kernels",
)
def test_finds_the_first_convolution(submission):
    """The first convolution is found where it is not the first layer, and inside another model."""
    check_pictures(*draw(submission, POOLING_FIRST))
    check_pictures(*draw(submission, CONVOLUTION_FIRST, is_nested=True))
