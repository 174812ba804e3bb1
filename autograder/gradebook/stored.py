"""What the gradebook holds of some students, as plain rows: most of a class is as it was, and need not be written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from autograder.gradebook.comments import comment
from autograder.gradebook.waiting import grade_cell
from autograder.records import GradeReport, QuestionResult, StudentId

if TYPE_CHECKING:
    from nbgrader.api import Notebook


class _Grade(NamedTuple):
    auto_score: float | None
    manual_score: float | None
    needs_manual_grade: bool


class _HandedIn(NamedTuple):
    timestamp: datetime | None
    extension: timedelta | None
    penalty: float | None


class Stored:
    """The rows of some students for one notebook.

    Parameters
    ----------
    session
        nbgrader's, of SQLAlchemy.
    notebook
        As `registration.registered` returned it.
    students
        Whose rows are read.
    """

    def __init__(self, session: Any, notebook: Notebook, students: Collection[StudentId]) -> None:
        from nbgrader import api

        owner, submitted = api.SubmittedAssignment, api.SubmittedNotebook

        def rows(*columns: Any) -> Any:
            found = session.query(owner.student_id, *columns).select_from(owner)
            found = found.join(submitted, submitted.assignment_id == owner.id)
            return found.filter(submitted.notebook_id == notebook.id, owner.student_id.in_(list(students)))

        self._duedate: datetime | None = notebook.assignment.duedate
        self._grade_cells = {row.name: row.id for row in notebook.grade_cells}
        self._answers = {row.name: row.id for row in notebook.solution_cells}
        self._handed_in = {
            student: _HandedIn(*values)
            for student, *values in rows(owner.timestamp, owner.extension, submitted.late_submission_penalty)
        }
        whose = {made: student for student, made in rows(submitted.id)}

        def by_cell(kind: Any, cells: Collection[str], *columns: Any) -> Any:
            found = session.query(kind.notebook_id, kind.cell_id, *columns)
            return found.filter(kind.cell_id.in_(list(cells)), kind.notebook_id.in_(list(whose)))

        score, text = api.Grade, api.Comment
        columns = (score.auto_score, score.manual_score, score.needs_manual_grade)
        self._grades = {
            (whose[made], cell): _Grade(*values)
            for made, cell, *values in by_cell(score, self._grade_cells.values(), *columns)
        }
        self._comments = {
            (whose[made], cell): said for made, cell, said in by_cell(text, self._answers.values(), text.auto_comment)
        }

    def holds(self, report: GradeReport, timestamp: datetime | None, scores: dict[str, float | None]) -> bool:
        """Return whether writing a report would change nothing; False also where that is not sure.

        Parameters
        ----------
        timestamp
            When the notebook was handed in, where that is known.
        scores
            What each question gets, within its bounds.
        """
        known = self._handed_in.get(report.student)
        if known is None or (timestamp is not None and known.timestamp != timestamp) or self._is_late(known):
            return False
        return all(self._has(report, question, scores[question.grade_id]) for question in report.questions)

    def _is_late(self, known: _HandedIn) -> bool:
        """Whether the course's rule for late submissions has to be asked, or undone."""
        if known.penalty is not None:
            return True
        if known.timestamp is None or self._duedate is None:
            return False
        return known.timestamp > self._duedate + (known.extension or timedelta())

    def _has(self, report: GradeReport, question: QuestionResult, score: float | None) -> bool:
        grade = self._grades.get((report.student, self._grade_cells.get(grade_cell(question))))
        if grade is None or grade.auto_score != score:
            return False
        if grade.manual_score is None and grade.needs_manual_grade != (score is None):
            return False
        place = report.student, self._answers.get(question.grade_id)
        return place in self._comments and self._comments[place] == comment(report, question)
