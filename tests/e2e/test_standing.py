"""A course says which of several notebooks counts, and how many are graded a day; both hold for a whole grading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, make_notebook, solution

from autograder.batch import Batch, grade_class
from autograder.course import Course
from autograder.gradebook.nbgrader import read_scores
from autograder.notebooks.release import make_release, write_release
from autograder.pool.local import LocalPool
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

SUITE = '''"""Two parts."""
from autograder.suite import number, points, question

pytestmark = question("total")


@points(1)
def test_is_a_number(submission):
    """It is a number."""
    submission.number("total")


@points(2)
def test_is_right(submission):
    """It is the right one."""
    assert submission.number("total") == 420, "it is another number"
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A released course of one question."""
    notebook = make_notebook([solution("total", "total = sum([101, 103, 107, 109])"), check("total")])
    course, assignment = make_course(tmp_path_factory.mktemp("course"), notebook)
    for path in assignment.suite.iterdir():
        path.unlink()
    (assignment.suite / "test_total.py").write_text(SUITE)
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course


@pytest.fixture(scope="module")
def pool(course: Course) -> Iterator[LocalPool]:
    """Servers for all gradings of this file."""
    with LocalPool(course, workers=1) as pool:
        yield pool


def grade(course: Course, pool: LocalPool, student: str, answer: str, policy: str, *, force: bool = False) -> Batch:
    """Hand in a notebook with an answer, and grade it by a policy."""
    toml = course.root / "assignments" / "practical" / "assignment.toml"
    toml.write_text(f'title = "A practical"\nfiles = ["data/words.txt"]\n[grading]\n{policy}\n')
    assignment = course.assignment("practical")
    released = json.loads(assignment.released_notebook.read_text())
    for cell in released["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "total":
            cell["source"] = answer
    path: Path = course.root / "submitted" / student / "practical" / "practical.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(released))
    return grade_class(course, assignment, students=[student], force=force, pool=pool)


def test_the_best_notebook_counts(course: Course, pool: LocalPool) -> None:
    """A worse one takes its place neither in report nor gradebook, and is not graded twice; a better one does."""
    policy = 'counts = "best"'
    scores = []
    for answer in ("total = 1", "total = 420", "total = 2", "total = 2"):
        batch = grade(course, pool, "ada", answer, policy)
        assert [each.score for each in batch.reports] == [batch.reports[0].score]
        scores.append((batch.reports[0].score, batch.outdone, batch.num_reused))
    assert scores == [(1.0, (), 0), (3.0, (), 0), (3.0, ("ada",), 0), (3.0, (), 1)]
    assert read_scores(course, course.assignment("practical"))["ada"].score == 3.0


def test_the_latest_notebook_counts_where_nothing_is_said(course: Course, pool: LocalPool) -> None:
    """Also where it scores less."""
    assert grade(course, pool, "bob", "total = 420", "").reports[0].score == 3.0
    batch = grade(course, pool, "bob", "total = 1", "")
    assert (batch.reports[0].score, batch.outdone) == (1.0, ())


def test_only_so_many_notebooks_are_graded_a_day(course: Course, pool: LocalPool) -> None:
    """The next one waits beside the earlier report; staff can grade it all the same."""
    policy = "per_day = 2"
    for answer in ("total = 1", "total = 2"):
        assert not grade(course, pool, "eve", answer, policy).waiting
    waiting = grade(course, pool, "eve", "total = 420", policy)
    assert list(waiting.waiting) == ["eve"]
    assert waiting.reports[0].score == 1.0
    forced = grade(course, pool, "eve", "total = 420", policy, force=True)
    assert (forced.reports[0].score, dict(forced.waiting)) == (3.0, {})
