"""Max pooling by hand.

The matrix stands in the notebook; here it is only repeated, so that an edited copy in a submission changes nothing.
"""

from __future__ import annotations

import numpy as np

from autograder.suite import points, question

pytestmark = question("max_pool_by_hand")

MATRIX = np.array(
    [
        [9, 5, 4, 5, 6, 4],
        [6, 6, 3, 5, 8, 2],
        [4, 6, 9, 1, 3, 6],
        [9, 7, 1, 5, 8, 1],
        [4, 9, 9, 5, 7, 3],
        [7, 3, 6, 4, 9, 1],
    ]
)


@points(1, hint="With stride 2 the windows of 2x2 do not overlap: how many of them lie side by side in 6 columns?")
def test_shape(submission):
    """The shape of the pooled matrix is right."""
    found = submission.numbers("pooled_shape", count=2)
    assert tuple(found) == (3, 3), (
        f"`pooled_shape` is {tuple(found)}: count the windows that lie below each other, and those side by side"
    )


@points(1, hint="Go through the windows row by row, and keep the largest of four numbers.")
def test_values(submission):
    """Each number is the largest of its window."""
    pooled = submission.array("pooled", shape=(3, 3), dtype="number")
    expected = MATRIX.reshape(3, 2, 3, 2).max(axis=(1, 3))
    wrong = np.argwhere(pooled != expected)
    assert len(wrong) == 0, (
        f"{len(wrong)} of the 9 numbers in `pooled` are not the largest of their window, the first of them stands "
        f"in row {wrong[0][0] + 1}, column {wrong[0][1] + 1}"
    )
