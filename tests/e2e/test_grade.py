"""A class is graded into a real gradebook, reports and pages, with a row for every student whatever they handed in."""

import json
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, manual, solution, text

from autograder.batch import grade_class, grade_file
from autograder.errors import AssignmentError, UsageError
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.release import make_release, write_release
from autograder.pool.events import Finished, Started
from autograder.records import CellStatus, Outcome
from autograder.secret import SECRET_VARIABLE
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""Areas of rectangles."""
from autograder.suite import number, points, question

pytestmark = question("area")


@points(2, hint="Multiply both sides.")
def test_is_right(submission):
    """The area is the product of both sides."""
    found = submission.call("area", 3, 4, returns=number())
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"


@points(1, needs="test_is_right")
def test_empty(submission):
    """A rectangle without width has no area."""
    assert submission.call("area", 0, 4, returns=number()) == 0, "a rectangle without width was given an area"
'''
TOTAL = '''"""A total."""
from autograder.suite import points, question


@question("total")
@points(1.5)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"
'''
RIGHT = "def area(width, height):\n    return width * height"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A released course of two automatic questions and a manual one."""
    notebook = make_notebook(
        [
            code("import math"),
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
            solution("total", "total = sum([101, 103, 107, 109])"),
            check("total"),
            text("**Question `why`.** Say why a convolution *needs* few weights."),
            manual("why", "Because the weights are shared.", points=3),
        ]
    )
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    (assignment.suite / "test_area.py").write_text(SUITE)
    (assignment.suite / "test_total.py").write_text(TOTAL)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))
    return course


@pytest.fixture(scope="module")
def assignment(course):
    """Its only assignment."""
    return course.assignment("practical")


def filled(assignment, **answers: str) -> bytes:
    """Return the released notebook with answers in its cells."""
    notebook = json.loads(assignment.released_notebook.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name]
    return json.dumps(notebook).encode()


def hand_in(course, student: str, data: bytes) -> Path:
    """Put a file where a student's submission lies."""
    path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def graded(course, assignment):
    """Grade a class in which almost everything that can be handed in was."""
    full = {"area": RIGHT, "total": "total = 420", "why": "They are shared."}
    hand_in(course, "ada", filled(assignment, **full))
    hand_in(course, "wrong", filled(assignment, **{**full, "area": RIGHT.replace("*", "+")}))
    hand_in(course, "untouched", assignment.released_notebook.read_bytes())
    hand_in(course, "raises", filled(assignment, **{**full, "total": "1 / 0"}))
    hand_in(course, "syntax", filled(assignment, **{**full, "area": "def area(:"}))
    hand_in(course, "none", filled(assignment, **{**full, "area": "def area(width, height):\n    pass"}))
    hand_in(course, "ends", filled(assignment, **{**full, "total": "import os\nos._exit(0)"}))
    hand_in(course, "no_json", b"this is no notebook")
    hand_in(course, "empty", b"")
    hand_in(course, "no_cells", json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}).encode())
    notebook = json.loads(filled(assignment, **full))
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "total"]
    hand_in(course, "lost_cell", json.dumps(notebook).encode())
    notebook = json.loads(filled(assignment, **full))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "area":
            cell["metadata"]["nbgrader"]["grade_id"] = "surface"
    hand_in(course, "renamed_cell", json.dumps(notebook).encode())
    (course.root / "submitted" / "forgot" / "practical").mkdir(parents=True)
    events = []
    batch = grade_class(course, assignment, workers=2, on_event=events.append)
    return {report.student: report for report in batch.reports}, events


def test_every_student_has_a_row(course, graded):
    """Whatever was handed in, there is one report, and events tell of its beginning and end."""
    reports, events = graded
    students = {path.name for path in (course.root / "submitted").iterdir()}
    assert set(reports) == students
    assert {event.student for event in events if isinstance(event, Started)} == students
    assert sorted(event.student for event in events if isinstance(event, Finished)) == sorted(students)


@pytest.mark.parametrize(
    ("student", "score"),
    [
        ("ada", 4.5),
        ("wrong", 1.5),
        ("untouched", 0),
        ("raises", 3),
        ("syntax", 1.5),
        ("none", 1.5),
        ("ends", 3),
        ("no_json", 0),
        ("empty", 0),
        ("no_cells", 0),
        ("lost_cell", 3),
        ("renamed_cell", 4.5),
        ("forgot", 0),
    ],
)
def test_each_scores_what_it_should(graded, student, score):
    """A fault costs the questions that it spoils, and no other."""
    reports, _ = graded
    assert reports[student].score == score
    assert reports[student].max_score == 7.5
    assert not reports[student].has_errors


@pytest.mark.parametrize(
    ("student", "words"),
    [("no_json", "notebook"), ("empty", "empty"), ("forgot", "missing"), ("no_cells", "cell")],
)
def test_what_cannot_be_graded_says_why(graded, student, words):
    """The student reads a sentence, not a traceback."""
    report = graded[0][student]
    text = report.problem + " ".join(repair.message for repair in report.repairs)
    assert words in text
    assert "Traceback" not in text


def test_outcomes_tell_wrong_from_untouched_and_unasked(graded):
    """A wrong answer failed, what depends on it was not run, an untouched stub was not attempted."""
    reports, _ = graded
    outcomes = {check.check_id: check.outcome for check in reports["wrong"].checks}
    assert outcomes["area.is_right"] is Outcome.FAILED
    assert outcomes["area.empty"] is Outcome.NOT_RUN
    assert {check.outcome for check in reports["untouched"].checks} == {Outcome.NOT_ATTEMPTED}
    (failed,) = (check for check in reports["wrong"].checks if check.outcome is Outcome.FAILED)
    assert failed.message == "a rectangle of 3 by 4 was given the area 7"
    assert failed.hint == "Multiply both sides."


def test_cells_and_repairs_are_told(graded):
    """What a cell did, and what was put right before it ran, stand in the report."""
    reports, _ = graded
    assert CellStatus.ENDED in {cell.status for cell in reports["ends"].cells}
    assert any("ZeroDivisionError" in cell.message for cell in reports["raises"].cells)
    assert reports["renamed_cell"].repairs
    assert reports["lost_cell"].repairs
    assert not reports["ada"].repairs


def test_manual_questions_wait_for_a_person(course, assignment, graded):
    """An answer in words has no score until a person gives one; nothing written is 0."""
    reports, _ = graded
    waiting = {q.grade_id for q in reports["ada"].questions if q.needs_manual_grade}
    assert waiting == {"why"}
    assert not any(q.needs_manual_grade for q in reports["untouched"].questions)
    scores = read_scores(course, assignment)
    assert scores["ada"].needs_manual_grade
    assert not scores["untouched"].needs_manual_grade


def test_nbgraders_own_api_reads_the_scores(course, graded):
    """The gradebook is nbgrader's, and says the same."""
    from nbgrader.api import Gradebook

    reports, _ = graded
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        for submission in gradebook.assignment_submissions("practical"):
            assert submission.score == reports[submission.student.id].score
            assert submission.max_score == 7.5


def test_files_are_where_people_look(course, graded):
    """There is a page for every student, and an executed notebook of all that could run."""
    reports, _ = graded
    for student, report in reports.items():
        page = course.feedback_path(student, "practical").read_text()
        assert page.lower().startswith("<!doctype html>")
        assert course.autograded_path(student, "practical").exists() == (not report.problem)


def test_the_class_has_a_page(course, graded):
    """It lies with the reports, and leads to the page of every student."""
    page = course.class_page("practical").read_text()
    for student in graded[0]:
        assert f"../feedback/{quote(student)}/practical/practical.html" in page


def test_a_page_says_what_was_asked(course, graded):
    """The text of the released notebook stands with its question."""
    page = course.feedback_path("ada", "practical").read_text()
    assert "Say why a convolution <em>needs</em> few weights." in page


def test_nothing_hidden_is_on_a_page(course, assignment, graded):
    """No line of the suite or of the reference stands in what a student gets."""
    hidden = {line.strip() for line in (SUITE + TOTAL).splitlines() if len(line.strip()) > 25 and "import" not in line}
    shown = {'@points(2, hint="Multiply both sides.")'}
    for student in graded[0]:
        page = course.feedback_path(student, "practical").read_text()
        assert not [line for line in hidden - shown if line in page and '"""' not in line]


def test_grading_again_changes_nothing(course, assignment, graded):
    """A forced second grading gives the same bytes; an unforced one grades nothing."""
    before = {path: path.read_bytes() for path in (course.root / "reports").rglob("practical.json")}
    scores = read_scores(course, assignment)
    assert grade_class(course, assignment).num_reused == len(before), "a missing and an empty file among them"
    grade_class(course, assignment, force=True, workers=2)
    assert {path: path.read_bytes() for path in before} == before
    assert read_scores(course, assignment) == scores


def test_a_change_is_graded_again(course, assignment, graded):
    """A new file of one student costs one grading, and nobody else's report moves."""
    others = course.report_path("wrong", "practical").read_bytes()
    old = course.root / "submitted" / "ada" / "practical" / "practical.ipynb"
    kept = old.read_bytes()
    hand_in(course, "ada", filled(assignment, area=RIGHT))
    (report,) = grade_class(course, assignment, students=["ada"]).reports
    assert report.score == 3
    assert course.report_path("wrong", "practical").read_bytes() == others
    hand_in(course, "ada", kept)
    grade_class(course, assignment, students=["ada"])


@pytest.mark.parametrize(
    "damage", [("isolation", "a wall of paper"), ("isolation", 7), ("questions", "none")], ids=["wall", "kind", "field"]
)
def test_a_damaged_report_is_made_again(course, assignment, graded, damage):
    """A report that says what cannot be is not kept: the submission is graded again."""
    path = course.report_path("ada", "practical")
    before = path.read_bytes()
    path.write_text(json.dumps({**json.loads(before), damage[0]: damage[1]}))
    assert grade_class(course, assignment, students=["ada"]).num_reused == 0
    assert path.read_bytes() == before


def test_a_secret_that_can_be_guessed_stops_the_batch(course, assignment, graded, monkeypatch):
    """It is refused before any submission is graded with it, and no report moves."""
    before = {path: path.read_bytes() for path in (course.root / "reports").rglob("practical.json")}
    monkeypatch.setenv(SECRET_VARIABLE, "hunter2")
    with pytest.raises(UsageError, match=SECRET_VARIABLE):
        grade_class(course, assignment, force=True)
    assert {path: path.read_bytes() for path in before} == before


def test_one_file_is_graded_without_writing(course, assignment, tmp_path):
    """A file from anywhere gets a report, and the course folder stays as it is."""
    path = tmp_path / "someone.ipynb"
    path.write_bytes(filled(assignment, area=RIGHT, total="total = 1"))
    report = grade_file(course, assignment, path)
    assert (report.student, report.score) == ("someone", 3)
    assert not (course.root / "reports" / "someone").exists()


def test_asking_for_what_is_not_there_is_a_usage_error(course, assignment, graded):
    """A student without a submission is named."""
    with pytest.raises(UsageError, match="nobody"):
        grade_class(course, assignment, students=["nobody"])


def test_a_grading_process_that_dies_costs_nobody_a_point(course, assignment, graded):
    """After a second try every check is an ERROR that waits for a person, and the batch has its row."""
    deadly = assignment.suite / "test_deadly.py"
    text = TOTAL.replace("test_total", "test_deadly")
    deadly.write_text(text.replace("assert", "__import__('os')._exit(3)\n    assert"))
    try:
        report = grade_file(course, assignment, hand_in(course, "ada", filled(assignment, area=RIGHT)))
    finally:
        deadly.unlink()
    assert {check.outcome for check in report.checks} == {Outcome.ERROR}
    assert all(question.needs_manual_grade for question in report.questions)
    assert "exit status 3" in report.checks[0].staff_note


def test_a_broken_suite_grades_nobody(course, assignment, graded):
    """An instructor's mistake ends before a student's work is touched."""
    broken = assignment.suite / "test_broken.py"
    broken.write_text("import no_such_module\n")
    try:
        with pytest.raises(AssignmentError, match="no_such_module"):
            grade_class(course, assignment)
    finally:
        broken.unlink()
