"""`autograder verify`: says whether the suite of an assignment judges rightly."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import click

from autograder.cli.options import chosen, course_option, isolation_options, workers_option
from autograder.course import Assignment, Course, DrawnAnew
from autograder.errors import UsageError

if TYPE_CHECKING:  # importing it starts importing all of training
    from autograder.training.calibration import Calibration
    from autograder.verification import Verification

WRONG = 3
EVERYTHING = "*"


@click.command("verify", short_help="Say whether a suite judges rightly.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--only",
    default=EVERYTHING,
    metavar="PATTERN",
    help="Only what has such a name, as in 'mistake.residual_*' or 'mutant.classify.*'.",
)
@click.option("--mutants/--no-mutants", default=True, help="Whether mutants of the reference are graded, too.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=100.0,
    metavar="PERCENT",
    help="How many of the mutants that are not equivalent have to be caught; 100 where nothing is said.",
)
@click.option(
    "--draws",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Judge with N draws of the suite's random questions; the further ones without mutants.",
)
@click.option("--whole", is_flag=True, help="Grade all of each variant, also what its answers cannot touch.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option(
    "--retrain",
    is_flag=True,
    help="Judge floors by trainings that are made anew, not by those in solutions/NAME/calibration.json.",
)
@isolation_options
@workers_option
@course_option
def command(
    course: Course,
    names: tuple[str, ...],
    only: str,
    mutants: bool,
    fail_under: float,
    draws: int,
    whole: bool,
    as_json: bool,
    retrain: bool,
    isolation: str,
    workers: int | None,
) -> int:
    """Grade the corpus of each NAME, or of every assignment, and say whether its suite judges rightly.

    It does when the reference and every accepted variant in solutions/NAME/accepted earn full marks, the untouched
    release earns nothing, each of solutions/NAME/mistakes fails the checks that it names and no other, and every
    check is failed by a mistake. Mutants, the reference with one place changed, have to be failed by a check unless
    they do the same; the reference in another style must not be. Every floor of accuracy has to have a calibration
    that still holds, and to stand on the right side of its trainings: see `autograder calibrate`, which --retrain does
    anew first, and which can take hours. What is asked at random comes from the course's secret: --draws asks how the
    suite judges under others. The exit code is 3 where something of that does not hold.
    """
    from autograder.cli.console import harmless_json
    from autograder.cli.mutation import print_mutation
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_verification
    from autograder.records import to_json
    from autograder.verification import count, verify
    from autograder.verification.told import told

    if retrain and only != EVERYTHING:
        raise UsageError("--retrain judges floors by the whole corpus: leave --only out")
    is_right = True
    for assignment, draw in itertools.product(chosen(course, names), range(draws)):
        calibration = _retrained(course, assignment, isolation) if retrain and not draw else None
        has_mutants = mutants and not draw
        which = f", draw {draw + 1} of {draws}" if draws > 1 else ""
        with watch(f"verifying {assignment.id}{which}", count(assignment, only=only, mutants=has_mutants)) as on_event:
            verification = verify(
                DrawnAnew(course.root, draw) if draw else course,
                assignment,
                only=only,
                whole=whole,
                mutants=has_mutants,
                fail_under=fail_under / 100,
                isolation=isolation,
                workers=workers,
                calibration=calibration,
                on_event=on_event,
            )
        page = _written(course, assignment, verification) if only == EVERYTHING else ""
        if as_json:
            click.echo(harmless_json(to_json(told(assignment.id, verification))), nl=False)
        else:
            print_verification(f"{assignment.id}{which}", verification)
            if verification.mutation is not None:
                print_mutation(verification.mutation, fail_under=verification.fail_under, page=page)
        is_right = is_right and verification.is_right
    return 0 if is_right else WRONG


def _written(course: Course, assignment: Assignment, verification: Verification) -> str:
    """Write the page about mutants; where it lies in the course, or nothing where there were none."""
    from autograder.reports.mutation import render_mutants

    if verification.mutation is None:
        return ""
    path = course.mutants_page(assignment.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_mutants(verification.mutation, title=assignment.settings.title))
    return str(path.relative_to(course.root))


def _retrained(course: Course, assignment: Assignment, isolation: str) -> Calibration | None:
    """Return a calibration that is made now; None where the assignment trains nothing."""
    from autograder.calibrating import Plan, calibrate
    from autograder.calibrating.variants import trained_questions
    from autograder.cli.calibration import watch
    from autograder.rubric import Rubric
    from autograder.training.calibration import Calibration

    if not assignment.settings.recipes or not trained_questions(Rubric.read(assignment)):
        return None
    with watch(assignment.id) as on_progress:
        found = calibrate(course, assignment, Plan(retrain=True), isolation=isolation, on_progress=on_progress)
    return found.added_to(Calibration(assignment=assignment.id))
