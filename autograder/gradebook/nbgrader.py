"""Scores in nbgrader's gradebook: many at once, and never over what a person gave."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, SubmissionError
from autograder.gradebook.comments import comment
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.lateness import Rule, rule_of
from autograder.gradebook.registration import registered
from autograder.gradebook.stored import Stored
from autograder.gradebook.waiting import grade_cell
from autograder.notebooks import cells
from autograder.notebooks.reading import read_file
from autograder.records import AssignmentId, GradeReport, StudentId

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
    """Write the scores of some submissions, all of them or none; what is there already is not written again.

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
        stored = Stored(gradebook.db, notebook, [report.student for report in reports])
        timestamps = {each.student: _timestamp(course, each.student, assignment.id) for each in reports}
        changed = [each for each in reports if not stored.holds(each, timestamps[each.student], _scores(each))]
        if changed:
            ledger = _Ledger(gradebook.db, notebook, [report.student for report in changed])
            for report in changed:
                ledger.write(report, timestamps[report.student])
            ledger.penalise(course, [report.student for report in changed])
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
    """The rows of some students for one notebook, read once: asking for each by itself takes long."""

    def __init__(self, session: Any, notebook: Notebook, students: Sequence[StudentId]) -> None:
        from nbgrader import api

        self._session = session
        self._notebook = notebook
        self._grade_cells = {row.name: row for row in notebook.grade_cells}
        self._solution_cells = {row.name: row for row in notebook.solution_cells}
        owner = api.SubmittedAssignment
        mine = session.query(owner).filter(owner.student_id.in_(students))
        self._submissions = {row.student_id: row for row in mine.filter_by(assignment_id=notebook.assignment_id)}
        known = session.query(api.Student).filter(api.Student.id.in_(students))
        self._students = {row.id: row for row in known}
        submitted = session.query(api.SubmittedNotebook).filter_by(notebook_id=notebook.id)
        submitted = submitted.join(owner).filter(owner.student_id.in_(students))
        self._notebooks = {row.assignment_id: row for row in submitted}
        self._ids = [row.id for row in self._notebooks.values()]
        self._grades = self._by_cell(api.Grade, self._grade_cells.values())
        self._comments = self._by_cell(api.Comment, self._solution_cells.values())

    def _by_cell(self, kind: Any, cells_of: Iterable[Any]) -> dict[tuple[str, str], Any]:
        """Return the rows of one table by submitted notebook and cell."""
        rows = self._session.query(kind).filter(
            kind.cell_id.in_([cell.id for cell in cells_of]), kind.notebook_id.in_(self._ids)
        )
        return {(row.notebook_id, row.cell_id): row for row in rows}

    def write(self, report: GradeReport, timestamp: datetime | None) -> None:
        """Set what one report says."""
        notebook, again = self._submitted(report.student, timestamp)
        scores = _scores(report)
        for question in report.questions:
            answer = self._solution_cells[question.grade_id]
            cell = self._grade_cells[grade_cell(question)]
            grade = self._grades[notebook.id, cell.id]
            score = scores[question.grade_id]
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


def _scores(report: GradeReport) -> dict[str, float | None]:
    """Return the score of each question within its bounds; what is no number is no score."""
    return {
        each.grade_id: None
        if each.score is None or math.isnan(each.score)
        else min(max(each.score, 0.0), each.max_score)
        for each in report.questions
    }


def _timestamp(course: Course, student: StudentId, assignment: AssignmentId) -> datetime | None:
    """Return when a submission was handed in, as nbgrader's exchange noted it (UTC); None where nobody did."""
    from nbgrader.utils import parse_utc

    submission = course.submission(student, assignment)
    if submission is None:
        return None
    with suppress(SubmissionError, ValueError, OverflowError, TypeError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a time zone that dateutil does not know
        text = read_file(submission.path.parent / "timestamp.txt")[:_MAX_TIMESTAMP].decode().strip()
        noted: datetime = parse_utc(text)
        return noted
    return None
