"""`autograder verify`: says whether the suite of an assignment judges rightly."""

from __future__ import annotations

import fnmatch

import click

from autograder.cli.options import chosen, course_option, workers_option
from autograder.course import Course

WRONG = 3


@click.command("verify", short_help="Say whether a suite judges rightly.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--only", default="*", metavar="PATTERN", help="Only variants of such names, as in 'mistake.residual_*'.")
@workers_option
@course_option
def command(course: Course, names: tuple[str, ...], only: str, workers: int | None) -> int:
    """Grade the corpus of each NAME, or of every assignment, and say whether its suite judges rightly.

    It does when the reference and every accepted variant in solutions/NAME/accepted earn full marks, the untouched
    release earns nothing, each of solutions/NAME/mistakes fails the checks that it names and no other, and every
    check is failed by a mistake. The exit code is 3 where it does not.
    """
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_verification
    from autograder.corpus import read_corpus
    from autograder.verification import verify

    is_right = True
    for assignment in chosen(course, names):
        total = sum(fnmatch.fnmatchcase(variant.name, only) for variant in read_corpus(assignment))
        with watch(f"verifying {assignment.id}", total) as on_event:
            verification = verify(course, assignment, only=only, workers=workers, on_event=on_event)
        print_verification(assignment.id, verification)
        is_right = is_right and verification.is_right
    return 0 if is_right else WRONG
