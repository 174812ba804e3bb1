"""Reports are read one at a time, and scores reach the gradebook a few at a time, whoever uses it meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from courses import POINTS, make_course

from autograder import results
from autograder.course import Assignment, Course
from autograder.errors import InfrastructureError
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.records import GradeId, GradeReport, QuestionKind, QuestionResult, RunFacts, StudentId, to_json
from autograder.results import GradebookQueue, Reports, in_order

STUDENTS = tuple(StudentId(name) for name in ("ada", "bob", "cyd", "dan", "eve"))


@pytest.fixture
def practical(tmp_path: Path) -> tuple[Course, Assignment]:
    """A released course in which five students have a report."""
    course, assignment = make_course(tmp_path)
    write_release(assignment, make_release(course, assignment, {GradeId(name): most for name, most in POINTS.items()}))
    for number, student in enumerate(STUDENTS):
        questions = tuple(
            QuestionResult(grade_id=GradeId(name), title=name, kind=kind, max_score=most, score=score)
            for name, kind, most, score in (
                ("area", QuestionKind.AUTOMATIC, 2.0, number / 4),
                ("total", QuestionKind.AUTOMATIC, 1.5, 0.0),
                ("why", QuestionKind.MANUAL, 3.0, None),
            )
        )
        report = GradeReport(
            assignment=assignment.id,
            student=student,
            submission_sha256="",
            release_id="",
            isolation="none",
            questions=questions,
            checks=(),
        )
        results.write(course.report_path(student, assignment.id), to_json(report))
    return course, assignment


def test_a_gradebook_in_use_holds_nobody_up(
    practical: tuple[Course, Assignment], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores wait until it can be written; only at the end it is said that it cannot."""
    monkeypatch.setattr(results, "AT_ONCE", 2)
    course, assignment = practical
    queue = GradebookQueue(course, assignment, read_release(assignment))
    for student in STUDENTS[:2]:
        queue.add(student)
    assert len(read_scores(course, assignment)) == 2
    with closing(sqlite3.connect(course.gradebook, isolation_level=None)) as other:
        other.execute("begin exclusive")
        for student in STUDENTS[2:]:
            queue.add(student)
        with pytest.raises(InfrastructureError, match="Formgrader"):
            queue.finish()
        other.execute("rollback")
    queue.finish()
    assert [read_scores(course, assignment)[student].score for student in STUDENTS] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_reports_are_read_when_they_are_asked_for(practical: tuple[Course, Assignment]) -> None:
    """One that was taken away meanwhile is named."""
    course, assignment = practical
    reports = Reports(course, assignment.id, STUDENTS)
    assert [report.student for report in reports[1:3]] == ["bob", "cyd"]
    assert len(reports) == 5
    course.report_path(STUDENTS[4], assignment.id).unlink()
    with pytest.raises(InfrastructureError, match="eve"):
        reports[-1]


def hand_in(course: Course, assignment: Assignment, sizes: dict[str, int], seconds: dict[str, float]) -> None:
    """Let students hand in files of some sizes; gradings of some took so many seconds before."""
    for student, size in sizes.items():
        path = course.root / "submitted" / student / assignment.id / f"{assignment.id}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(b" " * size)
    for student, took in seconds.items():
        run = RunFacts(
            student=StudentId(student),
            assignment=assignment.id,
            key="",
            started_at="",
            seconds=took,
            seconds_by_step={},
            check_seconds={},
        )
        results.write(course.run_path(run.student, assignment.id), to_json(run))


@pytest.mark.parametrize(
    ("seconds", "side_by_side", "order"),
    [
        ({}, True, "cyd bob ada"),
        ({"bob": 1.0}, True, "bob cyd ada"),
        ({"ada": 1.0, "bob": 9.0, "cyd": 2.0}, True, "bob ada cyd"),
        ({"ada": 1.0, "bob": 9.0, "cyd": 2.0}, False, "ada cyd bob"),
    ],
)
def test_quick_ones_begin_first(
    practical: tuple[Course, Assignment], seconds: dict[str, float], side_by_side: bool, order: str
) -> None:
    """By what the last grading took, then by size; the slowest one begins beside the first, where there is a beside."""
    course, assignment = practical
    hand_in(course, assignment, {"ada": 3, "bob": 2, "cyd": 1}, seconds)
    found = in_order(course, course.submissions(assignment.id), side_by_side=side_by_side)
    assert [each.student for each in found] == order.split()
