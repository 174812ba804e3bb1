"""Of the cells that everybody got, those run that something needs; the verdict is that of all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, locked, make_notebook, manual, solution

from autograder.batch import grade_class
from autograder.course import Course
from autograder.notebooks.executed import NOT_RUN
from autograder.notebooks.release import make_release, write_release
from autograder.records import CellStatus, GradeReport, StudentId
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

ANSWER = "def area(width, height):\n    return width * height"
SUITE = '''"""An area and a total."""
from autograder.suite import number, points, question


@question("area")
@points(2)
def test_area(submission):
    """The area is the product of both sides."""
    assert submission.call("area", 3, 4, returns=number()) == 12, "the area is not right"


@question("total")
@points(1)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"
'''
PICTURE = "picture = draw(3, 4)\npicture"
CELLS = [
    locked("draw", "def draw(width, height):\n    return '#' * width * height", cell_type="code"),
    solution("area", "    return width * height", before="def area(width, height):"),
    check("area", "print('a visible test ran')\nassert area(1, 1) == 1"),
    locked("picture", PICTURE, cell_type="code"),
    solution("total", "total = 420"),
    check("total"),
    manual("why", "Because.", points=3),
    code("print('the end')"),
]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A released course with a picture and a visible test."""
    course, assignment = make_course(tmp_path, make_notebook(CELLS))
    for module in assignment.suite.glob("*.py"):
        module.unlink()
    (assignment.suite / "test_both.py").write_text(SUITE)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course


def hand_in(course: Course, student: str, changed: dict[str, str]) -> None:
    """Hand in the release with other texts in some cells, by their `grade_id`."""
    notebook = json.loads(course.assignment("practical").released_notebook.read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in changed:
            cell["source"] = changed[name]
    path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))


def grade(course: Course) -> dict[str, tuple[GradeReport, list[str]]]:
    """Grade all; for each student the report, and what each code cell of the executed notebook shows first."""
    reports = grade_class(course, course.assignment("practical"), workers=1, force=True).reports
    return {report.student: (report, _shown(course, report.student)) for report in reports}


def _shown(course: Course, student: StudentId) -> list[str]:
    notebook = json.loads(course.autograded_path(student, "practical").read_text())
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return ["".join(each[0].get("text", "?")) if each else "" for each in outputs]


def test_a_picture_is_drawn_where_an_answer_needs_it(course: Course) -> None:
    """Else it, and what it is drawn with, are left out, and the executed notebook says so."""
    hand_in(course, "ada", {"area": ANSWER, "total": "total = 420"})
    hand_in(course, "bob", {"area": ANSWER, "total": "total = 408 + len(picture)"})
    graded = grade(course)
    (ada, shown_to_ada), (bob, shown_to_bob) = graded["ada"], graded["bob"]
    assert shown_to_ada == [NOT_RUN, "", NOT_RUN, NOT_RUN, "", "", NOT_RUN]
    assert shown_to_bob == ["", "", NOT_RUN, "?", "", "", NOT_RUN]
    assert {cell.status for cell in ada.cells} == {CellStatus.OK}, "what was left out is nobody's matter"
    assert ada.checks == bob.checks
    assert [each.score for each in ada.questions] == [2, 1, 0]


def test_an_instructor_can_have_all_cells_run(course: Course) -> None:
    """With `given = "all"`; scores are the same."""
    hand_in(course, "ada", {"area": ANSWER, "total": "total = 420"})
    before, _ = grade(course)["ada"]
    settings = course.root / "assignments" / "practical" / "assignment.toml"
    settings.write_text(settings.read_text() + '[execution]\ngiven = "all"\n')
    after, shown = grade(course)["ada"]
    assert "a visible test ran\n" in shown
    assert NOT_RUN not in shown
    assert after.questions == before.questions
    assert after.checks == before.checks
