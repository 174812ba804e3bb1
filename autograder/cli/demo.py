"""`autograder demo`: a whole grading, with a made-up class."""

from __future__ import annotations

import math
from pathlib import Path

import click

from autograder.cli.options import course_option, isolation_options, workers_option
from autograder.course import Course

UNEXPECTED = 1


@click.command("demo", short_help="Grade a made-up class, end to end.")
@click.argument("name", metavar="[NAME]", default="convnets")
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR", help="Where the class is made; else demo/ in the course."
)
@isolation_options
@workers_option
@course_option
def command(course: Course, name: str, into: Path | None, isolation: str, workers: int | None) -> int:
    """Make a class of 24 submissions to NAME, grade it, and say where to look.

    The submissions are made from the assignment's corpus of right and wrong answers, so it is known what each has to
    score; the exit code is 1 where one scores something else. Nothing is downloaded.
    """
    from autograder.batch import grade_class
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_batch
    from autograder.demo import make_class

    folder = (into or course.root / "demo").resolve()
    click.echo(f"making a class in {folder}")
    made, students = make_class(course, name, folder)
    assignment = made.assignment(name)
    with watch(f"grading {name}", len(students)) as on_event:
        batch = grade_class(made, assignment, isolation=isolation, workers=workers, on_event=on_event)
    print_batch(batch.reports, notes={student.name: student.story for student in students})
    expected = {student.name: student.expected for student in students}
    wrong = [each for each in batch.reports if not math.isclose(each.score, expected[each.student], abs_tol=1e-9)]
    for report in wrong:
        click.echo(f"{report.student} scores {report.score:g}, but {expected[report.student]:g} was expected")
    if not wrong:
        click.echo(f"all {len(students)} scores are the expected ones")
    page = made.feedback_path(batch.reports[0].student, assignment.id)
    click.echo(
        f"\nA student's page:  {page}\nall pages:         {made.root / 'feedback'}\nthe gradebook:     {made.gradebook}"
    )
    click.echo(f"Grade it again:    autograder grade {name} --course {made.root}")
    return UNEXPECTED if wrong else 0
