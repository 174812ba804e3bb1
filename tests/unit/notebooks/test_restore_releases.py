"""Promises of `notebooks.restore` about submissions made from another release of the assignment."""

from __future__ import annotations

import copy
import hashlib

from nbformat import NotebookNode
from notebooks import answer, check, code, manual, text
from practical import ALL, ANSWERS, STUBS, WHY, answers_of, position, restored, said, solved

from autograder.notebooks import cells

OLD = {"assignment": "practical", "release_id": "bbbb"}


def sealed(cell: NotebookNode) -> NotebookNode:
    """Return a cell with nbgrader's checksum of it, as a release has it."""
    marks = cell.metadata.nbgrader
    parts = [cell.source, cell.cell_type, str(marks.grade), str(marks.solution), str(cells.kind(cell).is_locked)]
    parts += [marks.grade_id, *([str(float(marks.points))] if marks.grade else [])]
    marks.checksum = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return cell


def without(given: list[NotebookNode], *names: str) -> list[NotebookNode]:
    """Return cells without those of some grade ids."""
    return [cell for cell in given if cells.grade_id(cell) not in names]


def test_answers_to_an_older_release_are_brought_to_this_one():
    """Where questions still stand, their answers count; the release is named to staff alone."""
    result = restored(solved(), autograder=OLD)
    assert answers_of(result) == ALL
    assert said(result) == [("release", None)]
    assert result.release_id == "bbbb"
    assert "bbbb" not in result.repairs[0].message
    assert "`bbbb`, this one is `aaaa`" in result.repairs[0].staff_note
    assert result.notebook.metadata.autograder.release_id == "aaaa"


def test_a_question_that_is_new_counts_as_not_attempted():
    """A question that the student's release did not have is the stub, and the sentence says why."""
    result = restored(without(solved(), "grid", "test_grid"), autograder=OLD)
    assert answers_of(result) == {**ALL, "grid": STUBS["grid"]}
    assert said(result) == [("release", None), ("new", "grid")]
    assert "did not have the question `grid`" in result.repairs[1].message
    assert "not attempted" in result.repairs[1].message


def test_a_cell_in_the_place_of_a_new_question_is_no_answer():
    """What a student wrote where a later release has a question stays their own."""
    given = without(solved(), "grid", "test_grid", "why")
    given.append(NotebookNode(code("print('that is all')"), id="mine"))
    given.insert(position(given, "test_total") + 2, NotebookNode(text("My notes."), id="mine-too"))
    result = restored(given, autograder=OLD)
    assert answers_of(result) == {**ALL, "grid": STUBS["grid"], "why": WHY}
    assert said(result) == [("release", None), ("new", "why"), ("new", "grid")]
    sources = [cell.source for cell in result.notebook.cells]
    assert {"print('that is all')", "My notes."} <= set(sources)


def test_a_deleted_answer_is_no_new_question():
    """Where the release is the present one, or the question's check is there, the cell was deleted."""
    same = restored(without(solved(), "grid", "test_grid"))
    assert said(same) == [("missing", "grid"), ("missing", "grid")]
    older = restored(without(solved(), "grid"), autograder=OLD)
    assert said(older) == [("release", None), ("missing", "grid")]


def test_a_question_that_is_gone_is_kept_and_said():
    """The answer to a question that is not asked any more stands as a cell of the student's own."""
    given = solved()
    at = position(given, "total")
    given[at:at] = [
        NotebookNode(text("Now the perimeter."), id="p0"),
        NotebookNode(answer("perimeter", "def perimeter(w, h):\n    return 2 * (w + h)"), id="p1"),
        NotebookNode(check("perimeter", "assert perimeter(1, 2)", points=1), id="p2"),
        NotebookNode(sealed(_node(manual("motive", WHY))), id="p3"),
    ]
    result = restored(given, autograder=OLD)
    assert answers_of(result) == ALL
    assert said(result) == [("release", None), ("gone", None)]
    assert "`perimeter` is not in this release" in result.repairs[1].message
    assert f"Cell {at + 2} is marked" in result.repairs[1].staff_note
    assert "def perimeter(w, h):\n    return 2 * (w + h)" in [cell.source for cell in result.notebook.cells]


def test_an_untouched_stub_of_an_older_release_is_no_answer():
    """A stub that reads otherwise in this release is this release's, and what the older one locked is not 'changed'."""
    given = solved()
    stub = given[position(given, "area")]
    stub.source = "def area(w, h):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    checks = given[position(given, "test_area")]
    checks.source = "assert area"
    sealed(stub), sealed(checks)
    result = restored(given, autograder=OLD)
    assert answers_of(result) == {**ALL, "area": STUBS["area"]}
    assert said(result) == [("release", None)]
    assert "2 cells differ" in result.repairs[0].staff_note


def test_an_answer_below_an_old_stub_is_found():
    """An old stub that was left as it was does not stand in the way of the answer below it."""
    given = solved()
    at = position(given, "area")
    given[at].source = "def area(w, h):\n    raise NotImplementedError()"
    sealed(given[at])
    given.insert(
        at + 1, NotebookNode({**given[at], "id": "mine", "metadata": NotebookNode(), "source": ANSWERS["area"]})
    )
    assert answers_of(restored(given, autograder=OLD)) == ALL


def test_an_edited_check_of_an_older_release_is_changed():
    """A checksum that does not fit any more says that the student edited the cell."""
    given = solved()
    checks = sealed(given[position(given, "test_area")])
    checks.source = "pass"
    assert said(restored(given, autograder=OLD)) == [("release", None), ("changed", "area")]


def test_a_checksum_says_nothing_in_the_present_release():
    """Only another release's stubs are told by checksums: a forged one changes nothing here."""
    given = copy.deepcopy(solved())
    sealed(given[position(given, "area")])
    result = restored(given)
    assert answers_of(result) == ALL
    assert result.repairs == ()


def _node(cell: dict) -> NotebookNode:
    """Return a cell whose metadata can be read as attributes."""
    marks = NotebookNode(cell["metadata"]["nbgrader"])
    return NotebookNode({**cell, "metadata": NotebookNode(nbgrader=marks)})
