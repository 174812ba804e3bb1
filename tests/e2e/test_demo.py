"""A made-up class is made of what an assignment's corpus has, be it much or little."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from courses import make_course
from notebooks import check, code, make_notebook, solution

from autograder.course import Assignment, Course
from autograder.demo import STUDENTS, make_class
from autograder.errors import AutograderError, UsageError
from autograder.notebooks.release import make_release, write_release
from autograder.suite import runner
from autograder.suite.plugin import points_by_question

ROOT = Path(__file__).parents[2]
SUITE = '''"""One number."""
from autograder.suite import points, question


@points({points})
@question("{name}")
def test_{name}_is_right(submission):
    """The number is right."""
    assert submission.number("{name}") == 4, "it is another number"
'''


def released(root: Path, cells: list[dict], **points: int) -> tuple[Course, Assignment]:
    """Make a course with a check for each question, and its release."""
    course, assignment = make_course(root, make_notebook(cells))
    shutil.rmtree(assignment.suite)
    assignment.suite.mkdir()
    for name, number in points.items():
        (assignment.suite / f"test_{name}.py").write_text(SUITE.format(name=name, points=number))
    write_release(assignment, make_release(course, assignment, points_by_question(runner.collect(assignment.suite))))
    return course, assignment


def stories(course: Course, folder: Path, name: str = "practical") -> dict[str, float]:
    """Make a class, and return what each student has done with the score that it has to get."""
    _, students = make_class(course, name, folder)
    assert [student.name for student in students] == list(STUDENTS[: len(students)])
    return {student.story: student.expected for student in students}


@pytest.mark.parametrize("name", Course(ROOT).assignments)
def test_every_assignment_has_a_class(name: str, tmp_path: Path) -> None:
    """Each of this repository has a corpus that is large enough for all students, and a folder for each of them."""
    made, students = make_class(Course(ROOT), name, tmp_path / "demo")
    assert len(students) == len(STUDENTS)
    assert len(made.submissions(made.assignment(name).id)) == len(STUDENTS)
    assert made.assignments == (name,)
    assert max(student.expected for student in students) == students[0].expected > 0


def test_an_assignment_without_functions_and_corpus(tmp_path: Path) -> None:
    """What any class does wrong is left; nobody returns nothing from a function that there is not."""
    cells = [
        code("import math"),
        *(cell for name in ("one", "two") for cell in (solution(name, f"{name} = 4"), check(name))),
    ]
    course, _ = released(tmp_path / "course", cells, one=1, two=2)
    assert stories(course, tmp_path / "demo") == {
        "answers as the reference does": 3,
        "stopped half way": 1,
        "handed in the release as it was": 0,
        "a cell that raises": 2,
        "a cell with a syntax error": 2,
        "a cell that never ends": 2,
    }


def test_a_single_question(tmp_path: Path) -> None:
    """Half of one question is none, so nobody stops there."""
    course, _ = released(tmp_path / "course", [solution("one", "one = 4"), check("one")], one=1)
    assert "stopped half way" not in stories(course, tmp_path / "demo")


def test_what_others_need_is_not_spoilt(tmp_path: Path) -> None:
    """Whose score would follow from more than one question, is spoilt in another one."""
    cells = [solution("one", "one = 4"), check("one"), solution("two", "two = one"), check("two")]
    course, _ = released(tmp_path / "course", cells, one=1, two=2)
    assert stories(course, tmp_path / "demo")["a cell that raises"] == 1


def test_mistakes_that_touch_each_other_are_not_put_together(tmp_path: Path) -> None:
    """Several mistakes at once are made in questions that know nothing of each other; their losses add up."""
    cells = [cell for name in ("one", "two", "three") for cell in (solution(name, f"{name} = 4"), check(name))]
    course, assignment = released(tmp_path / "course", cells, one=1, two=2, three=4)
    mistakes = assignment.solutions / "mistakes"
    mistakes.mkdir()
    for name, number in (("one", 0), ("one", 1), ("three", 2)):
        text = f'"""Takes {number} for {name}."""\n# fails: {name}.{name}_is_right\n# %% {name}\n{name} = {number}\n'
        (mistakes / f"{name}_{number}.py").write_text(text)
    found = stories(course, tmp_path / "demo")
    assert found["several mistakes at once"] == 2
    assert found["mistake: Takes 1 for one."] == 6


def test_nothing_but_a_demo_is_replaced(tmp_path: Path) -> None:
    """A folder that holds something else is left as it is."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="--into"):
        make_class(Course(ROOT), "convnets", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_assignment_that_there_is_not_leaves_nothing(tmp_path: Path) -> None:
    """It is told before a folder is made."""
    with pytest.raises(AutograderError, match="there is no assignment 'maths'"):
        make_class(Course(ROOT), "maths", tmp_path / "demo")
    assert not (tmp_path / "demo").exists()
