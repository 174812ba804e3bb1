"""`autograder doctor`: says whether this machine can grade, and what to type where not."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.course import Course
from autograder.errors import UsageError

NO_WALL = 4


def _find(context: click.Context, parameter: click.Parameter, folder: Path | None) -> Course | None:
    """Return the course that was named or that this folder is in; the doctor can do without."""
    named = folder or context.obj
    if named is not None:
        return Course.find(named)
    try:
        return Course.find(Path.cwd())
    except UsageError:
        return None


@click.command("doctor", short_help="Say whether this machine can grade safely.")
@click.option("--json", "as_json", is_flag=True, help="Print everything that was found, as JSON.")
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    callback=_find,
    metavar="DIR",
    help="A folder in the course; else the current one. It works outside of a course, too.",
)
def command(course: Course | None, as_json: bool) -> int:
    """Say which walls around student code hold here, and what to type where one does not.

    Each wall is tried out, by trying to break out of it; that takes some seconds. Then come who keeps which limit, the
    versions of Python and of the packages, the temporary folder, and the course with its secret and its gradebook.
    Nothing is changed.

    The exit code is 0 where a wall holds, and 4 where none does: then `autograder grade` refuses to grade.
    """
    from autograder.cli.console import harmless_json, progress
    from autograder.doctor import diagnose
    from autograder.records import to_json

    console = progress()
    if console.is_terminal:
        with console.status("") as status:
            diagnosis = diagnose(course, on_step=status.update)
    else:
        diagnosis = diagnose(course)
    if as_json:
        click.echo(harmless_json(to_json(diagnosis)), nl=False)
    else:
        from autograder.cli.diagnosis import print_diagnosis

        print_diagnosis(diagnosis)
    return 0 if diagnosis.chosen else NO_WALL
