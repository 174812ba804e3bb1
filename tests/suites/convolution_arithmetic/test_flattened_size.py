"""Maps flattened for a dense layer."""

from __future__ import annotations

from autograder.suite import points, question

pytestmark = question("flattened_size")

SLIPS = {
    100: "those are the numbers of one map",
    160: "those are the numbers of one row",
    16: "those are the maps, each of which has many numbers",
    36: "the lengths of the axes are added",
    1601: "the bias is no input",
}


@points(1, hint="Flattening forgets no number: count all that are in the maps.")
def test_counts_all_numbers(submission):
    """Every number of every map is an input of the dense layer."""
    found = submission.number("flattened_size")
    why = SLIPS.get(found, "how many numbers are in an array of that shape?")
    assert found == 10 * 10 * 16, f"`flattened_size` is {found:g}, another number was asked for: {why}"
