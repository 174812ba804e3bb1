"""A graded class as it lies in a course: read back, listed and shown, with what a person graded in nbgrader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sample_reports as sample
from courses import POINTS, make_course

from autograder.class_report import read_class, write_class_page
from autograder.cli.main import main
from autograder.course import Assignment, Course
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.nbgrader import write_reports
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.records import AssignmentId, GradeReport, Outcome, QuestionKind, RunFacts, StudentId, to_json
from autograder.reports.waiting import Why

STUDENTS = ("ada", "bob", "zoë O'Hara #1")


def report(student: str, area: float | None = 2.0) -> GradeReport:
    """Return a report of the practical; an ERROR where `area` is None."""
    outcome = Outcome.ERROR if area is None else Outcome.PASSED if area else Outcome.FAILED
    return sample.report(
        student,
        assignment=AssignmentId("practical"),
        questions=(
            sample.question("area", area, 2.0),
            sample.question("total", 1.5, 1.5),
            sample.question("why", None, 3.0, QuestionKind.MANUAL),
        ),
        checks=(
            sample.check("area", "is_right", outcome, points=2.0, message="the area is wrong", staff_note="KeyError"),
            sample.check("total", "is_right", Outcome.PASSED, points=1.5),
        ),
        cells=(),
        repairs=(),
        trainings=(),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a graded class of three, of whom nobody has graded anything by hand."""
    root = tmp_path_factory.mktemp("course")
    course, assignment = make_course(root)
    write_release(assignment, make_release(course, assignment, POINTS))
    reports = [report(STUDENTS[0], None), report(STUDENTS[1], 0.0), report(STUDENTS[2])]
    for each in reports:
        folder = root / "submitted" / each.student / "practical"
        folder.mkdir(parents=True)
        shutil.copy(assignment.released_notebook, folder)
        run = RunFacts(
            student=each.student,
            assignment=each.assignment,
            key="",
            started_at="",
            seconds=1.0,
            seconds_by_step={"check": 1.0},
            check_seconds={"area.is_right": 0.5},
        )
        written = {
            course.report_path(each.student, each.assignment): to_json(each),
            course.run_path(each.student, each.assignment): to_json(run),
            course.feedback_path(each.student, each.assignment): b"a page",
        }
        for path, data in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    write_reports(course, assignment, read_release(assignment), reports)
    return root


@pytest.fixture
def practical(template: Path, tmp_path: Path) -> tuple[Course, Assignment]:
    """A copy of that course."""
    shutil.copytree(template, tmp_path / "course")
    course = Course(tmp_path / "course")
    return course, course.assignment("practical")


def grade_by_hand(course: Course, student: str, question: str, score: float) -> None:
    """Give a score as Formgrader does."""
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade(question, "practical", "practical", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def run(capsys: pytest.CaptureFixture[str], course: Course, *arguments: str) -> tuple[int, str]:
    """Run `autograder report practical`, and return exit code and output."""
    code = main(["--course", str(course.root), "report", "practical", *arguments])
    return code, capsys.readouterr().out


def test_errors_and_answers_to_read_are_listed(capsys: pytest.CaptureFixture[str], practical) -> None:
    """What a person has to grade is in the terminal, errors first with what went wrong, and the exit code says so."""
    code, out = run(capsys, practical[0], "--needs-grading")
    assert code == 1
    rows = [line.split("  ") for line in out.splitlines() if line.startswith(STUDENTS)]
    assert [row[0].strip() for row in rows] == ["ada", "ada", "bob", STUDENTS[2]]
    assert "a check failed" in "".join(rows[0])
    assert "! area.is_right: KeyError" in out
    assert "4 answers of 3 students to grade" in out


def test_the_list_is_there_for_scripts(capsys: pytest.CaptureFixture[str], practical) -> None:
    """The same as JSON, with points and notes."""
    listed = json.loads(run(capsys, practical[0], "--needs-grading", "--json")[1])
    assert [(each["student"], each["question"], each["why"], each["max_score"]) for each in listed] == [
        ("ada", "area", "error", 2.0),
        ("ada", "why", "manual", 3.0),
        ("bob", "why", "manual", 3.0),
        (STUDENTS[2], "why", "manual", 3.0),
    ]
    assert listed[0]["notes"] == ["area.is_right: KeyError"]


def test_what_a_person_graded_is_not_listed_again(capsys: pytest.CaptureFixture[str], practical) -> None:
    """The gradebook knows it, though the report does not; with no error left nobody has to look first."""
    course, assignment = practical
    for student in STUDENTS:
        grade_by_hand(course, student, "why", 2.0)
    grade_by_hand(course, "ada", "test_area", 2.0)
    assert read_class(course, assignment).waiting == ()
    assert run(capsys, course, "--needs-grading") == (0, "0 answers of 0 students to grade\n")


def test_what_changed_since_is_listed_again(practical) -> None:
    """A question that a person graded, and of which the automatic score is another now, deserves a look."""
    course, assignment = practical
    grade_by_hand(course, "bob", "test_area", 1.0)
    again = report("bob", 2.0)
    course.report_path(StudentId("bob"), assignment.id).write_bytes(to_json(again))
    write_reports(course, assignment, read_release(assignment), [again])
    assert ("bob", "area", Why.AGAIN) in [
        (e.student, e.question, e.why) for e in read_class(course, assignment).waiting
    ]


def test_the_page_leads_to_every_students_page(practical) -> None:
    """Links are relative, and right for any name, so that the folder can be moved as a whole."""
    course, assignment = practical
    path = write_class_page(course, assignment)
    assert path == course.root / "reports" / "practical.html"
    html = path.read_text(encoding="utf-8")
    assert 'href="../feedback/ada/practical/practical.html"' in html
    assert 'href="../feedback/zo%C3%AB%20O%27Hara%20%231/practical/practical.html"' in html
    assert str(course.root) not in html


def test_who_is_not_graded_yet_is_named(practical) -> None:
    """A submission without a report, or with one that an earlier version wrote, does not stop the page."""
    course, assignment = practical
    (course.root / "submitted" / "eve" / "practical").mkdir(parents=True)
    course.report_path(StudentId("bob"), assignment.id).write_text('{"format": "autograder/report/v0"}')
    graded = read_class(course, assignment)
    assert [each.student for each in graded.reports] == ["ada", "zoë O'Hara #1"]
    assert graded.not_graded == ("bob", "eve")
    assert "bob" in write_class_page(course, assignment).read_text(encoding="utf-8")


def test_the_report_says_the_most_important(capsys: pytest.CaptureFixture[str], practical) -> None:
    """The hardest checks, mean and median, what waits, and where the page is; it fits a small terminal."""
    code, out = run(capsys, practical[0])
    assert code == 1
    assert ["area.is_right", "50", "%", "–"] in [line.split() for line in out.splitlines()]
    assert "3 submissions, mean 2.17, median 1.5 of 3.5 automatic points" in out
    assert "4 answers for a person: see --needs-grading" in out
    assert out.splitlines()[-1] == f"page: {practical[0].root / 'reports' / 'practical.html'}"
    assert all(len(line) <= 80 for line in out.splitlines()[:-1])


def test_the_statistics_are_there_for_scripts(capsys: pytest.CaptureFixture[str], practical) -> None:
    """As JSON, and no page is written."""
    found = json.loads(run(capsys, practical[0], "--json")[1])
    assert found["num_reports"] == 3
    assert [check["passed"] for check in found["checks"]] == [0.5, 1.0]
    assert not practical[0].class_page(AssignmentId("practical")).exists()


def test_nothing_graded_is_said(capsys: pytest.CaptureFixture[str], practical) -> None:
    """Without a report there is no page, and what to run is named."""
    shutil.rmtree(practical[0].root / "reports")
    assert main(["--course", str(practical[0].root), "report", "practical"]) == 2
    assert "run `autograder grade practical` first" in capsys.readouterr().err
