"""Promises of `notebooks.restore` about marks that are doubled, exchanged, or on the wrong cell."""

from __future__ import annotations

import copy

import pytest
from nbformat import NotebookNode
from notebooks import code
from practical import ALL, ANSWERS, STUBS, answers_of, copied, position, release, restored, said, solved


def test_a_copy_of_another_questions_cell_is_told_by_what_it_defines():
    """A cell that was copied to answer another question in has that question's answer, whatever its mark says."""
    given = solved()
    at = position(given, "total")
    given[at] = copied(given[position(given, "area")], ANSWERS["total"])
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("found", "total")]


def test_an_answer_below_an_older_version_of_another_is_found():
    """A cell that was merged into a copy of another question's answer is found in it, whichever copy counts."""
    given = solved()
    older = f"{ANSWERS['total']}\n{ANSWERS['area']}"
    given[position(given, "area")] = copied(given[position(given, "total")], older)
    result = restored(given)
    assert answers_of(result) == ALL
    assert {question for _, question in said(result)} == {"area", "total"}


@pytest.mark.parametrize("other", ["total", "grid", "why"])
def test_exchanged_marks_are_told_by_what_the_cells_define(other):
    """Where the marks of two answers were exchanged, each cell is the answer to what it defines, in its own place."""
    given = solved()
    one, two = given[position(given, "area")], given[position(given, other)]
    one.metadata, two.metadata = two.metadata, one.metadata
    result = restored(given)
    assert answers_of(result) == ALL
    assert ("found", "area") in said(result)
    assert [cell.id for cell in result.notebook.cells] == [cell.id for cell in release().cells]


def test_a_written_answer_with_the_mark_of_code_is_no_version_of_it():
    """A text that bears a code question's mark beside its real answer stays the answer where it stands."""
    given = solved()
    given[position(given, "why")].metadata = copy.deepcopy(given[position(given, "area")].metadata)
    result = restored(given)
    assert answers_of(result) == ALL


def test_the_mark_on_a_helper_does_not_hide_the_answer_below_it():
    """Where a split left the mark on the first statements alone, the cell below with the answer belongs to it."""
    given = solved()
    at = position(given, "grid")
    given[at].source = "half = 2"
    given.insert(at + 1, NotebookNode(code("rows = 3\ncolumns = 2 * half"), id="mine"))
    result = restored(given)
    assert answers_of(result)["grid"] == "half = 2\nrows = 3\ncolumns = 2 * half"
    assert said(result) == [("joined", "grid")]


def test_two_written_answers_with_one_mark_are_both_kept():
    """Of two written answers with one mark the last one counts; the other one stands before it."""
    given = solved()
    at = position(given, "why")
    given.insert(at, NotebookNode(code("x = 1"), id="mine"))
    given.insert(at, copied(given[at + 1], "At first I thought otherwise."))
    result = restored(given)
    assert answers_of(result) == ALL
    assert said(result) == [("duplicate", "why")]
    assert "At first I thought otherwise." in [cell.source for cell in result.notebook.cells]


@pytest.mark.parametrize("keeper", ["check", "own cell"])
def test_a_mark_on_a_strange_cell_does_not_hide_the_answer(keeper):
    """Where the mark stands on code that answers nothing, what defines the answer is it; the other runs before it."""
    given = solved()
    at = position(given, "area")
    given[at].source = "side = 3"
    if keeper == "check":
        given[position(given, "test_area")].source += f"\n{ANSWERS['area']}"
    else:
        given.insert(position(given, "test_grid"), NotebookNode(code(ANSWERS["area"]), id="mine"))
    result = restored(given)
    assert answers_of(result) == ALL
    sources = [cell.source for cell in result.notebook.cells]
    assert sources.index("side = 3") < sources.index(ANSWERS["area"])


def test_the_stub_of_another_question_is_no_answer():
    """A copied stub that got the mark of a question below the answer does not undo it."""
    given = solved()
    given.insert(0, copied(given[position(given, "total")], STUBS["area"]))
    del given[position(given[1:], "total") + 1]
    result = restored(given)
    assert answers_of(result) == {**ALL, "total": STUBS["total"]}
    assert STUBS["area"] not in [cell.source for cell in result.notebook.cells]


def test_the_mark_of_an_answer_on_a_check_does_not_hide_the_answer():
    """A cell that says what a cell of the release says is that one, and a second one that says it is an answer."""
    given = solved()
    total = given[position(given, "total")]
    given[position(given, "test_area")].metadata = total.metadata
    total.metadata = NotebookNode()
    assert answers_of(restored(given)) == ALL
    given = solved()
    given[position(given, "total")].source = "import math"
    assert answers_of(restored(given)) == {**ALL, "total": "import math"}


def test_an_older_version_of_one_answer_is_no_answer_to_another():
    """What defines one question's answer does not stand for another one that is open, whatever stands around it."""
    given = solved()
    at = position(given, "total")
    given = [given[at - 1], *given[: at - 1], *given[at + 1 :]]
    older = "def area(width, height):\n    return 0"
    given.insert(position(given, "area"), NotebookNode(code(older), id="mine"))
    result = restored(given)
    assert answers_of(result) == {**ALL, "total": STUBS["total"]}


def test_a_version_between_older_ones_and_the_answer_runs_before_it():
    """An unmarked version below a marked one does not undo the last marked one, wherever that stands."""
    given = solved()
    at = position(given, "grid")
    given.append(copied(given[at]))
    given[at].source = "rows = 1\ncolumns = 1"
    given.insert(at + 1, NotebookNode(code("rows = 2\ncolumns = 2"), id="mine"))
    result = restored(given)
    assert answers_of(result) == ALL
    versions = [cell.source for cell in result.notebook.cells if cell.source.startswith("rows")]
    assert versions == ["rows = 1\ncolumns = 1", "rows = 2\ncolumns = 2", ANSWERS["grid"]]
