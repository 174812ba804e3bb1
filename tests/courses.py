"""Makes small courses on disk for tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from nbformat import NotebookNode
from notebooks import check, code, locked, make_notebook, manual, solution, text

from autograder.course import Assignment, Course

ROOT = Path(__file__).parents[1]
POINTS = {"area": 2.0, "total": 1.5}
ASSIGNMENT_TOML = 'title = "A practical"\nfiles = ["data/words.txt"]\n'
HIDDEN_SUITE = '''"""Hidden."""
from autograder.suite import points, question

pytestmark = question("area")


@points(2)
def test_is_right(submission):
    """The area is right."""
    assert submission.call("area", 3, 4) == 12, "the area of the hidden rectangle is wrong"
    assert [submission.call("area", n, 1) for n in (17, 19, 23, 29)] == [17, 19, 23, 29], "wrong for others"
'''
PUBLIC_SUITE = '''"""Public."""
import numpy as np
from autograder.suite import points, question

pytestmark = question("area")


@points(0)
def test_is_a_function(submission):
    """The area of a square of side one is one."""
    assert submission.call("area", 1, 1) == 1, "the area of a unit square is one"
'''


def source() -> NotebookNode:
    """Return an instructor's notebook with two questions in code and one in words."""
    area = "product_of_both_sides = width * height\nreturn product_of_both_sides"
    region = "\n".join("    " + line for line in f"### BEGIN SOLUTION\n{area}\n### END SOLUTION".splitlines())
    area_cell = solution("area", "")
    area_cell["source"] = f'def area(width, height):\n    """Return the area."""\n{region}'
    return make_notebook(
        [
            text("# A practical"),
            {**code("import math"), "outputs": [{"output_type": "stream", "name": "stdout", "text": ["noise"]}]},
            locked("intro", "Read this first."),
            area_cell,
            check("area", "assert area(1, 1) == 1"),
            solution("total", "total = sum([101, 103, 107, 109])"),
            check("total"),
            manual("why", "Because the weights are shared by all positions.", points=3),
        ]
    )


def make_course(root: Path, notebook: NotebookNode | None = None) -> tuple[Course, Assignment]:
    """Write a course with one assignment, and return both."""
    name = "practical"
    folder, suite = root / "assignments" / name, root / "tests" / "suites" / name
    for each in (folder / "data", suite, root / "solutions" / name / "accepted"):
        each.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_text(json.dumps(source() if notebook is None else notebook))
    (folder / "assignment.toml").write_text(ASSIGNMENT_TOML)
    (folder / "data" / "words.txt").write_text("one two three")
    (suite / "test_area.py").write_text(HIDDEN_SUITE)
    (suite / "public_area.py").write_text(PUBLIC_SUITE)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course(root)
    return course, course.assignment(name)
