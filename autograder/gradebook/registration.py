"""Puts an assignment into nbgrader's gradebook: its cells, what they are worth, and what nbgrader puts back.

nbgrader's own autograde gives full marks to a grade cell that is silent, and the real checks are not in the
notebook. So the text that it puts back into each grade cell raises, when autograde runs it and only then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.gradebook.database import open_gradebook
from autograder.notebooks import cells
from autograder.notebooks.cells import CellKind

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, Notebook

GUARD = """\
### BEGIN HIDDEN TESTS
if __import__("os").environ.get("NBGRADER_EXECUTION") == "autograde":
    raise RuntimeError("graded by autograder grade: nbgrader autograde does not know the checks")
### END HIDDEN TESTS
"""
"""nbgrader sets that variable to ``autograde`` in its autograde step, and to ``validate`` in its validator."""


def register(course: Course, assignment: Assignment, release: NotebookNode) -> None:
    """Make the gradebook know the cells of a release; done twice, nothing changes.

    Submissions that are in the gradebook already get a grade and a comment for each new cell.

    Raises
    ------
    AssignmentError
        If the release lacks a question that a person has graded.
    InfrastructureError
        If the gradebook cannot be used.
    """
    with open_gradebook(course) as gradebook:
        registered(gradebook, course, assignment, release)
        gradebook.db.commit()


def registered(gradebook: Gradebook, course: Course, assignment: Assignment, release: NotebookNode) -> Notebook:
    """Do what `register` does in an open gradebook, without committing, and return its notebook."""
    from nbgrader import api

    session = gradebook.db
    owner = session.query(api.Assignment).filter_by(name=assignment.id).one_or_none()
    if owner is None:
        owner = api.Assignment(name=assignment.id, course_id=course.settings.course_id)
        session.add(owner)
    notebook = next((each for each in owner.notebooks if each.name == assignment.id), None)
    if notebook is None:
        notebook = api.Notebook(name=assignment.id, assignment=owner)
        session.add(notebook)
    _update(notebook, kernelspec=json.dumps(release.metadata.kernelspec))
    wanted = {(row.kind, row.name): row for cell in release.cells for row in _rows(cell)}
    rows = (*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells, *notebook.source_cells)
    existing = {(type(row).__name__, row.name): row for row in rows}
    for key in existing.keys() - wanted.keys():
        _remove(session, existing[key], assignment)
    for (kind, name), row in wanted.items():
        entry = existing.get((kind, name))
        if entry is None:
            entry = getattr(api, kind)(name=name, notebook=notebook, **row.values)
            session.add(entry)
        _update(entry, **row.values)
    session.flush()
    session.expire(notebook)
    _complete_submissions(session, notebook)
    return notebook


@dataclass(frozen=True)
class _Row:
    """One row of the gradebook that a cell asks for; `kind` is the name of nbgrader's class."""

    kind: str
    name: str
    values: dict[str, Any]


def _rows(cell: NotebookNode) -> Iterator[_Row]:
    """Yield the rows for one cell, as nbgrader's SaveCells makes them."""
    from nbgrader.utils import compute_checksum

    kind, name = cells.kind(cell), cells.grade_id(cell)
    if kind is CellKind.PLAIN or name is None:
        return
    if kind in (CellKind.TEST, CellKind.MANUAL):
        yield _Row("GradeCell", name, {"max_score": cells.points(cell), "cell_type": cell.cell_type})
    if kind.is_answer:
        yield _Row("SolutionCell", name, {})
    stored = cell
    if kind is CellKind.TEST:
        stored = NotebookNode({**cell, "source": GUARD + cell.source})
    yield _Row(
        "SourceCell",
        name,
        {
            "cell_type": stored.cell_type,
            "locked": kind.is_locked,
            "source": stored.source,
            "checksum": compute_checksum(stored),
        },
    )


def _update(row: Any, **values: object) -> None:
    """Set what differs."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _remove(session: Any, row: Any, assignment: Assignment) -> None:
    """Remove the row of a cell that the release no longer has, with what was computed for it."""
    from nbgrader import api

    given = 0
    if not isinstance(row, api.SourceCell):
        grades = session.query(api.Grade).filter_by(cell_id=row.id).all()
        comments = session.query(api.Comment).filter_by(cell_id=row.id).all()
        given = sum(grade.manual_score is not None or bool(grade.extra_credit) for grade in grades)
        given += sum(bool(comment.manual_comment) for comment in comments)
        for each in (*grades, *comments):
            session.delete(each)
    if given:
        raise AssignmentError(
            f"{assignment.id}: the notebook no longer has the cell {row.name}, but in the gradebook people gave "
            f"{given} scores and comments to it: put the cell back, or remove them in Formgrader"
        )
    session.delete(row)


def _complete_submissions(session: Any, notebook: Notebook) -> None:
    """Give each submission a grade and a comment for the cells that came after it."""
    from nbgrader import api
    from sqlalchemy import func

    graded = {row.id for row in notebook.grade_cells}
    answered = {row.id for row in notebook.solution_cells}
    submitted = session.query(api.SubmittedNotebook.id).filter_by(notebook_id=notebook.id)
    number = submitted.with_entities(func.count()).scalar()
    for made, needed in ((api.Grade, graded), (api.Comment, answered)):
        # By cell, for which nbgrader's tables have an index; for notebooks they have none.
        rows = session.query(made.notebook_id, made.cell_id).filter(made.cell_id.in_(needed))
        if rows.with_entities(func.count()).scalar() == number * len(needed):
            continue
        there = {(owner, cell) for owner, cell in rows}
        session.add_all(
            made(cell_id=cell, notebook_id=owner)
            for (owner,) in submitted
            for cell in sorted(needed)
            if (owner, cell) not in there
        )
    session.flush()
