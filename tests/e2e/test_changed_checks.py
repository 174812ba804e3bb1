"""After a check was edited, what has changed can be asked alone: the results are those of a whole grading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, manual, solution

from autograder.batch import Batch, grade_class
from autograder.course import Course
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.release import make_release, write_release
from autograder.pool.local import LocalPool
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

AREA = '''"""Areas of rectangles."""
from pathlib import Path

from autograder.suite import number, points, question

pytestmark = question("area")


def note(name):
    with (Path(__file__).parents[3] / "asked.txt").open("a") as file:
        file.write(f"{name}\\n")


def area_of(submission, width, height):
    return submission.call("area", width, height, returns=number())


@points(2, hint="Multiply both sides.")
def test_is_right(submission):
    """The area is the product of both sides."""
    note("is_right")
    found = area_of(submission, 3, 4)
    assert found == 12, f"a rectangle of 3 by 4 was given the area {found}"


@points(1, needs="test_is_right")
def test_empty(submission):
    """A rectangle without width has no area."""
    note("empty")
    assert submission.call("area", 0, 4, returns=number()) == 0, "a rectangle without width was given an area"


@points(1)
def test_is_a_number(submission):
    """The area is a number."""
    note("is_a_number")
    area_of(submission, 1, 1)
'''
TOTAL = '''"""A total."""
from autograder.suite import points, question


@question("total")
@points(1.5)
def test_total(submission):
    """The total is right."""
    assert submission.number("total") == 420, "the total is not right"
'''
LENIENT = "def area(width, height):\n    return 12 if width else 5"
ANSWERS = {
    "ada": {"area": "def area(width, height):\n    return width * height", "total": "total = 420", "why": "Shared."},
    "bob": {"area": "def area(width, height):\n    return width + height", "total": "total = 420"},
    "eve": {"area": LENIENT, "total": "1 / 0", "why": "I do not know."},
    "untouched": {},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of two questions for a suite and one for a person, in which four students handed in."""
    notebook = make_notebook(
        [
            code("import math"),
            solution("area", "    return width * height", before="def area(width, height):"),
            check("area"),
            solution("total", "total = sum([101, 103, 107, 109])"),
            check("total"),
            manual("why", "Because the weights are shared.", points=3),
        ]
    )
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_total.py").write_text(TOTAL)
    edit(course, "", "")
    for student, answers in ANSWERS.items():
        released = json.loads(assignment.released_notebook.read_text())
        for cell in released["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(name, cell["source"])
        path = submitted(course, student)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(released))
    return course


@pytest.fixture(scope="module")
def pool(made: Course) -> Iterator[LocalPool]:
    """Servers for all gradings of this file."""
    with LocalPool(made, workers=2) as pool:
        yield pool


@pytest.fixture
def course(made: Course, pool: LocalPool) -> Course:
    """The course, graded by the suite as it was written."""
    edit(made, "", "")
    grade_class(made, made.assignment("practical"), pool=pool)
    asked(made)
    return made


def submitted(course: Course, student: str) -> Path:
    """Return where a student's notebook lies."""
    return course.root / "submitted" / student / "practical" / "practical.ipynb"


def edit(course: Course, old: str, new: str, more: str = "") -> None:
    """Write the suite with one piece of text in the place of another, and release what follows from it."""
    assert old in AREA
    assignment = course.assignment("practical")
    (assignment.suite / "test_area.py").write_text((AREA.replace(old, new) if old else AREA) + more)
    points = points_by_question(runner.collect(assignment.suite))
    write_release(assignment, make_release(course, assignment, points))


def asked(course: Course) -> set[str]:
    """Return which checks were asked since this was called last."""
    path = course.root / "asked.txt"
    names = set(path.read_text().split()) if path.exists() else set()
    path.unlink(missing_ok=True)
    return names


def regrade(course: Course, pool: LocalPool) -> Batch:
    """Ask what has changed."""
    return grade_class(course, course.assignment("practical"), only_changed_checks=True, pool=pool)


def written(course: Course) -> dict[str, object]:
    """Return all that a grading gives, but for when it was made."""
    folders = ("reports", "autograded", "feedback")
    files = sorted(path for name in folders for path in (course.root / name).glob("*/**/practical*"))
    kept = {str(path): path.read_bytes() for path in files if path.is_file() and len(path.suffixes) == 1}
    return {**kept, "scores": read_scores(course, course.assignment("practical"))}


NEW = '''

@points(0)
def test_grows(submission):
    """A larger rectangle has a larger area."""
    note("grows")
    assert area_of(submission, 9, 9) > area_of(submission, 1, 1), "it does not grow"
'''
ALL = {"is_right", "empty", "is_a_number"}
EDITS = {
    "message": ("was given an area", "has one", "", {"is_right", "empty"}),
    "stricter, with what depends on it": ("3, 4)", "3, 5)", "", {"is_right", "empty"}),
    "helper": (
        "width, height, returns=number()",
        "height, width, returns=number()",
        "",
        ALL,
    ),
    "hint": ("Multiply both", "Multiply the two", "", {"is_right", "empty"}),
    "points": ("@points(1)\ndef test_is_a_number", "@points(5)\ndef test_is_a_number", "", {"is_a_number"}),
    "a new check": ("", "", NEW, {"grows"}),
    "one check less": (AREA[AREA.index("@points(1)\ndef test_is_a") :], "", "", set()),
    "a comment": ("@points(2", "# It is worth two.\n@points(2", "", set()),
    "the title of the question": ("Areas of rectangles", "Rectangles", "", ALL),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name.startswith("stricter") else pytest.mark.slow) for name in EDITS]
)
def test_it_is_as_if_everything_were_asked(course: Course, pool: LocalPool, name: str) -> None:
    """Reports, pages, notebooks and scores are, byte for byte, those of a whole grading; only what changed is asked."""
    old, new, more, expected = EDITS[name]
    edit(course, old, new, more)
    batch = regrade(course, pool)
    assert (batch.num_asked_less, batch.num_reused) == (len(ANSWERS), 0)
    assert asked(course) == expected
    found = written(course)
    assert regrade(course, pool).num_reused == len(ANSWERS)
    grade_class(course, course.assignment("practical"), force=True, pool=pool)
    assert written(course) == found


def test_a_check_that_could_not_be_made_is_asked_again(course: Course, pool: LocalPool) -> None:
    """An instructor mends a check: its ERRORs are gone, and nothing else was asked but what needs it."""
    edit(course, "assert found == 12", "assert wrong_name == 12")
    broken = regrade(course, pool)
    assert any(report.has_errors for report in broken.reports)
    asked(course)
    assert regrade(course, pool).num_asked_less == 3  # who left the stub as it was has no ERROR
    assert asked(course) == {"is_right"}
    edit(course, "", "")
    assert not any(report.has_errors for report in regrade(course, pool).reports)
    assert asked(course) == {"is_right", "empty"}


@pytest.mark.slow
def test_what_else_changed_is_graded_whole(course: Course, pool: LocalPool) -> None:
    """Another notebook, or another setting, has every check asked."""
    path = submitted(course, "bob")
    before = path.read_text()
    try:
        path.write_text(before.replace("width + height", "width - height"))
        edit(course, "", "", NEW)
        batch = regrade(course, pool)
        assert (batch.num_asked_less, asked(course)) == (len(ANSWERS) - 1, {*ALL, "grows"} - {"empty"})
    finally:
        path.write_text(before)
    toml = course.root / "assignments" / "practical" / "assignment.toml"
    kept = toml.read_text()
    try:
        toml.write_text(kept + "[limits]\nrequest_s = 17\n")
        assert regrade(course, pool).num_asked_less == 0
    finally:
        toml.write_text(kept)
