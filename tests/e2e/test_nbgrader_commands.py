"""The course folder is an nbgrader course: nbgrader's own commands, run as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from courses import POINTS, make_course

from autograder.gradebook.database import open_gradebook
from autograder.gradebook.nbgrader import read_scores
from autograder.gradebook.registration import register
from autograder.notebooks import cells
from autograder.notebooks.release import make_release, read_release, stale_paths, write_release
from autograder.records import GradeReport, from_json

pytestmark = pytest.mark.slow
SUITE = '''"""Two questions."""
from autograder.suite import number, points, question


@question("area")
@points(2)
def test_area(submission):
    """The area is the product of both sides."""
    found = submission.call("area", 3, 4, returns=number())
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"


@question("total")
@points(1.5)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"
'''
ANSWERS = {"area": "def area(width, height):\n    return width * height", "total": "total = 420", "why": "Because."}


@pytest.fixture
def practical(tmp_path):
    """Make a released and registered course."""
    course, assignment = make_course(tmp_path)
    write_release(assignment, make_release(course, assignment, POINTS))
    register(course, assignment, read_release(assignment))
    return course, assignment


def nbgrader(course, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of nbgrader's commands in the course folder."""
    home = course.root / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home), "PYTHONWARNINGS": "ignore"}
    program = Path(sys.executable).with_name("nbgrader")
    return subprocess.run(
        [program, *arguments],
        cwd=course.root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def solved(assignment, answers=ANSWERS) -> nbformat.NotebookNode:
    """Return the released notebook with answers in it."""
    notebook = read_release(assignment)
    for name, cell in cells.answers(notebook):
        cell.source = answers.get(name, cell.source)
    return notebook


def test_nbgraders_validator_takes_the_release(practical):
    """`nbgrader validate` passes a solved release, and finds the stub in an untouched one."""
    course, assignment = practical
    path = assignment.released_notebook
    untouched = nbgrader(course, "validate", str(path.relative_to(course.root)))
    assert "VALIDATION FAILED" in untouched.stdout, untouched.stderr
    path.write_bytes(cells.to_bytes(solved(assignment)))
    passed = nbgrader(course, "validate", str(path.relative_to(course.root)))
    assert "Success! Your notebook passes all the tests." in passed.stdout, passed.stderr


def test_nbgraders_own_commands_use_our_grading(practical):
    """`autograde` gives the suite's scores, from behind the wall; `generate_feedback` writes beside our pages."""
    course, assignment = practical
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_both.py").write_text(SUITE)
    for student, area in (("ada", ANSWERS["area"]), ("bob", "def area(width, height):\n    return width + height")):
        folder = course.root / "submitted" / student / "practical"
        folder.mkdir(parents=True)
        path = folder / "practical.ipynb"
        path.write_bytes(cells.to_bytes(solved(assignment, {**ANSWERS, "area": area})))
    graded = nbgrader(course, "autograde", "practical")
    assert graded.returncode == 0, graded.stderr
    scores = read_scores(course, assignment)
    assert {student: each.score for student, each in scores.items()} == {"ada": 3.5, "bob": 1.5}
    report = from_json(course.report_path("bob", assignment.id).read_bytes(), GradeReport)
    assert report.isolation != "none"
    ours = course.feedback_path("bob", assignment.id).read_bytes()
    again = nbgrader(course, "autograde", "practical", "--force", "--student", "bob")
    assert again.returncode == 0, again.stderr
    assert read_scores(course, assignment) == scores
    written = nbgrader(course, "generate_feedback", "practical")
    assert written.returncode == 0, written.stderr
    theirs = (course.root / "nbgrader_feedback" / "bob" / "practical" / "practical.html").read_text()
    assert "a rectangle of 3 by 4 was given the area 7" in theirs
    assert course.feedback_path("bob", assignment.id).read_bytes() == ours


def test_nbgraders_autograde_says_why_it_cannot_grade(practical):
    """A suite that cannot be used is a sentence in nbgrader's log, and nobody gets a score."""
    course, assignment = practical
    folder = course.root / "submitted" / "ada" / "practical"
    folder.mkdir(parents=True)
    (folder / "practical.ipynb").write_bytes(cells.to_bytes(solved(assignment)))
    (assignment.suite / "test_area.py").write_text("def test_nothing():\n    pass\n")
    refused = nbgrader(course, "autograde", "practical")
    assert refused.returncode != 0
    assert "has no question(...)" in refused.stderr


def test_nbgraders_own_steps_give_no_marks_and_say_why(practical):
    """Where the settings lack our step, every question with checks gets 0, and names the command that grades."""
    course, assignment = practical
    config = course.root / "nbgrader_config.py"
    lines = config.read_text().splitlines(keepends=True)
    config.write_text("".join(line for line in lines if "GradedByAutograder" not in line))
    folder = course.root / "submitted" / "ada" / "practical"
    folder.mkdir(parents=True)
    (folder / "practical.ipynb").write_bytes(cells.to_bytes(solved(assignment)))
    graded = nbgrader(course, "autograde", "practical")
    assert graded.returncode == 0, graded.stderr
    assert read_scores(course, assignment)["ada"].score == 0.0
    with open_gradebook(course) as gradebook:
        found = gradebook.find_submission_notebook("practical", "practical", "ada")
        assert {grade.name: grade.auto_score for grade in found.grades} == {
            "test_area": 0.0,
            "test_total": 0.0,
            "why": None,
        }
    made = nbformat.read(course.autograded_path("ada", assignment.id), as_version=4)
    raised = [
        output.evalue for cell in made.cells for output in cell.get("outputs", ()) if output.output_type == "error"
    ]
    assert len(raised) == 2
    assert all("graded by autograder grade" in message for message in raised)


def test_nbgraders_generate_step_changes_nothing(practical):
    """`nbgrader generate_assignment`, which knows no points, refuses before it touches release or gradebook."""
    course, assignment = practical
    files = make_release(course, assignment, POINTS)
    refused = nbgrader(course, "generate_assignment", "practical", "--force")
    assert refused.returncode != 0
    assert "run `autograder release`" in refused.stderr
    assert stale_paths(assignment, files) == ()


def test_nbgrader_exports_our_scores(practical):
    """`nbgrader export` finds the assignment in the course's gradebook."""
    course, _ = practical
    exported = nbgrader(course, "export")
    assert exported.returncode == 0, exported.stderr
    assert (course.root / "grades.csv").exists()
