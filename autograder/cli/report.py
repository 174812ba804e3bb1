"""`autograder report`: the page about a graded class, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.cli.options import course_option
from autograder.course import Course
from autograder.errors import UsageError

if TYPE_CHECKING:  # importing it loads Jinja2, which the help does without
    from autograder.class_report import GradedClass
    from autograder.reports.waiting import Waiting

NEEDS_PERSON = 1
_MOST_SHOWN = 5


@click.command("report", short_help="Show a graded class on one page.")
@click.argument("name", metavar="NAME")
@click.option("--needs-grading", is_flag=True, help="List what a person has to grade, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print statistics, or what a person has to grade, as JSON.")
@course_option
def command(course: Course, name: str, needs_grading: bool, as_json: bool) -> int:
    """Write the page about all that is graded of NAME to reports/NAME.html, and say the most important of it.

    The page shows how points are spread, how hard each question and each check is and how well it tells apart, the
    sentences and mistakes that recur, trainings against their floors, and time; from it one gets to each student's
    page. It needs no server and no network. `autograder grade` writes it, too.

    --needs-grading lists the questions that a person reads, and first those for which a check of ours failed. What was
    graded in Formgrader since is not listed again. Nothing is graded by this command.

    The exit code is 1 where a check could not be made, so that a person has to look.
    """
    import msgspec

    from autograder.class_report import read_class, write_class_page
    from autograder.cli.console import harmless_json

    assignment = course.assignment(name)
    graded = read_class(course, assignment)
    if not graded.reports:
        raise UsageError(f"nothing handed in is graded yet: run `autograder grade {assignment.id}` first")
    if needs_grading:
        if as_json:
            click.echo(harmless_json(msgspec.json.format(msgspec.json.encode(graded.waiting), indent=2)))
        else:
            _print_waiting(graded.waiting)
    elif as_json:
        click.echo(harmless_json(msgspec.json.format(msgspec.json.encode(graded.statistics), indent=2)))
    else:
        _print_class(graded)
        click.echo(f"page: {write_class_page(course, assignment, graded)}")
    return NEEDS_PERSON if any(each.why == "error" for each in graded.waiting) else 0


def _print_waiting(waiting: tuple[Waiting, ...]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from autograder.cli.console import plain, results, shown
    from autograder.cli.tables import new_table
    from autograder.reports.summary import points_text
    from autograder.reports.waiting import Why

    words = {Why.ERROR: "a check failed", Why.MANUAL: "to be read", Why.AGAIN: "changed since graded"}
    styles = {Why.ERROR: "yellow", Why.MANUAL: "magenta", Why.AGAIN: "cyan"}
    table = new_table()
    table.add_column("student", max_width=20, no_wrap=True, overflow="ellipsis")
    table.add_column("question", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("why", no_wrap=True)
    for each in waiting:
        why = Text(words[each.why], style=styles[each.why])
        table.add_row(plain(each.student), plain(each.question), points_text(each.max_score), why)
    console = results()
    if waiting:
        console.print(table)
    for note in dict.fromkeys(note for each in waiting for note in each.notes):
        console.print(Padding(Text(f"! {shown(note)}", style="yellow"), (0, 0, 0, 2)))
    students = len({each.student for each in waiting})
    click.echo(f"{_count(len(waiting), 'answer')} of {_count(students, 'student')} to grade")


def _print_class(graded: GradedClass) -> None:
    from rich.text import Text

    from autograder.cli.console import plain, results
    from autograder.cli.tables import new_table
    from autograder.reports.class_page import hardest
    from autograder.reports.summary import percent_text, points_text

    found, console = graded.statistics, results()
    table = new_table()
    table.add_column("hardest checks", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("passed", justify="right", no_wrap=True)
    table.add_column("tells apart", justify="right", no_wrap=True)
    shown_checks = hardest(found, _MOST_SHOWN)
    for check in shown_checks:
        apart = "–" if check.discrimination is None else f"{check.discrimination:+.2f}"
        table.add_row(plain(check.check_id), percent_text(check.passed or 0.0), apart)
    if shown_checks:
        console.print(table)
    for sentence in found.sentences[:_MOST_SHOWN]:
        line = plain(sentence.message)
        console.print(Text(f"{len(sentence.students)} x ").append_text(line), no_wrap=True, overflow="ellipsis")
    if spread := found.distribution:
        click.echo(
            f"{_count(found.num_reports, 'submission')}, mean {points_text(spread.mean)}, median "
            f"{points_text(spread.median)} of {points_text(spread.max_score)} automatic points"
        )
    if graded.not_graded:
        click.echo(f"{_count(len(graded.not_graded), 'submission')} not graded yet")
    if graded.waiting:
        click.echo(f"{_count(len(graded.waiting), 'answer')} for a person: see --needs-grading")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
