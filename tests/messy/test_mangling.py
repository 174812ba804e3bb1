"""Right submissions, mangled at random: nothing crashes, nothing is gained, and only what was destroyed is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from messy import course, oracle
from messy.builder import Notebook
from messy.course import ANSWERS, CODE, DATA, FULL, SETUP, WORDS
from messy.groups import UNFINISHED, WRONG
from messy.harness import grade
from messy.mangling import CHANGES, Mangled, Mangler
from nbformat import NotebookNode

from autograder.course import Course
from autograder.notebooks import cells
from autograder.notebooks.release import read_release
from autograder.notebooks.restore import restore_file
from autograder.notebooks.stubs import untouched_answers

SEEDS = 40
"""Submissions that are graded."""


@pytest.fixture(scope="module")
def released(release: Notebook, made: Course) -> NotebookNode:
    """The release as it is restored to."""
    return read_release(made.assignment(course.NAME))


def check_all_restored(release: Notebook, released: NotebookNode, seeds: range) -> None:
    """Assert that of mangled submissions; whatever else the tests are, these are the same ones in every run."""
    for seed in seeds:
        submission = Mangler(release, random.Random(seed)).mangle()
        try:
            check_restored(submission, released)
        except AssertionError as error:
            raise AssertionError("\n".join((f"seed {seed}", *submission.history))) from error


def check_restored(submission: Mangled, released: NotebookNode) -> None:
    """Assert that a mangled submission is brought back with its answers, and no others."""
    result = restore_file(submission.data, released)
    code = [cell.source for cell in result.notebook.cells if cell.cell_type == "code"]
    assert oracle.answered(code) == submission.answered - {"why"}
    (words,) = [cell.source for name, cell in cells.answers(result.notebook) if name == "why"]
    if "why" in submission.answered - submission.may_lose:
        assert WORDS in words
    marks = [cells.grade_id(cell) for cell in result.notebook.cells if cells.grade_id(cell)]
    assert marks == [cells.grade_id(cell) for cell in released.cells if cells.grade_id(cell)]
    assert not untouched_answers(result.notebook, released) & submission.answered & set(CODE)


def test_the_oracle_tells_right_from_wrong():
    """It misses exactly the question whose answer is wrong, unfinished, undone below, or defined below a mistake."""
    right = [SETUP, DATA, *CODE.values()]
    assert oracle.answered(right) == set(CODE)
    for name, source in CODE.items():
        for other in (WRONG[name], UNFINISHED[name], f"1 / 0\n{source}", ""):
            assert oracle.answered([SETUP, DATA, *{**CODE, name: other}.values()]) == set(CODE) - {name}
        assert oracle.answered([*right, WRONG[name]]) == set(CODE) - {name}
    assert oracle.answered([*CODE.values(), SETUP, DATA]) == set(CODE) - {"losses"}


def test_everything_is_done_to_submissions(release: Notebook):
    """Each change is made at times, and answers are destroyed at times."""
    made = [Mangler(release, random.Random(seed)).mangle() for seed in range(300)]
    done = {line.split()[0] for each in made for line in each.history if not line.endswith(" -")}
    assert {change.__name__ for change in CHANGES} <= done
    assert {name for each in made for name in ANSWERS if name not in each.answered} == set(ANSWERS)


def test_only_what_was_destroyed_is_lost(release: Notebook, released: NotebookNode):
    """A restored notebook answers rightly what its submission did, and nothing that its submission did not."""
    check_all_restored(release, released, range(SEEDS, SEEDS + 500))


@pytest.mark.slow
def test_only_what_was_destroyed_is_lost_at_length(release: Notebook, released: NotebookNode):
    """The same, for many more."""
    check_all_restored(release, released, range(10_000, 20_000))


@pytest.mark.slow
def test_mangled_submissions_are_graded(release: Notebook, tmp_path: Path):
    """The grader gives each its row, and full marks for exactly the answers that are left in it."""
    submissions = {f"seed_{seed:02}": Mangler(release, random.Random(seed)).mangle() for seed in range(SEEDS)}
    graded = grade(course.build(tmp_path)[0], {student: each.data for student, each in submissions.items()})
    assert graded.code == 0, graded.said[-3000:]
    assert sorted(graded.reports) == sorted(submissions)
    for student, each in submissions.items():
        report = graded.reports[student]
        assert not report.has_errors
        expected = {name: FULL[name] if name in each.answered else 0.0 for name in CODE}
        found = {question.grade_id: question.score for question in report.questions if question.grade_id in CODE}
        assert found == expected, (student, each.history)
        assert graded.left(student) == each.data
