"""`autograder init`: makes a course to begin with."""

from __future__ import annotations

import json
import shlex
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import Course
from autograder.errors import UsageError

if TYPE_CHECKING:  # importing it starts pytest
    from autograder.scaffold import Made

_WIDTH = 100


@click.command("init", short_help="Make a course, or one more assignment.")
@click.argument("folder", metavar="[FOLDER]", type=click.Path(path_type=Path), required=False)
@click.option("--assignment", "name", metavar="NAME", help="The assignment's name; first_steps in a new course.")
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.pass_context
def command(context: click.Context, folder: Path | None, name: str | None, as_json: bool) -> int:
    """Make a course in FOLDER, or in the current folder: one that can be graded at once.

    It gets an assignment with three questions (a function, a Keras model, a text that a person reads), and all that
    belongs to it: the notebook with solutions in assignments/NAME, the hidden suite with public checks in
    tests/suites/NAME, right answers and known mistakes in solutions/NAME, the release for students in release/NAME.
    Beside these are nbgrader_config.py, pyproject.toml, .gitignore, nbgrader's gradebook and the course's secret.

    In a course that there is, --assignment adds an assignment of that name, in the same form.

    Change the questions before students get them: these stand in this package, for everybody to read. Nothing that
    exists is ever overwritten; the exit code is 2 where something would be.
    """
    from autograder.scaffold import FIRST, add_assignment, make_course

    wanted = folder or context.obj
    course = _course(wanted)
    if course is None:
        made = make_course(wanted or Path.cwd(), name or FIRST)
    elif name is None:
        raise UsageError(f"{course.root} is a course already: --assignment NAME adds an assignment to it")
    else:
        made = add_assignment(course, name)
    if as_json:
        told = {"course": str(made.course.root), "assignment": made.assignment.id}
        click.echo(json.dumps({**told, "made": list(made.paths), "kept": list(made.kept)}))
    else:
        _say(made)
    return 0


def _course(wanted: Path | None) -> Course | None:
    """Return the course that is to get an assignment; a folder that was named is a course itself, or becomes one."""
    try:
        course = Course.find(wanted or Path.cwd())
    except UsageError:
        return None
    return course if wanted is None or course.root == wanted.resolve() else None


def _say(made: Made) -> None:
    """Say what was made, folder by folder, and what to type next."""
    root, name = made.course.root, made.assignment.id
    click.echo(f"made {'a course' if made.is_new_course else 'an assignment'} in {root}:")
    folders: dict[str, list[str]] = {}
    for path in made.paths:
        parent, _, file = path.rpartition("/")
        folders.setdefault(f"{parent}/" if parent else "./", []).append(file)
    for folder in sorted(folders):
        click.echo(f"  {folder}")
        click.echo(textwrap.fill("  ".join(folders[folder]), _WIDTH, initial_indent="    ", subsequent_indent="    "))
    for path in made.kept:
        click.echo(f"{path} was there, and stays as it is")
    if ".gitignore" in made.kept:
        click.echo("  list in it what belongs in no repository: .autograder/ submitted/ autograded/ feedback/ reports/")
    click.echo("\nnext:")
    if root != Path.cwd().resolve():
        click.echo(f"  cd {shlex.quote(str(root))}")
    commands = {
        f"jupyter lab assignments/{name}/{name}.ipynb": "write your questions",
        f"autograder release {name}": "make the student version again",
        f"autograder lint {name}": "look for mistakes of yours",
        f"autograder verify {name}": "say whether the suite judges rightly",
        f"autograder demo --assignment {name}": "grade a made-up class",
    }
    width = max(map(len, commands))
    for typed, what in commands.items():
        click.echo(f"  {typed:{width}}  {what}")
