"""`autograder explain`: the facts behind one check of one submission, for staff who answer an appeal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.cli.options import course_option, isolation_options, training_options
from autograder.course import Course
from autograder.training.devices import TrainingOptions

if TYPE_CHECKING:  # importing it starts importing all of grading
    from rich.console import Console

    from autograder.appeals import Explanation
    from autograder.records import CheckResult, TrainingRecord

NEEDS_PERSON = 1


@click.command("explain", short_help="Show the facts behind one check, to answer an appeal.")
@click.argument("student", metavar="STUDENT")
@click.argument("name", metavar="NAME")
@click.argument("check", metavar="CHECK")
@click.option("--recipe", metavar="RECIPE", help="Train with this recipe of assignment.toml, where it was graded so.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@training_options
@isolation_options
@course_option
def command(
    course: Course,
    student: str,
    name: str,
    check: str,
    recipe: str | None,
    as_json: bool,
    options: TrainingOptions,
    isolation: str,
) -> int:
    """Ask CHECK of NAME again about what STUDENT handed in, and print what it found.

    CHECK is an id as reports have it, such as batchnorm_model.normalises_every_convolution, or the part after the dot.
    The cells run as they did; only this check is asked, after those that it needs. Printed are the sentence, the model
    that was looked at, trainings, the student's answer and the check's own lines. Nothing is written, and no page of a
    student shows it: it holds parts of the hidden suite.

    The exit code is 1 where the check now ends otherwise than the student's report says.
    """
    from autograder.appeals import explain
    from autograder.cli.console import harmless_json
    from autograder.cli.progress import watch
    from autograder.records import to_json

    assignment = course.assignment(name)
    with watch(f"asking {check} of {student}", 1) as on_event:
        found = explain(
            course,
            assignment,
            student,
            check,
            recipe=recipe,
            isolation=isolation,
            options=options,
            on_event=on_event,
        )
    if as_json:
        click.echo(harmless_json(to_json(found)), nl=False)
    else:
        _print(found, name)
    return 0 if found.still_holds else NEEDS_PERSON


def _print(found: Explanation, name: str) -> None:
    from rich.text import Text

    from autograder.cli.console import results, shown

    console = results()
    now = found.now
    console.print(Text(shown(f"{now.check_id} of {found.student}, {now.max_points:g} points"), style="bold"))
    console.print(Text(shown(now.title)))
    _print_result(console, now)
    if now.hint:
        console.print(Text(f"the hint says: {shown(now.hint)}"), soft_wrap=True)
    console.print(Text(_verdict(found, name), style="green" if found.still_holds else "yellow"), soft_wrap=True)
    for need in found.needs:
        _head(console, f"it needs {need.check_id}")
        _print_result(console, need)
    _print_model(console, now)
    for training in found.trainings:
        _print_training(console, training)
    if found.repairs or found.cells:
        _head(console, "the notebook")
    for repair in found.repairs:
        console.print(Text(shown(f"put right: {repair.message} {repair.staff_note}".strip())), soft_wrap=True)
    for cell in found.cells:
        said = " ".join(part for part in (cell.message, *cell.notes) if part)
        console.print(Text(shown(f"cell {cell.index + 1}, {cell.status.value}. {said}".strip())), soft_wrap=True)
    _head(console, "what was answered")
    console.print(Text(shown(found.answer) or "nothing that could be read"), soft_wrap=True)
    _head(console, f"the check, in {found.where}")
    console.print(Text(shown(found.source)), soft_wrap=True)


def _head(console: Console, text: str) -> None:
    from rich.text import Text

    from autograder.cli.console import shown

    console.print()
    console.print(Text(shown(text), style="bold"), soft_wrap=True)


def _print_result(console: Console, result: CheckResult) -> None:
    from rich.text import Text

    from autograder.cli.console import STYLES, shown
    from autograder.reports.summary import SYMBOLS

    head = f"{SYMBOLS[result.outcome]} {result.outcome.value}"
    console.print(Text(head, style=STYLES[result.outcome]))
    waits = f"it waits for {', '.join(result.waits_for)}" if result.waits_for else ""
    for text in (result.message, result.staff_note, waits):
        if text:
            console.print(Text(shown(text.strip())), soft_wrap=True)


def _print_model(console: Console, result: CheckResult) -> None:
    from rich.text import Text

    from autograder.cli.console import shown
    from autograder.models.table import table_text

    if result.model is not None:
        _head(console, "the model that was looked at")
        console.print(Text(shown(table_text(result.model))), soft_wrap=True)


def _print_training(console: Console, training: TrainingRecord) -> None:
    from rich.text import Text

    from autograder.cli.console import shown
    from autograder.reports.summary import percent_text

    floor = f", {percent_text(training.floor)} asked for" if training.floor else ""
    _head(console, f"trained with recipe {training.recipe} on {training.backend}, {training.device}{floor}")
    for attempt in training.attempts:
        said = f"seed {attempt.seed}: best {percent_text(attempt.best)} in {len(attempt.loss)} epochs"
        console.print(Text(shown(said)), soft_wrap=True)


def _verdict(found: Explanation, name: str) -> str:
    """Return how that compares with what the student was told."""
    again = f"autograder grade {name} --student {found.student} --force"
    if found.before is None:
        return f"no report says anything about it yet: {again}"
    if not found.is_same_file:
        return f"the report is about another file than the one that lies there now: {again}"
    if found.still_holds:
        return "the student's report says the same"
    return f"the student's report says {found.before.outcome.value}, which no longer holds: {again}"
