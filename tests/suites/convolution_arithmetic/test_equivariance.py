"""Shifts and convolutions; shifts and max pooling.

Where the map is that of the student's own `activation_map`, a mistake of that function costs nothing here.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import array, points, question, wrong_values

pytestmark = question("equivariance")

FUNCTIONS = ("shift_then_convolve", "convolve_then_shift")
SPOTS = np.array([[7, 2, 0, 1, 9, 8], [1, 0, 3, 2, 4, 5], [0, 1, 8, 6, 2, 0], [6, 3, 5, 1, 7, 4]])


def each_function(hint):
    """Return both functions as parameters, each of which needs its own interior to have the right shape."""
    return [pytest.param(name, marks=points(1, hint=hint, needs=f"test_interior_shape[{name}]")) for name in FUNCTIONS]


def interior_of(image_map, dx):
    """Return what is left of a map that is shifted by dx columns."""
    return image_map[:, max(-dx, 0) : image_map.shape[1] - max(dx, 0)]


def check(submission, rng, name, shifts):
    """Compare the interior for some shifts."""
    for dx in shifts:
        image, kernel = rng.normal(size=(6, 9)), rng.normal(size=(3, 2))
        found = submission.call(name, image, kernel, dx, returns=array())
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
        image_map = np.einsum("ijuv,uv->ij", windows, kernel)
        if wrong_values(found, interior_of(image_map, dx)):
            image_map = submission.call("activation_map", image, kernel, returns=array(shape=(None, None)))
        slips = {
            "it is shifted the other way: a positive `dx` goes to the right": interior_of(image_map, -dx),
        }
        problem = wrong_values(found, interior_of(image_map, dx), slips)
        assert not problem, (
            f"for an image of shape {image.shape}, a kernel of shape {kernel.shape} and dx={dx}, {problem}"
        )


def pool(images):
    """Return 2 x 2 max pooling of images (n, 4, 6)."""
    return images.reshape(len(images), 2, 2, 3, 2).max(axis=(2, 4))


@pytest.mark.parametrize("name", each_function("After a shift to the right, column j holds what was in column j - dx."))
def test_shift_to_the_right(submission, rng, name):
    """The interior holds the numbers that saw only pixels of the image, at their new places."""
    check(submission, rng, name, (1, 3))


@pytest.mark.parametrize("name", each_function("A negative `dx` shifts to the left: the interior is then on the left."))
def test_shift_to_the_left(submission, rng, name):
    """A shift to the left, and none at all, work as well."""
    check(submission, rng, name, (-2, -1, 0))


@points(1, hint="Shift, then take the largest of each 2 x 2 window; what comes in on the left is zero.")
def test_pooled_spots(submission):
    """Max pooling does not change when the spots move by one column, and does when they move by two."""
    found = submission.array("pooled_spots", dtype="number")
    moved = np.stack([np.pad(SPOTS, ((0, 0), (dx, 0)))[:, :6] for dx in (0, 1, 2)])
    rolled = np.stack([np.roll(SPOTS, dx, axis=1) for dx in (0, 1, 2)])
    slips = {
        "what leaves on the right comes in again on the left; zeros were asked for": pool(rolled),
        "the spots move to the left": pool(np.stack([np.pad(SPOTS, ((0, 0), (0, dx)))[:, dx:] for dx in (0, 1, 2)])),
        "the windows are averaged; their largest numbers were asked for": moved.reshape(3, 2, 2, 3, 2).mean(
            axis=(2, 4)
        ),
    }
    problem = wrong_values(found, pool(moved), slips)
    assert not problem, f"in `pooled_spots`, {problem}"
