"""`autograder formgrader`: where people grade what people grade."""

from __future__ import annotations

import os

import click

from autograder.cli.options import course_option
from autograder.course import Course
from autograder.errors import UsageError


@click.command("formgrader", short_help="Open nbgrader's Formgrader, for manual grades and comments.")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N", help="Where it listens; else a free port.")
@click.option("--browser/--no-browser", default=True, help="Whether a browser is opened.")
@course_option
def command(course: Course, port: int | None, browser: bool) -> None:
    """Start JupyterLab's Formgrader on this course's gradebook, until Ctrl-C.

    It shows scores and comments of `autograder grade`, and the executed notebooks. Questions for a person are graded
    there; what a person gave is never touched when the class is graded again. It listens on this machine alone.
    """
    from autograder.gradebook.formgrader import prepare

    if not course.gradebook.is_file():
        raise UsageError(f"there is no {course.gradebook} yet: run `autograder grade` first")
    found = prepare(course, port=port or 0, opens_browser=browser)
    click.echo(f"Formgrader: {found.url}\nCtrl-C ends it.")
    os.chdir(course.root)  # nbgrader looks for its settings there
    os.execve(found.command[0], found.command, found.environment)  # noqa: S606 - there is nothing left for us to do
