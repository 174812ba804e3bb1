"""Promises of `notebooks.repairs`: what is said to whom, and where it is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.notebooks import repairs
from autograder.notebooks.matching import How
from autograder.records import RepairKind

SAID = (
    repairs.another_assignment("maths", "convnets"),
    repairs.nothing_found(),
    repairs.another_release("bbbb", "aaaa", 1),
    repairs.new_question("area", "bbbb"),
    repairs.gone_question("perimeter", 3),
    repairs.old_format(3),
    repairs.odd_layout(),
    repairs.encoding("UTF-16"),
    repairs.kernel("R"),
    repairs.damaged([(3, "no cell at all"), (4, "no type that is known")]),
    repairs.ids([3]),
    repairs.characters({"line ends of Windows": [3, 4], "characters that are no text": [5]}),
    repairs.whitespace("area", "tabs mixed with spaces", 3),
    repairs.whitespace(None, "tabs mixed with spaces", 3),
    repairs.order(["area", "total"]),
    repairs.missing_plain(2),
    repairs.missing_locked("The check cell of `area`", "area"),
    repairs.missing_answer("area"),
    repairs.changed("The check cell of `area`", "area", [3], has_kept=True),
    repairs.duplicate("area", 2, has_versions=True, numbers=[3]),
    repairs.joined("area", [3, 4]),
    repairs.separated("area", 3),
    repairs.retyped("area", ["raw"], "code", [3]),
    *(repairs.found("area", how, ["area"], [3]) for how in How),
    repairs.pictures("area", [3]),
)


def test_every_kind_is_said():
    """There is a sentence for each kind of repair, and no kind without one."""
    assert {repair.kind for repair in SAID} == set(RepairKind)


@pytest.mark.parametrize("repair", SAID, ids=lambda repair: repair.message[:40])
def test_student_and_staff_read_different_sentences(repair):
    """Both sentences are there and end; the student's names no cell by its number in the file, which pages lack."""
    assert repair.message.endswith(".")
    assert repair.staff_note.endswith(".")
    assert not re.search(r"\b[Cc]ells? \d", repair.message)


def test_cells_are_counted_as_people_do():
    """Staff reads numbers from 1, in order, each once, and not more than a line of them."""
    assert repairs.joined("area", [4, 3, 3]).staff_note.startswith("Cells 4 and 5 ")
    assert repairs.ids(range(500)).staff_note.startswith("Cells 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 489 more:")


def test_names_that_students_chose_stay_short():
    """A mark or a kernel of any length, with line ends and quotes in it, is a short word in a sentence."""
    name = "a`b\n# c" * 500
    for repair in (repairs.gone_question(name, 1), repairs.kernel(name)):
        assert len(repair.message) < 250
        assert "\n" not in repair.message + repair.staff_note
        assert "`b" not in repair.message + repair.staff_note


def test_the_manual_has_a_line_for_each_kind():
    """The table in docs/notebooks.md has exactly the kinds that there are, in their order."""
    manual = Path(__file__).parents[3] / "docs" / "notebooks.md"
    assert re.findall(r"^\| `(\w+)` \|", manual.read_text("utf-8"), re.MULTILINE) == [kind.value for kind in RepairKind]
