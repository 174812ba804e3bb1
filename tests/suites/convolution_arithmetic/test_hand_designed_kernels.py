"""Kernels made by hand.

They are judged by how they respond to small pictures: flat areas, edges of both directions, a single bright pixel.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.suite import points, question

pytestmark = question("hand_designed_kernels")

TOLERANCE = 2e-3  # relative to the largest weight: ninths and sixteenths may be rounded to three digits
NEIGHBOURS = ((0, 1), (1, 0), (1, 2), (2, 1))


def read(submission, name):
    """Return a kernel, and how small a response counts as none."""
    kernel = submission.array(name, shape=(3, 3), dtype="number").astype(float)
    assert np.all(np.isfinite(kernel)), f"some numbers of `{name}` are not finite"
    return kernel, TOLERANCE * np.abs(kernel).sum()


def responses(kernel, picture):
    """Return the map of a picture."""
    windows = np.lib.stride_tricks.sliding_window_view(picture.astype(float), (3, 3))
    return np.einsum("ijuv,uv->ij", windows, kernel)


def keeps_places(kernel, tolerance):
    """Whether a kernel looks the same when it is turned by 180 degrees."""
    return np.allclose(kernel, kernel[::-1, ::-1], rtol=0, atol=tolerance)


@points(1, hint="An average has weights that are not negative, and add up to 1.")
def test_blur(submission):
    """`blur` averages each pixel with its surroundings."""
    kernel, tolerance = read(submission, "blur")
    assert abs(kernel.sum() - 1) <= max(tolerance, 0.011), (
        f"the weights of `blur` add up to {kernel.sum():.3g}: flat areas stay as they are where that is 1"
    )
    assert kernel.min() >= 0, f"the smallest weight of `blur` is {kernel.min():.3g}: an average has none below zero"
    assert kernel.max() <= 0.5, f"the largest weight of `blur` is {kernel.max():.3g}: it leaves the picture too sharp"
    left_out = sum(kernel[place] <= 0 for place in NEIGHBOURS)
    assert not left_out, f"`blur` leaves {left_out} of the four direct neighbours out"
    assert keeps_places(kernel, tolerance), "`blur` moves the picture: turned by 180° it is another kernel"


@points(1, hint="Take the picture twice, and subtract a blurred one.")
def test_sharpen(submission):
    """`sharpen` adds to each pixel how far it differs from its surroundings."""
    kernel, tolerance = read(submission, "sharpen")
    assert abs(kernel.sum() - 1) <= max(tolerance, 0.011), (
        f"the weights of `sharpen` add up to {kernel.sum():.3g}: flat areas stay as they are where that is 1"
    )
    others = np.delete(kernel.ravel(), 4)
    assert kernel[1, 1] > 0 >= others.max(), (
        "only the middle of `sharpen` should be positive: the surroundings are subtracted"
    )
    left_out = sum(kernel[place] >= 0 for place in NEIGHBOURS)
    assert not left_out, f"`sharpen` leaves {left_out} of the four direct neighbours out"
    assert keeps_places(kernel, tolerance), "`sharpen` moves the picture: turned by 180° it is another kernel"


@points(1, hint="Weights above and below the middle have opposite signs; along the edge they have the same.")
@pytest.mark.parametrize("name", ["horizontal_edges", "vertical_edges"])
def test_edges(submission, name):
    """The kernel responds to edges of its direction, and to nothing else."""
    kernel, tolerance = read(submission, name)
    horizon = np.repeat([0, 0, 0, 1, 1, 1], 6).reshape(6, 6)
    steps = {"horizontal_edges": horizon, "vertical_edges": horizon.T}
    (other,) = set(steps) - {name}
    flat = np.abs(responses(kernel, np.ones((6, 6)))).max()
    own, across = (np.abs(responses(kernel, steps[each])).max() for each in (name, other))
    said = f"`{name}` answers {flat:.3g} to a flat area of ones: its weights should add up to 0"
    assert flat <= tolerance, said
    assert own > tolerance or across <= tolerance, (
        f"`{name}` answers to {other.replace('_', ' ')} and not to its own: rows and columns are exchanged"
    )
    assert own > tolerance, f"`{name}` does not answer to an edge of its direction"
    assert across <= tolerance, f"`{name}` also answers to {other.replace('_', ' ')}, with up to {across:.3g}"
