"""Receptive field of a stack of layers."""

from __future__ import annotations

import numpy as np

from autograder.suite import number, points, question

pytestmark = question("receptive_field")


def field_of(layers):
    """Return how many pixels of the input one value after the layers sees along an axis."""
    kernels, strides = np.array(layers).T
    return 1 + int(np.sum((kernels - 1) * np.cumprod([1, *strides[:-1]])))


def check(submission, layers):
    """Compare the answer for one stack of (kernel_size, stride)."""
    answer = submission.call("receptive_field", layers, returns=number())
    assert answer == field_of(layers), (
        f"for the layers {layers} the answer is {answer}: draw the stack, and count the pixels that one output sees"
    )


@points(1, hint="One value of a layer sees as many pixels as its kernel is wide, however far the kernel then moves on.")
def test_single_layer(submission, rng):
    """A single layer sees as far as its kernel, whatever its stride."""
    for stride in (1, 2, 3):
        check(submission, [(int(rng.integers(3, 8)), stride)])


@points(1, hint="Each further layer adds its kernel minus one: neighbouring windows overlap.")
def test_stack_without_strides(submission, rng):
    """Layers with stride 1 each add their kernel minus one."""
    for num_layers in (2, 3, 4):
        check(submission, [(int(size), 1) for size in rng.integers(2, 6, size=num_layers)])


@points(1, hint="After a layer with stride 2, one step of the next layer is two pixels of the input.")
def test_stack_with_strides(submission, rng):
    """Strides of earlier layers stretch what later layers see."""
    for num_layers in (2, 3, 4):
        # Kernels grow and strides fall along the stack, so that its order matters.
        kernels = np.sort(rng.integers(2, 5, size=num_layers)) + np.arange(num_layers)
        strides = [int(stride) for stride in np.sort(rng.integers(2, 4, size=num_layers))[::-1]]
        check(submission, [(int(kernel), stride) for kernel, stride in zip(kernels, strides, strict=True)])
