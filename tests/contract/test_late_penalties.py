"""Deadlines and extensions stand in nbgrader's gradebook, and cost what nbgrader's settings of the course say."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from courses import POINTS, make_course

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.nbgrader import read_scores, write_reports
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.records import GradeReport, QuestionKind, QuestionResult, StudentId

ZERO = 'c.LateSubmissionPlugin.penalty_method = "zero"\n'
OWN = """
from nbgrader.plugins import BasePlugin


class ByTheHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {lost}


c.AssignLatePenalties.plugin_class = ByTheHour
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A released course in whose gradebook the deadline is noon; ada was on time, bob two hours late."""
    course, assignment = make_course(tmp_path_factory.mktemp("course"))
    write_release(assignment, make_release(course, assignment, POINTS))
    for student, hour in (("ada", 11), ("bob", 14)):
        folder = course.root / "submitted" / student / assignment.id
        folder.mkdir(parents=True)
        (folder / f"{assignment.id}.ipynb").write_text("{}")
        (folder / "timestamp.txt").write_text(f"2026-11-22 {hour}:00:00 UTC")
    grade(course, assignment)
    with open_gradebook(course) as gradebook:
        gradebook.find_assignment(assignment.id).duedate = datetime.datetime(2026, 11, 22, 12)  # noqa: DTZ001 - as it keeps them
        gradebook.db.commit()
    return course


@pytest.fixture
def course(template: Course, tmp_path: Path) -> Course:
    """A copy of it."""
    return Course(shutil.copytree(template.root, tmp_path / "course"))


def grade(course: Course, assignment: Assignment) -> dict[StudentId, float]:
    """Write a report of 3.5 points for both; return what the gradebook then says."""
    asked = {"area": 2.0, "total": 1.5, "why": None}
    most = {"area": 2.0, "total": 1.5, "why": 3.0}
    questions = tuple(
        QuestionResult(
            grade_id=name,  # type: ignore[arg-type]
            title=name,
            kind=QuestionKind.MANUAL if score is None else QuestionKind.AUTOMATIC,
            max_score=most[name],
            score=score,
        )
        for name, score in asked.items()
    )
    reports = [
        GradeReport(
            assignment=assignment.id,
            student=StudentId(student),
            submission_sha256="",
            release_id="",
            isolation="namespaces",
            questions=questions,
            checks=(),
        )
        for student in ("ada", "bob")
    ]
    write_reports(course, assignment, read_release(assignment), reports)
    return penalties(course)


def penalties(course: Course) -> dict[StudentId, float]:
    """Return what each student loses by nbgrader's own sums."""
    with open_gradebook(course) as gradebook:
        found = gradebook.assignment_submissions("practical")
        return {StudentId(each.student_id): each.late_submission_penalty for each in found}


def append(course: Course, text: str) -> None:
    """Add lines to nbgrader's settings of the course."""
    path = course.root / "nbgrader_config.py"
    path.write_text(path.read_text() + text)


def test_nothing_is_lost_where_no_rule_says_so(course: Course) -> None:
    """nbgrader's default is no penalty, and so is ours."""
    assert grade(course, course.assignment("practical")) == {"ada": 0.0, "bob": 0.0}


def test_who_is_late_loses_what_the_settings_say(course: Course) -> None:
    """Only the one who is late, and never what the score itself says."""
    append(course, ZERO)
    assignment = course.assignment("practical")
    assert grade(course, assignment) == {"ada": 0.0, "bob": 3.5}
    assert {student: each.score for student, each in read_scores(course, assignment).items()} == {
        "ada": 3.5,
        "bob": 3.5,
    }


def test_an_extension_takes_a_penalty_back(course: Course) -> None:
    """It is enough to grade again, also where every report is the old one."""
    append(course, ZERO)
    assignment = course.assignment("practical")
    grade(course, assignment)
    with open_gradebook(course) as gradebook:
        gradebook.grant_extension("practical", "bob", hours=3)
    assert grade(course, assignment) == {"ada": 0.0, "bob": 0.0}


@pytest.mark.parametrize(
    ("lost", "expected"), [("total_seconds_late / 3600", 2.0), ("99", 3.5), ("-1", 0.0), ("None", 0)]
)
def test_a_rule_of_the_instructors_own_is_kept_within_the_score(course: Course, lost: str, expected: float) -> None:
    """It is told how late a submission is, and takes between nothing and all."""
    append(course, OWN.format(lost=lost))
    assert grade(course, course.assignment("practical"))[StudentId("bob")] == expected


@pytest.mark.parametrize("text", ["1 / 0\n", OWN.format(lost="score / 0")])
def test_a_rule_that_raises_is_the_assignments_mistake(course: Course, text: str) -> None:
    """The file and the exception are named, and nothing is written."""
    append(course, text)
    before = penalties(course)
    with pytest.raises(AssignmentError, match="nbgrader_config.py.*ZeroDivisionError"):
        grade(course, course.assignment("practical"))
    assert penalties(course) == before
