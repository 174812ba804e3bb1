"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from autograder.course import Assignment, Course
from autograder.errors import UsageError


def _find(context: click.Context, parameter: click.Parameter, folder: Path | None) -> Course:
    return Course.find(folder or context.obj or Path.cwd())


course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    callback=_find,
    metavar="DIR",
    help="A folder in the course; else the current one.",
)
"""Gives a command the course that it is about, as `course`."""

workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Submissions that are worked on at a time; else one per core.",
)


def chosen(course: Course, names: Sequence[str]) -> tuple[Assignment, ...]:
    """Return the named assignments; every one of the course where none is named.

    Raises
    ------
    UsageError
        If the course has no assignment of a name, or none at all.
    """
    found = tuple(course.assignment(name) for name in names or course.assignments)
    if not found:
        raise UsageError(
            f"{course.root} has no assignments: one is a folder assignments/<name> with assignment.toml in it"
        )
    return found
