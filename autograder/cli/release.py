"""`autograder release`: writes the student version of assignments."""

from __future__ import annotations

import json

import click

from autograder.cli.options import chosen, course_option
from autograder.course import Course

STALE = 3


@click.command("release", short_help="Write the student version of assignments.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; say whether release/ is up to date (exit code 3 if not).")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each assignment.")
@course_option
def command(course: Course, names: tuple[str, ...], check: bool, as_json: bool) -> int:
    """Write the student version of each NAME, or of every assignment.

    The notebook in assignments/NAME goes to release/NAME through nbgrader: stubs in the place of solutions, no
    hidden tests, and in each grade cell the points that the suite in tests/suites/NAME gives. Public checks,
    requirements.txt and the files that assignment.toml declares go with it, check.toml and released.json, which
    `autograder check` reads, and nothing else. nbgrader's gradebook learns of the assignment, so that Formgrader
    shows it.
    """
    from autograder.gradebook.registration import register
    from autograder.notebooks.release import make_release, read_release, stale_paths, write_release
    from autograder.suite.plugin import points_by_question
    from autograder.suite.runner import collect

    is_stale = False
    for assignment in chosen(course, names):
        files = make_release(course, assignment, points_by_question(collect(assignment.suite)))
        stale = stale_paths(assignment, files)
        if stale and not check:
            write_release(assignment, files)
            register(course, assignment, read_release(assignment))
        is_stale |= check and bool(stale)
        if as_json:
            stale_key = "stale" if check else "written"
            click.echo(json.dumps({"assignment": assignment.id, "files": sorted(files), stale_key: stale}))
        elif not stale:
            click.echo(f"{assignment.id}: up to date ({len(files)} files)")
        elif check:
            click.echo(f"{assignment.id}: not up to date, run 'autograder release {assignment.id}': {', '.join(stale)}")
        else:
            click.echo(f"{assignment.id}: wrote {', '.join(stale)} in {assignment.release}")
    return STALE if is_stale else 0
