"""A course to begin with: what `autograder init` writes, from the files in the folders beside this module.

``course`` holds what a course has once, ``assignment`` what each assignment has, laid out as in a course folder. The
names of these files end in ``.tpl``, so that neither linters nor type checkers nor git take them for parts of this
package. ``NAME`` in a path stands for the assignment, ``@title@`` and ``@course_id@`` in a text for what they say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Assignment, Course, is_assignment_id
from autograder.errors import UsageError
from autograder.gradebook.registration import register
from autograder.notebooks.release import make_release, read_release, write_release
from autograder.suite.plugin import points_by_question
from autograder.suite.runner import collect

FIRST = "first_steps"
"""The assignment of a new course, where nobody names one."""
_LONGEST = 64
"""Characters of a name; notebooks say where they come from in as many."""
_HERE = Path(__file__).parent
_SUFFIX = ".tpl"
_OWN = ("pyproject.toml", ".gitignore")
"""What other tools write too: where there is one, it stays as it is."""


@dataclass(frozen=True)
class Made:
    """What was made: paths from the course's folder, sorted; `kept` are those that were there and stay as they are."""

    course: Course
    assignment: Assignment
    is_new_course: bool
    paths: tuple[str, ...]
    kept: tuple[str, ...] = ()


def make_course(folder: Path, name: str = FIRST) -> Made:
    """Make a course with one assignment that can be graded at once, its release and its secret.

    Parameters
    ----------
    folder
        Made where there is none. An own `pyproject.toml` and `.gitignore` stay as they are.
    name
        Of the assignment.

    Raises
    ------
    UsageError
        If something is there that would have to be overwritten, or the folder cannot be written. Nothing is written
        in the first case.
    """
    root = folder.absolute()
    texts = {"title": _title(name), "course_id": re.sub(r"[^A-Za-z0-9_-]+", "_", root.name).strip("_") or "course"}
    general = dict(_read("course", name, texts))
    kept = tuple(path for path in _OWN if os.path.lexists(root / path))
    files = {path: text for path, text in general.items() if path not in kept}
    return _make(root, name, {**files, **dict(_read("assignment", name, texts))}, kept, is_new_course=True)


def add_assignment(course: Course, name: str) -> Made:
    """Add an assignment to a course that there is.

    Raises
    ------
    UsageError
        If the course has something of that name, or cannot be written.
    """
    files = dict(_read("assignment", name, {"title": _title(name)}))
    return _make(course.root, name, files, (), is_new_course=False)


def _make(root: Path, name: str, files: Mapping[str, str], kept: tuple[str, ...], *, is_new_course: bool) -> Made:
    """Write files, then the release and the secret."""
    if not is_assignment_id(name) or name.startswith("-") or len(name) > _LONGEST:
        raise UsageError(
            f"{name!r} cannot be an assignment's name: take letters, digits, _ and -, {_LONGEST} of them at most"
        )
    of_assignment = (f"{part}/{name}" for part in ("assignments", "tests/suites", "solutions", "release"))
    general = ("gradebook.db",) if is_new_course else ()
    there = sorted(path for path in (*files, *of_assignment, *general) if os.path.lexists(root / path))
    if there:
        raise UsageError(
            f"{root} has {there[0]} already, and nothing is overwritten: choose another folder, or another --assignment"
        )
    try:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            with (root / path).open("x", encoding="utf-8") as file:
                file.write(text)
        course = Course(root)
        assignment = course.assignment(name)
        release = make_release(course, assignment, points_by_question(collect(assignment.suite)))
        write_release(assignment, release)
        register(course, assignment, read_release(assignment))
        course.secret()
    except OSError as error:
        raise UsageError(f"{error.filename or root} cannot be written: {error.strerror}") from error
    paths = (*files, *(f"release/{name}/{path}" for path in release))
    return Made(course, assignment, is_new_course, tuple(sorted(paths)), kept)


def _read(part: str, name: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file of a folder beside this module."""
    for path in sorted((_HERE / part).rglob(f"*{_SUFFIX}")):
        text = path.read_text("utf-8")
        for word, meant in texts.items():
            text = text.replace(f"@{word}@", meant)
        yield path.relative_to(_HERE / part).as_posix().removesuffix(_SUFFIX).replace("NAME", name), text


def _title(name: str) -> str:
    """Return a name as words: ``first_steps`` is "First steps"."""
    words = re.sub(r"[_-]+", " ", name).strip()
    return words[:1].upper() + words[1:] or name
