"""`autograder verify`: says whether the suite of an assignment judges rightly."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

import click

from autograder.cli.options import chosen, course_option, isolation_options, workers_option
from autograder.course import Assignment, Course
from autograder.errors import UsageError

if TYPE_CHECKING:  # importing it starts importing all of training
    from autograder.training.calibration import Calibration

WRONG = 3


@click.command("verify", short_help="Say whether a suite judges rightly.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--only", default="*", metavar="PATTERN", help="Only variants of such names, as in 'mistake.residual_*'.")
@click.option(
    "--retrain",
    is_flag=True,
    help="Judge floors by trainings that are made anew, not by those in solutions/NAME/calibration.json.",
)
@isolation_options
@workers_option
@course_option
def command(
    course: Course, names: tuple[str, ...], only: str, retrain: bool, isolation: str, workers: int | None
) -> int:
    """Grade the corpus of each NAME, or of every assignment, and say whether its suite judges rightly.

    It does when the reference and every accepted variant in solutions/NAME/accepted earn full marks, the untouched
    release earns nothing, each of solutions/NAME/mistakes fails the checks that it names and no other, and every
    check is failed by a mistake. Every floor of accuracy has to have a calibration that still holds, and to stand on
    the right side of its trainings: see `autograder calibrate`, which --retrain does anew first, and which can take
    hours. The exit code is 3 where something of that does not hold.
    """
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_verification
    from autograder.corpus import read_corpus
    from autograder.verification import verify

    if retrain and only != "*":
        raise UsageError("--retrain judges floors by the whole corpus: leave --only out")
    is_right = True
    for assignment in chosen(course, names):
        calibration = _retrained(course, assignment, isolation) if retrain else None
        total = sum(fnmatch.fnmatchcase(variant.name, only) for variant in read_corpus(assignment))
        with watch(f"verifying {assignment.id}", total) as on_event:
            verification = verify(
                course,
                assignment,
                only=only,
                isolation=isolation,
                workers=workers,
                calibration=calibration,
                on_event=on_event,
            )
        print_verification(assignment.id, verification)
        is_right = is_right and verification.is_right
    return 0 if is_right else WRONG


def _retrained(course: Course, assignment: Assignment, isolation: str) -> Calibration | None:
    """Return a calibration that is made now; None where the assignment trains nothing."""
    from autograder.calibrating import Plan, calibrate
    from autograder.calibrating.variants import trained_questions
    from autograder.cli.calibration import watch
    from autograder.rubric import Rubric
    from autograder.training.calibration import Calibration

    if not assignment.settings.recipe or not trained_questions(Rubric.read(assignment)):
        return None
    with watch(assignment.id) as on_progress:
        found = calibrate(course, assignment, Plan(retrain=True), isolation=isolation, on_progress=on_progress)
    return found.added_to(Calibration(assignment=assignment.id))
