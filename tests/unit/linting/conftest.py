"""A small course in which linting finds nothing, to be spoilt one thing at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, locked, make_notebook, manual, solution, text

from autograder.course import Assignment, Course
from autograder.errors import AssignmentError
from autograder.linting import lint
from autograder.linting.findings import Finding
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""Areas of rectangles."""
import numpy as np
import pytest

from autograder.suite import number, points, question

pytestmark = question("area")

SIDES = np.array([3, 4, 5])


@pytest.fixture
def three_by_four(submission):
    """The answer for one rectangle."""
    return submission.call("area", 3, 4, returns=number())


@points(2, hint="Multiply both sides.")
def test_is_right(three_by_four):
    """The area is the product of both sides."""
    assert three_by_four == 12, f"a rectangle of 3 by 4 was given the area {three_by_four}"


@points(1, hint="A product with nothing is nothing.")
def test_empty(submission, rng):
    """A rectangle without width has no area."""
    side = float(rng.choice(SIDES))
    assert submission.call("area", 0, side, returns=number()) == 0, "a rectangle without width was given an area"
'''
PUBLIC = '''"""Areas, in public."""
from autograder.suite import number, points, question


@question("area")
@points(1, hint="End the function with a return.")
def test_is_a_number(submission):
    """The area is a number."""
    submission.call("area", 1, 1, returns=number())
'''
MISTAKE = (
    '"""Returns words."""\n# fails: area.is_a_number, area.is_right, area.empty\n# %% area\n'
    'def area(width, height):\n    return "wide"\n'
)


def cells() -> list[dict]:
    """Return the cells of the instructor's notebook."""
    return [
        locked("title", "# Rectangles\n\nSee [the encyclopedia](https://example.org/rectangle).\n\n## Their area"),
        code("import math"),
        text("Write a function for the area (4 points). Not `np.int` and not `![](sides.png)`."),
        solution("area", "    product_of_both_sides = width * height\n    return product_of_both_sides", before=HEAD),
        check("area", "assert area(1, 1) == 1"),
        locked("why_text", "Why is that so? (3 points)"),
        manual("why", "Because a rectangle is made of rows of squares.", points=3),
    ]


HEAD = 'def area(width, height):\n    """Return the area."""'


@dataclass(frozen=True)
class Practical:
    """The course, and what tests do to it."""

    course: Course

    @property
    def assignment(self) -> Assignment:
        """The only assignment, read anew."""
        return self.course.assignment("practical")

    def lint(self) -> tuple[Finding, ...]:
        """Return what is found without running anything."""
        return lint(self.course, self.assignment, quick=True).findings

    def rules(self) -> set[str]:
        """Return the rules that are broken."""
        return {finding.rule for finding in self.lint()}

    def edit(self, change: Callable[[list[dict]], object], *, releases: bool = True) -> None:
        """Change the cells of the source notebook, and release it again."""
        path = self.assignment.source
        content = json.loads(path.read_text())
        change(content["cells"])
        path.write_text(json.dumps(content))
        if releases:
            self.release()

    def edit_release(self, change: Callable[[dict], object]) -> None:
        """Change the released notebook behind the back of `autograder release`."""
        path = self.assignment.released_notebook
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    def suite(self, old: str, new: str, *, file: str = "test_area.py", releases: bool = False) -> None:
        """Change the text of the suite."""
        path = self.assignment.suite / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        if releases:
            self.release()

    def settings(self, text: str) -> None:
        """Add to assignment.toml."""
        path = self.assignment.folder / "assignment.toml"
        path.write_text(path.read_text() + text)

    def release(self) -> None:
        """Release what can be released."""
        try:
            points = points_by_question(runner.collect(self.assignment.suite))
            write_release(self.assignment, make_release(self.course, self.assignment, points))
        except AssignmentError:
            pass


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course as it should be."""
    course, assignment = make_course(tmp_path_factory.mktemp("origin"), make_notebook(cells()))
    (assignment.suite / "test_area.py").write_text(SUITE)
    (assignment.suite / "public_area.py").write_text(PUBLIC)
    (assignment.solutions / "mistakes").mkdir()
    (assignment.solutions / "mistakes" / "words.py").write_text(MISTAKE)
    Practical(course).release()
    return course.root


@pytest.fixture
def practical(origin: Path, tmp_path: Path) -> Practical:
    """A copy of it, to be spoilt."""
    shutil.copytree(origin, tmp_path / "course")
    return Practical(Course(tmp_path / "course"))
