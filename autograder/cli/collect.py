"""`autograder collect`: takes what students handed in out of a learning platform's archives."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.cli.options import course_option
from autograder.collecting.platforms import AUTO, NAMES
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.collecting.result import Collection, LeftOut, State

NEEDS_PERSON = 1
_MAX_NAMES = 50


@click.command("collect", short_help="Take what students handed in out of archives.")
@click.argument("name", metavar="NAME")
@click.argument("archives", metavar="ARCHIVE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--lms",
    "platform",
    type=click.Choice(NAMES),
    default=AUTO,
    metavar="LMS",
    help=f"Who made the archives: {', '.join(NAMES)}. Else the names in them tell.",
)
@click.option(
    "--map",
    "names",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Who is which student: a column student_id, and id, name or email as the platform has them.",
)
@click.option("--replace", is_flag=True, help="Put what differs in the place of what lies in submitted/.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@course_option
def command(
    course: Course,
    name: str,
    archives: tuple[Path, ...],
    platform: str,
    names: Path | None,
    replace: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take what students handed in to NAME out of each ARCHIVE.

    An archive is the .zip of Moodle, Canvas or Gradescope, one with names as nbgrader's zip_collect takes
    them, or one with a folder or a .zip for each student. Each student's newest notebook goes to
    submitted/STUDENT/NAME/NAME.ipynb, and small files of data, images, weights and modules lie beside it. What would
    steer Python, pytest or Jupyter there is left out. Whatever is not taken is listed with the reason.

    A student's id is the number that Canvas or Gradescope has, else the name in the archive; --map says otherwise.
    Another submission that lies in submitted/ stays, unless --replace is given. The exit code is 1 where
    somebody's work may have been left out.
    """
    from autograder.collecting.collect import collect
    from autograder.collecting.roster import Roster

    found = collect(
        course,
        course.assignment(name),
        archives,
        platform=platform,
        roster=None if names is None else Roster(names),
        is_replacing=replace,
        is_dry_run=dry_run,
    )
    if as_json:
        from autograder.cli.console import harmless_json
        from autograder.records import to_json

        click.echo(harmless_json(to_json(found)), nl=False)
    else:
        _print(found)
    return NEEDS_PERSON if found.needs_person else 0


def _print(found: Collection) -> None:
    from rich import box
    from rich.table import Table

    from autograder.cli.console import plain, results

    console = results()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("student", max_width=20, no_wrap=True, overflow="ellipsis")
    table.add_column("", no_wrap=True)
    table.add_column("from", max_width=24, no_wrap=True, overflow="ellipsis")
    table.add_column("notebook", ratio=1)
    for taken in found.taken:
        files = f" and {len(taken.files)} more" if taken.files else ""
        place = f"{taken.entry}{files} in {taken.archive}"
        table.add_row(plain(taken.student), _word(taken.state, found.is_dry_run), plain(taken.who), plain(place))
    if found.taken:
        console.print(table)
    count = len(found.taken)
    would = " would be" if found.is_dry_run else ""
    click.echo(f"{count} {'submission' if count == 1 else 'submissions'}{would} taken")
    _print_left_out(found.left_out)


def _print_left_out(left_out: tuple[LeftOut, ...]) -> None:
    """Print what was left out, by its reason; where that may be somebody's work first."""
    ordered = sorted(left_out, key=lambda each: (not each.needs_person, each.archive, each.reason))
    for (archive, reason), group in groupby(ordered, key=lambda each: (each.archive, each.reason)):
        entries = [each.entry for each in group]
        click.echo(f"not taken ({_line(archive)}): {_line(reason)}")
        for entry in entries[:_MAX_NAMES]:
            click.echo(f"  {_line(entry)}")
        if len(entries) > _MAX_NAMES:
            click.echo(f"  and {len(entries) - _MAX_NAMES:,} more, which --json names")


def _line(text: str) -> str:
    from autograder.cli.console import LONGEST_LINE, shown
    from autograder.reports.visible import one_line

    return shown(one_line(text, LONGEST_LINE))


def _word(state: State, is_dry_run: bool) -> str:
    from autograder.collecting.result import State

    if not is_dry_run or state is State.UNCHANGED:
        return state.value
    return {State.NEW: "would be new", State.REPLACED: "would replace"}[state]
