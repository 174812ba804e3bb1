"""Messy notebooks, graded as one class by the public command: each loses what its mess destroyed, and no more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from messy import course
from messy.case import Case, Ended
from messy.catalogue import CASES
from messy.course import FULL
from messy.harness import Graded, grade

from autograder.records import CellRun, CellStatus, Outcome, RepairKind
from autograder.sandbox.short_training import ONE_BATCH

LONGEST = 320
"""Characters of a sentence that anybody reads to its end."""

each_case = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=[pytest.mark.slow] * case.is_variant) for case in CASES]
)


def test_every_notebook_has_a_row(graded: Graded):
    """Nobody is left out, and no check waits for a person because something of ours failed."""
    assert graded.code == 0, graded.said[-3000:]
    assert sorted(graded.reports) == sorted(graded.handed_in)


@pytest.mark.slow
def test_verdicts_do_not_hang_on_cells_that_nothing_needs(graded: Graded, tmp_path: Path):
    """Every check ends as where all cells run, with the same words."""
    needed = grade(course.build(tmp_path)[0], graded.handed_in)
    assert {name: report.checks for name, report in needed.reports.items()} == {
        name: report.checks for name, report in graded.reports.items()
    }
    ran = [sum(len(report.cells) for report in each.reports.values()) for each in (needed, graded)]
    assert 0 < ran[0] < ran[1], ran


@each_case
def test_scores(graded: Graded, case: Case):
    """Questions that the mess left whole have their full marks, the others what is left of them."""
    expected = dict.fromkeys(FULL, 0.0) if case.problem else {**FULL, **case.points}
    assert {each.grade_id: each.score for each in graded.reports[case.name].questions} == expected


@each_case
def test_nothing_is_an_error(graded: Graded, case: Case):
    """A mess is never a fault of ours, and what was not attempted is told from what is wrong."""
    report = graded.reports[case.name]
    assert not report.has_errors, [check.staff_note for check in report.checks]
    skipped = {check.question for check in report.checks if check.outcome is Outcome.NOT_ATTEMPTED}
    assert skipped == set(case.untouched)


@each_case
def test_repairs(graded: Graded, case: Case):
    """Everything that was put right is told, and nothing else; once to the student and once to staff."""
    repairs = graded.reports[case.name].repairs
    assert Counter((each.kind, each.grade_id) for each in repairs) == Counter(case.repairs)
    for each in repairs:
        assert 15 < len(each.message) < LONGEST
        assert 15 < len(each.staff_note) < LONGEST


@each_case
def test_cells(graded: Graded, case: Case):
    """A student reads of each cell that did not end well how it ended; all others ran."""
    cells = graded.reports[case.name].cells
    assert bool(cells) is not bool(case.problem)
    bad = [cell for cell in cells if cell.status is not CellStatus.OK]
    assert _told_apart(bad, case.ended), [(cell.grade_id, cell.status, cell.message) for cell in bad]


@each_case
def test_notes(graded: Graded, case: Case):
    """A student reads of each line that was left out that it was, and what to write today."""
    notes = [note for cell in graded.reports[case.name].cells for note in cell.notes if note != ONE_BATCH]
    assert len(notes) == len(case.notes), notes
    left = list(notes)
    for words in case.notes:
        found = next((note for note in left if words in note), None)
        assert found is not None, (words, left)
        left.remove(found)


@each_case
def test_problems(graded: Graded, case: Case):
    """A file that is no notebook is said to be none, in a sentence; every other one is graded."""
    problem = graded.reports[case.name].problem
    assert case.problem in problem
    assert bool(case.problem) is bool(problem)


@each_case
def test_the_submission_is_left_alone(graded: Graded, case: Case):
    """What was handed in lies there byte for byte."""
    assert graded.left(case.name) == graded.handed_in[case.name]


@each_case
def test_a_page_and_a_notebook_are_written(graded: Graded, case: Case):
    """Each student has a page; the executed notebook has the release's cells in the release's order."""
    root = graded.course.root
    assert (root / "feedback" / case.name / course.NAME / f"{course.NAME}.html").stat().st_size < 1 << 20
    executed = root / "autograded" / case.name / course.NAME / f"{course.NAME}.ipynb"
    assert executed.exists() is not bool(case.problem)
    if executed.exists():
        assert _marks(executed) == _marks(graded.course.assignment(course.NAME).released_notebook)


def test_a_trouble_each():
    """No two cases are the same, and there are more than sixty of them."""
    assert len({case.name for case in CASES}) == len({case.title for case in CASES}) == len(CASES) > 60


def test_every_kind_of_repair_occurs():
    """There is a case for each kind."""
    assert {kind for case in CASES for kind, _ in case.repairs} == set(RepairKind)


def _told_apart(cells: Iterable[CellRun], expected: Iterable[Ended]) -> bool:
    """Return whether each cell is one of those expected, and each of those one of the cells."""
    left = list(cells)
    for each in expected:
        found = next(
            (
                cell
                for cell in left
                if (cell.grade_id, cell.status) == (each.grade_id, each.status) and each.words in cell.message
            ),
            None,
        )
        if found is None:
            return False
        left.remove(found)
    return not left


def _marks(path: Path) -> list[str]:
    """Return the marks of a notebook's cells, in their order."""
    cells = json.loads(path.read_text())["cells"]
    return [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells if "nbgrader" in cell["metadata"]]
