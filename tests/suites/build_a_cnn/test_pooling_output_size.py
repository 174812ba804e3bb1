"""Size of a map after pooling.

Sizes are drawn at random: windows that fit exactly, windows that leave a rest, and strides that are not the size of
the window.
"""

from __future__ import annotations

from autograder.suite import number, points, question

pytestmark = question("pooling_output_size")


def check_size(submission, places, pool, stride, rest):
    """Ask for the size of a map in which a window fits in so many places, with a rest of pixels at the end."""
    n = pool + (places - 1) * stride + rest
    found = submission.call("pooling_output_size", n, pool, stride, returns=number())
    said = f"for {n} pixels, a window of {pool} and stride {stride} the size is {found:g}, "
    assert found == places, f"{said}that is not the number of places where the window fits"


@points(1, hint="Try it with a pencil: six pixels, windows of two, side by side.", needs="test_whole_number")
def test_windows_side_by_side(submission, rng):
    """Where windows stand side by side and fit exactly, the size is the number of windows."""
    for pool in (1, 2, 3):
        check_size(submission, int(rng.integers(2, 9)), pool, pool, 0)
    check_size(submission, 1, 4, 4, 0)


@points(1, hint="A window that would reach over the border is left out.", needs="test_windows_side_by_side")
def test_rest(submission, rng):
    """A rest that is too small for another window is left out."""
    for pool in (2, 3, 5):
        check_size(submission, int(rng.integers(2, 9)), pool, pool, pool - 1)
        check_size(submission, int(rng.integers(2, 9)), pool, pool, 1)


@points(1, hint="The first window needs `pool` pixels, each further one `stride` more.", needs="test_whole_number")
def test_other_strides(submission, rng):
    """Windows may overlap, or leave pixels out between them."""
    for pool, stride, rest in ((3, 2, 0), (3, 1, 0), (4, 3, 1), (2, 3, 0), (1, 2, 1), (2, 5, 4)):
        check_size(submission, int(rng.integers(2, 9)), pool, stride, rest)
