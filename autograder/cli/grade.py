"""`autograder grade`: grades what students handed in, or one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from autograder.cli.formats import OF_A_CLASS, OF_A_FILE, Format, visibility_option
from autograder.cli.options import course_option, isolation_options, training_options, workers_option
from autograder.cli.pools import PoolKind, PoolOptions, pool_options
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.reports.exports.gradescope import Visibility
from autograder.reports.visible import one_line
from autograder.training.devices import TrainingOptions

NEEDS_PERSON = 1


@click.command("grade", short_help="Grade what students handed in.")
@click.argument("name", metavar="NAME")
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this student; may be given several times."
)
@click.option(
    "--force",
    is_flag=True,
    help="Grade again also what has not changed since it was graded, and what passed for the same code.",
)
@click.option(
    "--only-changed-checks",
    is_flag=True,
    help="Where nothing but checks of the suite has changed, ask these alone, and keep what the others found.",
)
@click.option(
    "--recipe", metavar="RECIPE", help="Train with this recipe of assignment.toml, not with the one it chooses."
)
@click.option(
    "--submission", "file", type=click.Path(path_type=Path), metavar="FILE", help="Grade one file, and write nothing."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print reports as JSON: one file's indented, a class's one a line."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice([each.value for each in OF_A_FILE]),
    callback=lambda context, parameter, value: Format(value) if value else None,
    metavar="FORMAT",
    help=f"Print for another program: {', '.join(each.value for each in OF_A_FILE)}; see `autograder export`.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Where --format writes, in place of printing."
)
@visibility_option
@training_options
@isolation_options
@workers_option
@pool_options
@course_option
def command(
    course: Course,
    name: str,
    students: tuple[str, ...],
    force: bool,
    only_changed_checks: bool,
    recipe: str | None,
    file: Path | None,
    as_json: bool,
    kind: Format | None,
    out: Path | None,
    visibility: Visibility,
    options: TrainingOptions,
    isolation: str,
    workers: int | None,
    pool: PoolOptions,
) -> int:
    """Grade what students handed in to NAME.

    Notebooks are read from submitted/STUDENT/NAME/NAME.ipynb. Scores go to gradebook.db, which nbgrader reads too, a
    page for each student to feedback/, the executed notebooks to autograded/, and reports as JSON to reports/.
    Scores that a person gave are never touched, and what has not changed is not graded again.

    After you edited checks, --only-changed-checks runs each notebook again, and asks it these checks, those that they
    depend on, those that depend on them, and what ended in an error. The report is the one that asking everything would
    give, as long as no check's answer hangs on what was asked before it: `autograder lint` looks for such checks. Who
    handed in something else meanwhile, or whenever anything but checks has changed, is asked everything; it is said of
    how many that holds.

    With --pool ray the class is graded on a Ray cluster, with the same reports: docs/cluster.md says how. --workers is
    then for each of its machines.

    With --submission nothing is written but what --out names. --format github writes a job summary where it runs in a
    step of GitHub's runner, and prints it elsewhere; gradescope and classroom50 are for one file.

    The exit code is 1 where a check could not be made, or a folder's name can be no student's, so that a person has
    to look.
    """
    assignment = course.assignment(name)
    printer = _printer(as_json, kind, out, visibility, is_class=file is None)
    if file is not None:
        if students or force or only_changed_checks:
            raise UsageError(
                "--submission grades one file: --student, --force and --only-changed-checks choose among what was "
                "handed in"
            )
        if pool.kind is not PoolKind.LOCAL:
            raise UsageError("--submission grades one file, on this machine: --pool is for what was handed in")
        return _grade_file(course, assignment, file, recipe, options, printer, isolation)
    if force and only_changed_checks:
        raise UsageError("--force asks everything, and --only-changed-checks as little as it can: leave one out")
    return _grade_class(
        course, assignment, students, force, only_changed_checks, recipe, options, printer, isolation, workers, pool
    )


@dataclass(frozen=True)
class _Printer:
    """How results are printed: `as_json`, for another program where `kind` says for which, else for people."""

    as_json: bool
    kind: Format | None
    out: Path | None
    visibility: Visibility


def _printer(
    as_json: bool, kind: Format | None, out: Path | None, visibility: Visibility, *, is_class: bool
) -> _Printer:
    """Return how to print, before anything is graded that could not be printed."""
    if as_json and kind is not None:
        raise UsageError(f"--json and --format {kind} contradict each other: leave one out")
    if out is not None and kind is None:
        raise UsageError("--out is where --format writes: say with --format what")
    if is_class and kind is not None and kind not in OF_A_CLASS:
        raise UsageError(
            f"--format {kind} is one file for each student: grade the class, then run `autograder export --to {kind}`"
        )
    return _Printer(as_json, kind, out, visibility)


def _grade_file(
    course: Course,
    assignment: Assignment,
    file: Path,
    recipe: str | None,
    options: TrainingOptions,
    printer: _Printer,
    isolation: str,
) -> int:
    from autograder.batch import grade_file
    from autograder.cli.console import harmless_json
    from autograder.cli.formats import print_one
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_report
    from autograder.records import to_json

    with watch(f"grading {file.name}", 1) as on_event:
        report = grade_file(
            course, assignment, file, recipe=recipe, options=options, isolation=isolation, on_event=on_event
        )
    if printer.kind is not None:
        print_one(report, printer.kind, printer.out, printer.visibility)
    elif printer.as_json:
        click.echo(harmless_json(to_json(report)), nl=False)
    else:
        print_report(report)
    return NEEDS_PERSON if report.has_errors else 0


def _grade_class(
    course: Course,
    assignment: Assignment,
    students: tuple[str, ...],
    force: bool,
    only_changed_checks: bool,
    recipe: str | None,
    options: TrainingOptions,
    printer: _Printer,
    isolation: str,
    workers: int | None,
    pool: PoolOptions,
) -> int:
    import msgspec

    from autograder.batch import grade_class
    from autograder.cli.console import harmless_json
    from autograder.cli.formats import print_class
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_batch
    from autograder.exporting.reading import final_scores

    total = len(set(students)) or len(course.submissions(assignment.id))
    with pool.opened(course, isolation, workers) as running, watch(f"grading {assignment.id}", total) as on_event:
        batch = grade_class(
            course,
            assignment,
            students=students,
            force=force,
            only_changed_checks=only_changed_checks,
            recipe=recipe,
            options=options,
            isolation=isolation,
            workers=workers,
            pool=running,
            on_event=on_event,
        )
    if printer.kind is not None:
        final = final_scores(course, assignment) if printer.kind is Format.CSV else {}
        print_class(batch.reports, printer.kind, printer.out, title=assignment.settings.title, final=final)
    elif printer.as_json:
        for report in batch.reports:
            click.echo(harmless_json(msgspec.json.encode(report)))
    else:
        print_batch(batch.reports)
        unchanged = batch.num_reused - len(batch.waiting)
        if unchanged:
            click.echo(f"{unchanged} unchanged since they were graded")
        if only_changed_checks:
            whole = len(batch.reports) - batch.num_reused - batch.num_asked_less
            click.echo(f"{batch.num_asked_less} asked changed checks only, {whole} asked everything")
        click.echo(f"scores: {course.gradebook}\npages:  {course.root / 'feedback'}")
        click.echo(f"class:  {course.class_page(assignment.id)}")
    for student, until in batch.waiting.items():
        click.echo(
            f"{student}: the newest notebook waits until {until:%Y-%m-%d %H:%M} UTC, the earlier report stands: "
            f"assignment.toml allows {assignment.settings.grading.per_day} a day (--force grades it now)",
            err=True,
        )
    for student in batch.outdone:
        click.echo(f"{student}: the newest notebook scores less, the earlier one counts", err=True)
    misnamed = course.misnamed(assignment.id)
    for folder in misnamed:
        click.echo(f"left out: submitted/{one_line(folder, 100)}: rename it, this cannot be a student's id", err=True)
    return NEEDS_PERSON if misnamed or batch.has_errors else 0
