"""Values of an image.

One number, one check.
"""

from __future__ import annotations

from autograder.suite import points, question

pytestmark = question("num_inputs")


@points(1, hint="Every pixel has three values. How many pixels are there?")
def test_counts_every_value(submission):
    """The number counts every value of the image."""
    found = submission.number("num_inputs")
    assert found != 32 * 32, f"`num_inputs` is {found:,}: those are the pixels, each of which has three values"
    assert found == 32 * 32 * 3, (
        f"`num_inputs` is {found:,}, another number was asked for: multiply rows, columns and channels"
    )
