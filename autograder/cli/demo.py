"""`autograder demo`: a whole grading, with a made-up class."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path

import click

from autograder.cli.options import chosen, course_option, isolation_options, workers_option
from autograder.course import Course

UNEXPECTED = 1


@click.command("demo", short_help="Grade a made-up class, end to end.")
@click.option("--assignment", "name", metavar="NAME", help="The assignment; else the course's first one, by name.")
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR", help="Where the class is made; else demo/ in the course."
)
@click.option("--json", "as_json", is_flag=True, help="Print what each student scores, and has to score, as JSON.")
@isolation_options
@workers_option
@course_option
def command(
    course: Course, name: str | None, into: Path | None, as_json: bool, isolation: str, workers: int | None
) -> int:
    """Make a class of submissions to an assignment, grade it, and say where to look.

    The submissions are made from the assignment's corpus in solutions/NAME: the reference, other right answers, known
    mistakes, and what goes wrong in any class. So it is known what each has to score; the exit code is 1 where one
    scores something else. There are 24 students where the corpus is large enough to give each a story of their own,
    else fewer. The class has a course folder to itself; an earlier demo there is replaced. Nothing is downloaded.
    """
    from autograder.batch import grade_class
    from autograder.cli.progress import watch
    from autograder.cli.tables import print_batch
    from autograder.demo import make_class

    if name is None:
        name = chosen(course, ())[0].id
    folder = (into or course.root / "demo").resolve()
    if not as_json:
        click.echo(f"making a class for {name} in {folder}")
    made, students = make_class(course, name, folder)
    assignment = made.assignment(name)
    with watch(f"grading {name}", len(students)) as on_event:
        batch = grade_class(made, assignment, isolation=isolation, workers=workers, on_event=on_event)
    expected = {student.name: student.expected for student in students}
    wrong = [each for each in batch.reports if not math.isclose(each.score, expected[each.student], abs_tol=1e-9)]
    if as_json:
        scores: dict[str, float] = {report.student: report.score for report in batch.reports}
        told = [
            {"student": each.name, "story": each.story, "score": scores[each.name], "expected": each.expected}
            for each in students
        ]
        click.echo(json.dumps({"assignment": name, "course": str(made.root), "students": told}))
        return UNEXPECTED if wrong else 0
    print_batch(batch.reports, notes={student.name: student.story for student in students})
    for report in wrong:
        click.echo(f"{report.student} scores {report.score:g}, but {expected[report.student]:g} was expected")
    if not wrong:
        click.echo(f"all {len(students)} scores are the expected ones")
    page = made.feedback_path(batch.reports[0].student, assignment.id)
    click.echo(
        f"\nA student's page:  {page}\nall pages:         {made.root / 'feedback'}\nthe gradebook:     {made.gradebook}"
    )
    click.echo(f"the class:         {made.class_page(assignment.id)}")
    click.echo(f"Grade it again:    autograder grade {name} --course {shlex.quote(str(made.root))}")
    return UNEXPECTED if wrong else 0
