"""`autograder export`: writes graded reports in the formats of other programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from autograder.cli.formats import OF_A_CLASS, Format, emit, print_class, visibility_option, write
from autograder.cli.options import course_option
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.records import GradeReport
from autograder.reports.exports.gradescope import Visibility

NEEDS_PERSON = 1
_FILES = {Format.GRADESCOPE: "results.json", Format.CLASSROOM50: "result.json"}
_GRADES = (Format.CSV, Format.CANVAS, Format.MOODLE)
_OF_PLATFORMS = (Format.CANVAS, Format.MOODLE, Format.CLASSROOM50)
_SECRET_MODE = 0o600


@click.command("export", short_help="Write what was graded for other programs.")
@click.argument("name", metavar="NAME")
@click.option(
    "--to",
    "kind",
    type=click.Choice([each.value for each in Format]),
    required=True,
    callback=lambda context, parameter, value: Format(value),
    metavar="FORMAT",
    help=f"What to write: {', '.join(each.value for each in Format)}.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file to write, else it is printed; a folder for gradescope and classroom50.",
)
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this student; may be given several times."
)
@click.option(
    "--map",
    "names",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Who a student is on the platform: a column student_id, and the platform's own.",
)
@click.option(
    "--column", metavar="TEXT", help="The column of Canvas or Moodle that takes the grades; else the title of NAME."
)
@visibility_option
@course_option
def command(
    course: Course,
    name: str,
    kind: Format,
    out: Path | None,
    students: tuple[str, ...],
    names: Path | None,
    column: str | None,
    visibility: Visibility,
) -> int:
    """Write what was graded of NAME for other programs. Nothing is graded, and nothing in the course is changed.

    \b
    json           all reports in one document
    csv            a table for spreadsheets: a row for each student, a column for each question
    junit          JUnit's XML, which GitLab and others show
    github         a job summary in Markdown; in a step of GitHub's runner also annotations
    gradescope     PATH/STUDENT/results.json for Gradescope
    classroom50    PATH/STUDENT/result.json for Classroom 50; --map has owner, submission tag and links
    canvas         grades for Canvas's import; --map has canvas_id, sis_user_id or sis_login_id
    moodle         grades for Moodle's import; --map has email, id_number or username
    gradescope-zip an autograder to upload to Gradescope: it holds the hidden suite, keep it to yourself

    csv, canvas and moodle take the scores of gradebook.db, with what people gave. What waits for a person is never
    written as 0: docs/exports.md says what stands in its place. --map reads the same file as `autograder collect`.

    The exit code is 1 where somebody is left out: not graded, handed in again since, waiting for a person, or
    unknown to the platform. Each of them is named on stderr.
    """  # noqa: D301 - the sign keeps click from wrapping the table
    from autograder.cli.console import LONGEST_LINE, shown
    from autograder.reports.visible import one_line

    assignment = course.assignment(name)
    _refuse(kind, out, students, names, column)
    if kind is Format.GRADESCOPE_ZIP and out is not None:
        return _write_zip(course, assignment, out, visibility)
    from autograder.exporting.reading import final_scores, read_reports

    found = read_reports(course, assignment, students)
    final = final_scores(course, assignment) if kind in _GRADES else {}
    missing = [f"left out: {student}: handed in, and not graded yet" for student in found.not_graded]
    missing += [f"out of date: {student}: handed in again since it was graded" for student in found.outdated]
    title = assignment.settings.title
    if kind in OF_A_CLASS:
        print_class(found.reports, kind, out, title=title, final=final)
    elif kind in _FILES and out is not None:
        missing += _write_files(found.reports, kind, out, names, visibility)
    else:
        from autograder.exporting.people import canvas_students, moodle_students
        from autograder.reports.exports.canvas import canvas
        from autograder.reports.exports.moodle import moodle

        if kind is Format.CANVAS:
            made = canvas(found.reports, final, canvas_students(names) if names else {}, column or title)
        else:
            made = moodle(found.reports, final, moodle_students(names) if names else {}, column or title)
        emit(made.text, out)
        missing += [f"left out: {each.student}: {each.reason}" for each in made.left_out]
    for line in missing:
        click.echo(shown(one_line(line, LONGEST_LINE)), err=True)
    return NEEDS_PERSON if missing else 0


def _refuse(kind: Format, out: Path | None, students: Sequence[str], names: Path | None, column: str | None) -> None:
    """Raise what is wrong with the options together."""
    if out is None and kind in (*_FILES, Format.GRADESCOPE_ZIP):
        what = "an archive" if kind is Format.GRADESCOPE_ZIP else "a file for each student"
        raise UsageError(f"--to {kind} writes {what}: say with --out where")
    if kind is Format.GRADESCOPE_ZIP and students:
        raise UsageError("--to gradescope-zip is for whoever hands in: leave --student out")
    if names is not None and kind not in _OF_PLATFORMS:
        raise UsageError(f"--map is for {', '.join(_OF_PLATFORMS)}: {kind} has no names of a platform")
    if column is not None and kind not in (Format.CANVAS, Format.MOODLE):
        raise UsageError(f"--column is for canvas and moodle: {kind} has no column for grades")


def _write_zip(course: Course, assignment: Assignment, out: Path, visibility: Visibility) -> int:
    from autograder.exporting.gradescope_zip import gradescope_zip

    write(out, gradescope_zip(course, assignment, visibility), _SECRET_MODE)
    click.echo(f"{out}: it holds the hidden suite of {assignment.id}; upload it, and show it to nobody", err=True)
    return 0


def _write_files(
    reports: Sequence[GradeReport], kind: Format, out: Path, names: Path | None, visibility: Visibility
) -> list[str]:
    """Write a file for each report, and return for whom that was not possible, with the reason."""
    from autograder.reports.exports.classroom50 import classroom50
    from autograder.reports.exports.gradescope import gradescope

    left_out = []
    render = _classroom(names, classroom50) if kind is Format.CLASSROOM50 else lambda each: gradescope(each, visibility)
    for report in reports:
        try:
            text = render(report)
        except UsageError as error:
            left_out.append(f"left out: {report.student}: {error.message}")
        else:
            write(out / report.student / _FILES[kind], text.encode())
    click.echo(f"{len(reports) - len(left_out)} files in {out}", err=True)
    return left_out


def _classroom(names: Path | None, classroom50: Callable[..., str]) -> Callable[[GradeReport], str]:
    from autograder.exporting.people import classroom_fields, handed_in

    fields = classroom_fields(names) if names else {}
    shared = {name: os.environ[name] for name in ("CLASSROOM", "ASSIGNMENT", "MODE") if name in os.environ}
    return lambda report: classroom50(report, handed_in(fields.get(report.student, {}), shared))
