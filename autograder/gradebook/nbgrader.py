"""Scores in nbgrader's gradebook: written once for a whole batch, never over what a person gave."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, SubmissionError
from autograder.gradebook.comments import comment
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.lateness import Rule, rule_of
from autograder.gradebook.registration import registered
from autograder.notebooks import cells
from autograder.notebooks.reading import read_file
from autograder.records import GradeReport, QuestionKind, StudentId

if TYPE_CHECKING:
    from nbgrader.api import Notebook

_MAX_TIMESTAMP = 100  # characters


class Score(NamedTuple):
    """What the gradebook says of one submission, with what people gave."""

    score: float
    max_score: float
    needs_manual_grade: bool


def write_reports(
    course: Course, assignment: Assignment, release: NotebookNode, reports: Iterable[GradeReport]
) -> None:
    """Write the scores of a batch, all of them or none.

    A score is kept within 0 and the question's points; a question without one is marked as needing a person. Scores,
    credit and comments that people gave stay. Where a person graded a question and its automatic score is another
    now, or the notebook was handed in again, it is marked for another look. Who was late, by the deadlines and
    extensions in the gradebook, loses what the course's rule says. Done twice, nothing changes.

    Raises
    ------
    AssignmentError
        If reports and release do not have the same questions with the same points, or the rule for late submissions
        cannot be used.
    InfrastructureError
        If the gradebook cannot be used.
    """
    reports = tuple(reports)
    expected = cells.question_points(release)
    for report in reports:
        if {question.grade_id: question.max_score for question in report.questions} != expected:
            raise AssignmentError(
                f"{assignment.id}: what was graded and release/{assignment.id} have different questions or points: "
                f"run `autograder release {assignment.id}`"
            )
    with open_gradebook(course) as gradebook:
        notebook = registered(gradebook, course, assignment, release)
        ledger = _Ledger(gradebook.db, notebook)
        handed_in = {each.student: each.path for each in course.submissions(assignment.id)}
        for report in reports:
            path = handed_in.get(report.student)
            ledger.write(report, None if path is None else _timestamp(path.parent / "timestamp.txt"))
        ledger.penalise(course, [report.student for report in reports])
        gradebook.db.commit()


def read_scores(course: Course, assignment: Assignment) -> dict[StudentId, Score]:
    """Return what each student has in the gradebook, by nbgrader's own sums; empty where there is no gradebook.

    Raises
    ------
    InfrastructureError
        If the gradebook cannot be used.
    """
    if not course.gradebook.is_file():
        return {}
    with open_gradebook(course) as gradebook:
        from nbgrader import api

        submitted = api.SubmittedAssignment
        rows = (
            gradebook.db.query(submitted.student_id, submitted.score, submitted.max_score, submitted.needs_manual_grade)
            .join(api.Assignment)
            .filter(api.Assignment.name == assignment.id)
            .order_by(submitted.student_id)
        )
        return {StudentId(student): Score(score, most, bool(needs)) for student, score, most, needs in rows}


class _Ledger:
    """The rows of one notebook, read once: asking for each by itself would take minutes for a class."""

    def __init__(self, session: Any, notebook: Notebook) -> None:
        from nbgrader import api

        self._session = session
        self._notebook = notebook
        self._grade_cells = {row.name: row for row in notebook.grade_cells}
        self._solution_cells = {row.name: row for row in notebook.solution_cells}
        owner = api.SubmittedAssignment
        self._submissions = {
            row.student_id: row for row in session.query(owner).filter_by(assignment_id=notebook.assignment_id)
        }
        students = session.query(api.Student).all()
        self._students = {row.id: row for row in students}
        mine = session.query(api.SubmittedNotebook).filter_by(notebook_id=notebook.id)
        self._notebooks = {row.assignment_id: row for row in mine}
        self._grades = self._by_cell(api.Grade)
        self._comments = self._by_cell(api.Comment)

    def _by_cell(self, kind: Any) -> dict[tuple[str, str], Any]:
        """Return the rows of one table by submitted notebook and cell."""
        from nbgrader.api import SubmittedNotebook

        rows = self._session.query(kind).join(SubmittedNotebook)
        rows = rows.filter(SubmittedNotebook.notebook_id == self._notebook.id)
        return {(row.notebook_id, row.cell_id): row for row in rows}

    def write(self, report: GradeReport, timestamp: datetime | None) -> None:
        """Set what one report says."""
        notebook, again = self._submitted(report.student, timestamp)
        for question in report.questions:
            name = question.grade_id
            answer = self._solution_cells[name]
            is_manual = question.kind is QuestionKind.MANUAL
            cell = self._grade_cells[name if is_manual else f"{cells.TEST_PREFIX}{name}"]
            grade = self._grades[notebook.id, cell.id]
            score = _clamped(question.score, cell.max_score)
            needs = score is None
            if grade.manual_score is not None:
                needs = grade.needs_manual_grade or again or grade.auto_score != score
            grade.auto_score, grade.needs_manual_grade = score, needs
            self._comments[notebook.id, answer.id].auto_comment = comment(report, question)

    def penalise(self, course: Course, students: Iterable[StudentId]) -> None:
        """Set what late submissions lose; what was on time, or has an extension by now, loses nothing."""
        self._session.flush()
        rule: Rule | None = None
        for student in students:
            submission = self._submissions[student]
            notebook = self._notebooks[submission.id]
            lost = None
            if late := submission.total_seconds_late:
                self._session.refresh(notebook)  # its score is a sum that the database makes
                rule = rule or rule_of(course)
                lost = rule(student, notebook.score, late)
            if notebook.late_submission_penalty != lost:
                notebook.late_submission_penalty = lost

    def _submitted(self, student: StudentId, timestamp: datetime | None) -> tuple[Any, bool]:
        """Return the row of a student's notebook, made new where there is none, and whether it was handed in again."""
        from nbgrader import api

        submission = self._submissions.get(student)
        if submission is None:
            if student not in self._students:
                self._students[student] = api.Student(id=student)
                self._session.add(self._students[student])
            submission = api.SubmittedAssignment(
                id=api.new_uuid(), assignment=self._notebook.assignment, student=self._students[student]
            )
            self._submissions[student] = submission
            self._session.add(submission)
        again = None not in (submission.timestamp, timestamp) and submission.timestamp != timestamp
        submission.timestamp = timestamp or submission.timestamp
        notebook = self._notebooks.get(submission.id)
        if notebook is None:
            notebook = api.SubmittedNotebook(id=api.new_uuid(), notebook=self._notebook, assignment=submission)
            self._notebooks[submission.id] = notebook
            grades = [api.Grade(cell_id=cell.id, notebook_id=notebook.id) for cell in self._grade_cells.values()]
            comments = [api.Comment(cell_id=cell.id, notebook_id=notebook.id) for cell in self._solution_cells.values()]
            self._grades |= {(notebook.id, row.cell_id): row for row in grades}
            self._comments |= {(notebook.id, row.cell_id): row for row in comments}
            self._session.add_all([notebook, *grades, *comments])
        return notebook, again


def _clamped(score: float | None, max_score: float) -> float | None:
    """Return the score within its bounds; what is no number is no score."""
    if score is None or math.isnan(score):
        return None
    return min(max(score, 0.0), max_score)


def _timestamp(path: Path) -> datetime | None:
    """Return when a submission was handed in, as nbgrader's exchange noted it (UTC); None where nobody did."""
    from nbgrader.utils import parse_utc

    with suppress(SubmissionError, ValueError, OverflowError, TypeError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a time zone that dateutil does not know
        noted: datetime = parse_utc(read_file(path)[:_MAX_TIMESTAMP].decode().strip())
        return noted
    return None
