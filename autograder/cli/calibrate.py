"""`autograder calibrate`: chooses floors by measurement."""

from __future__ import annotations

import click

from autograder.cli.options import course_option, isolation_options
from autograder.course import Course
from autograder.errors import UsageError
from autograder.settings import Device
from autograder.training.statistics import OTHER_SEEDS, SEEDS

WRONG = 3


@click.command("calibrate", short_help="Choose floors of accuracy by measurement.")
@click.argument("name", metavar="NAME")
@click.option(
    "--recipe", metavar="RECIPE", help="Only floors of this recipe, which takes the place of the assignment's own."
)
@click.option(
    "--question", "questions", multiple=True, metavar="ID", help="Only this question; may be given several times."
)
@click.option("--only", default="*", metavar="PATTERN", help="Beside the reference, only variants of such names.")
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=SEEDS,
    metavar="N",
    show_default=True,
    help="Trainings of the reference.",
)
@click.option(
    "--other-seeds",
    type=click.IntRange(min=1),
    default=OTHER_SEEDS,
    metavar="N",
    show_default=True,
    help="Trainings of each other model.",
)
@click.option("--write", is_flag=True, help="Keep the result in solutions/NAME/calibration.json, which verify reads.")
@click.option("--retrain", is_flag=True, help="Train again what is known, too; interrupted, go on without it.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found of each floor as JSON.")
@click.option(
    "--device",
    type=click.Choice([each.value for each in Device]),
    default=Device.AUTO.value,
    show_default=True,
    help="What trains models; auto takes a GPU where there is one. KERAS_BACKEND chooses the library.",
)
@isolation_options
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Trainings at a time; else one for each core, or for each GPU that trains.",
)
@course_option
def command(
    course: Course,
    name: str,
    recipe: str | None,
    questions: tuple[str, ...],
    only: str,
    seeds: int,
    other_seeds: int,
    write: bool,
    retrain: bool,
    as_json: bool,
    device: str,
    isolation: str,
    workers: int | None,
) -> int:
    """Train models of NAME whose verdict is known, and say which floors of accuracy part the right from the wrong.

    The reference is trained over many made-up courses, each with images, initial weights and an order of its own;
    accepted variants of other architectures, and mistakes that have to miss a floor, over a few. For each floor of the
    recipe in assignments/NAME/assignment.toml it is said how often a right answer fails and a wrong one passes, and
    which floor lies in the middle. A picture of all trainings goes to reports/.

    This takes as long as the trainings take, often hours. Each is kept when it is finished: the same command goes on
    where it was interrupted. The exit code is 3 where a floor stands on the wrong side of a training.
    """
    from autograder import calibrating
    from autograder.calibrating.picture import draw
    from autograder.cli.calibration import print_floors, watch
    from autograder.cli.console import harmless_json

    if write and only != "*":
        raise UsageError("--write keeps whole questions, --only leaves variants out: leave one of them away")
    assignment = course.assignment(name)
    plan = calibrating.Plan(recipe, questions, only, seeds, other_seeds, retrain, Device(device))
    with watch(name) as on_progress:
        found = calibrating.calibrate(
            course, assignment, plan, isolation=isolation, workers=workers, on_progress=on_progress
        )
    picture = course.calibration_picture(assignment.id)
    draw(picture, assignment.settings.title, found.recipes, found.judgements)
    if write:
        calibrating.write(assignment, found)
    if as_json:
        import msgspec

        click.echo(harmless_json(msgspec.json.format(msgspec.json.encode(found.judgements), indent=2)))
    else:
        print_floors(found.judgements)
        click.echo(f"\npicture: {picture}")
        click.echo(
            f"kept in: {assignment.calibration}" if write else "not kept: --write does, and trains nothing again"
        )
    return WRONG if any(each.problems for each in found.judgements) else 0
