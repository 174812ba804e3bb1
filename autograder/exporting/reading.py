"""The reports of an assignment as they lie in a course, and what its gradebook says beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from autograder.course import Assignment, Course, Submission, is_student_id
from autograder.errors import SubmissionError, UsageError
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.reading import read_file
from autograder.records import GradeReport, StudentId, from_json


@dataclass(frozen=True)
class Found:
    """The reports of an assignment, sorted by student.

    `not_graded` handed in and have no report; `outdated` handed in something else since they were graded.
    """

    reports: tuple[GradeReport, ...]
    not_graded: tuple[StudentId, ...]
    outdated: tuple[StudentId, ...]


def read_reports(course: Course, assignment: Assignment, students: Sequence[str] = ()) -> Found:
    """Return the reports of an assignment; only those of `students`, where any are named.

    Raises
    ------
    UsageError
        If there is none, a named student has none, or one cannot be read.
    """
    found = {}
    for path in sorted(
        course.root.glob(str(course.report_path(StudentId("*"), assignment.id).relative_to(course.root)))
    ):
        student = StudentId(path.parent.name)
        if is_student_id(student) and (not students or student in students):
            try:
                found[student] = from_json(path.read_bytes(), GradeReport)
            except (OSError, msgspec.DecodeError) as error:
                again = f"autograder grade {assignment.id} --student {student} --force"
                raise UsageError(f"{path} cannot be read: run `{again}` ({error})") from error
    missing = sorted(set(students) - set(found))
    if missing or not found:
        whose = f"by {', '.join(missing)} " if missing else ""
        raise UsageError(f"nothing handed in {whose}is graded yet: run `autograder grade {assignment.id}` first")
    handed_in = [each for each in course.submissions(assignment.id) if not students or each.student in students]
    return Found(
        reports=tuple(found[student] for student in sorted(found)),
        not_graded=tuple(each.student for each in handed_in if each.student not in found),
        outdated=tuple(each.student for each in handed_in if _is_outdated(each, found.get(each.student))),
    )


def _is_outdated(submission: Submission, report: GradeReport | None) -> bool:
    if report is None:
        return False
    try:
        data = read_file(submission.path)
    except (FileNotFoundError, SubmissionError):
        return False
    return hashlib.sha256(data).hexdigest() != report.submission_sha256


def final_scores(course: Course, assignment: Assignment) -> dict[StudentId, float | None]:
    """Return what the gradebook gives each student, with what people gave; None while somebody has to look.

    Raises
    ------
    InfrastructureError
        If the gradebook cannot be used.
    """
    scores = read_scores(course, assignment)
    return {student: None if found.needs_manual_grade else found.score for student, found in scores.items()}
