"""`autograder lint`: looks through an assignment before students get it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import click

from autograder.cli.options import chosen, course_option, isolation_options, workers_option
from autograder.course import Course
from autograder.errors import UsageError
from autograder.records import Record

WRONG = 3


@click.command("lint", short_help="Look for an instructor's mistakes.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--quick", is_flag=True, help="Run no notebook: leave out what depends on order, chance and time.")
@click.option("--strict", is_flag=True, help="Let warnings count like errors.")
@click.option(
    "--preview",
    "pattern",
    is_flag=False,
    flag_value="*",
    metavar="[PATTERN]",
    help="Print what students would read who make the known mistakes of such names, as in 'residual_*'.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each NAME.")
@isolation_options
@workers_option
@course_option
def command(
    course: Course,
    names: tuple[str, ...],
    quick: bool,
    strict: bool,
    pattern: str | None,
    as_json: bool,
    isolation: str,
    workers: int | None,
) -> int:
    """Look through each NAME, or every assignment, for mistakes of whoever made it.

    It finds answers and hidden checks in what students get, points that do not balance, questions without checks,
    checks without message, hint or mistake, checks that end otherwise in another order or with other random numbers
    (the reference is run five times), slow ones, what is unused or deprecated, and text that not everybody can read.

    A finding may stay where assignment.toml says why: under [lint.accept], a line "rule:where" = "reason". The exit
    code is 3 where there are errors; warnings and advice are for you to judge.

    With --preview it looks for nothing, but grades the mistakes in solutions/NAME/mistakes and prints their sentences.
    Put it after the NAME.
    """
    if pattern is not None:
        if quick or strict:
            raise UsageError("--preview grades known mistakes and finds nothing: leave --quick and --strict out")
        return _preview(course, names, pattern, isolation, workers, as_json=as_json)
    if workers is not None:
        raise UsageError("--workers is for --preview: the runs of the reference come one after the other")
    from autograder.cli.findings import print_findings
    from autograder.linting import lint

    is_clean = True
    for assignment in chosen(course, names):
        with _steps(assignment.id) as on_step:
            linted = lint(course, assignment, quick=quick, isolation=isolation, on_step=on_step)
        if as_json:
            _print_json(linted)
        else:
            print_findings(linted)
        is_clean = is_clean and linted.is_clean(strict=strict)
    return 0 if is_clean else WRONG


def _preview(
    course: Course, names: tuple[str, ...], pattern: str, isolation: str, workers: int | None, *, as_json: bool
) -> int:
    from autograder.cli.findings import print_preview
    from autograder.cli.progress import watch
    from autograder.linting.preview import mistakes, preview

    for assignment in chosen(course, names):
        total = len(mistakes(assignment, pattern))
        with watch(f"grading mistakes of {assignment.id}", total) as on_event:
            found = preview(course, assignment, pattern, isolation=isolation, workers=workers, on_event=on_event)
        if as_json:
            _print_json(found)
        else:
            print_preview(found)
    return 0


def _print_json(record: Record) -> None:
    import msgspec

    from autograder.cli.console import harmless_json

    click.echo(harmless_json(msgspec.json.encode(record)))


@contextlib.contextmanager
def _steps(name: str) -> Iterator[Callable[[str], None]]:
    """Yield what is told what is being looked at; a line for each where nobody watches a terminal."""
    from autograder.cli.console import plain, progress

    console = progress()
    if console.is_terminal:
        with console.status("") as status:
            yield lambda text: status.update(plain(f"{name}: {text}"))
    else:
        yield lambda text: console.print(plain(f"{name}: {text}"), soft_wrap=True)
