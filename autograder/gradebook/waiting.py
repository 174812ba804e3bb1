"""Which questions wait for a person, as the gradebook has it: what somebody graded since does not."""

from __future__ import annotations

from autograder.course import Assignment, Course
from autograder.gradebook.database import open_gradebook
from autograder.notebooks import cells
from autograder.records import QuestionKind, QuestionResult, StudentId


def read_waiting(course: Course, assignment: Assignment) -> dict[StudentId, dict[str, bool]]:
    """Return for each student whether each grade cell needs a person; empty where there is no gradebook.

    Raises
    ------
    InfrastructureError
        If the gradebook cannot be used.
    """
    if not course.gradebook.is_file():
        return {}
    with open_gradebook(course) as gradebook:
        from nbgrader import api

        rows = (
            gradebook.db.query(api.SubmittedAssignment.student_id, api.GradeCell.name, api.Grade.needs_manual_grade)
            .select_from(api.Grade)
            .join(api.GradeCell, api.Grade.cell_id == api.GradeCell.id)
            .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.SubmittedAssignment, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
            .filter(api.Assignment.name == assignment.id)
        )
        found: dict[StudentId, dict[str, bool]] = {}
        for student, name, needs in rows:
            found.setdefault(StudentId(student), {})[name] = bool(needs)
    return found


def grade_cell(question: QuestionResult) -> str:
    """Return the name of the cell in which the score of a question lands."""
    is_manual = question.kind is QuestionKind.MANUAL
    return question.grade_id if is_manual else f"{cells.TEST_PREFIX}{question.grade_id}"
