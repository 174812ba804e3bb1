"""A class whose gradebook and page say all that there is to say is left alone until what they are made of changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from courses import make_course

from autograder.course import Assignment, Course
from autograder.gradebook.database import open_gradebook
from autograder.records import AssignmentId, StudentId
from autograder.settled import Settled

ADA, NAME = StudentId("ada"), AssignmentId("practical")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with everything that a grading leaves of one student."""
    course, _ = make_course(tmp_path_factory.mktemp("course"))
    handed_in = course.root / "submitted" / ADA / NAME / f"{NAME}.ipynb"
    for path in (
        handed_in,
        course.report_path(ADA, NAME),
        course.run_path(ADA, NAME),
        course.feedback_path(ADA, NAME),
        course.class_page(NAME),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("made by a grading")
    with open_gradebook(course) as gradebook:
        gradebook.add_student(ADA)
    return course.root


@pytest.fixture
def practical(template: Path, tmp_path: Path) -> tuple[Course, Assignment]:
    """A copy of that course, of which it is noted that all is written."""
    course = Course(Path(shutil.copytree(template, tmp_path / "course")))
    assignment = course.assignment(NAME)
    settled = Settled(course, assignment, "rubric")
    settled.note(settled.state())
    return course, assignment


def holds(practical: tuple[Course, Assignment], rubric: str = "rubric") -> bool:
    """Return what a later run finds."""
    return Settled(*practical, rubric).holds()


def a_person_grades(course: Course) -> None:
    """Change the gradebook by a transaction, and give the file the size and the time that it had."""
    before = course.gradebook.stat()
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(ADA, first_name="Ada")
    os.utime(course.gradebook, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert course.gradebook.stat().st_size == before.st_size


def written(path: Callable[[Course], Path]) -> Callable[[Course], object]:
    """Return a change that writes a file anew."""

    def write(course: Course) -> None:
        path(course).parent.mkdir(parents=True, exist_ok=True)
        path(course).write_text("written by somebody else")

    return write


def gone(path: Callable[[Course], Path]) -> Callable[[Course], object]:
    """Return a change that takes a file away."""
    return lambda course: path(course).unlink()


CHANGES: dict[str, Callable[[Course], object]] = {
    "a person grades": a_person_grades,
    "no gradebook": gone(lambda course: course.gradebook),
    "a change that waits": written(lambda course: course.root / "gradebook.db-wal"),
    "no page": gone(lambda course: course.class_page(NAME)),
    "another report": written(lambda course: course.report_path(ADA, NAME)),
    "another run": written(lambda course: course.run_path(ADA, NAME)),
    "no page of a student": gone(lambda course: course.feedback_path(ADA, NAME)),
    "a date": written(lambda course: course.root / "submitted" / ADA / NAME / "timestamp.txt"),
    "another student": written(lambda course: course.root / "submitted" / "bob" / NAME / f"{NAME}.ipynb"),
    "a rule for late ones": written(lambda course: course.root / "nbgrader_config.py"),
    "settings of the course": written(lambda course: course.root / "pyproject.toml"),
    "settings of the assignment": written(lambda course: course.assignment(NAME).folder / "assignment.toml"),
    "no note": gone(lambda course: course.root / ".autograder" / "settled" / NAME),
    "a torn note": lambda course: (course.root / ".autograder" / "settled" / NAME).write_bytes(b"\xff\x00"),
}


def test_what_nobody_touched_is_settled(practical) -> None:
    """Reading it changes nothing, however often."""
    assert holds(practical)
    assert holds(practical)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_noticed(practical, change) -> None:
    """Whoever changes what gradebook or page are made of, or one of them, has both written again."""
    change(practical[0])
    assert not holds(practical)


def test_another_suite_is_noticed(practical) -> None:
    """The files of the assignment count by their digest."""
    assert not holds(practical, rubric="another")
