"""Reports in the formats of other programs, on the terminal or in a file: what `grade` and `export` share."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import click

from autograder.errors import InfrastructureError, UsageError
from autograder.records import GradeReport, StudentId
from autograder.reports.exports.gradescope import Visibility

_Command = TypeVar("_Command", bound=Callable[..., object])
_SUMMARY = "GITHUB_STEP_SUMMARY"


class Format(StrEnum):
    """What a report can be turned into."""

    JSON = "json"
    CSV = "csv"
    JUNIT = "junit"
    GITHUB = "github"
    GRADESCOPE = "gradescope"
    CLASSROOM50 = "classroom50"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE_ZIP = "gradescope-zip"


OF_A_FILE = (Format.JSON, Format.CSV, Format.JUNIT, Format.GITHUB, Format.GRADESCOPE, Format.CLASSROOM50)
"""What one graded file can be printed as."""
OF_A_CLASS = (Format.JSON, Format.CSV, Format.JUNIT, Format.GITHUB)
"""What a class gives one text of, that needs no numbers of a platform."""


def visibility_option(command: _Command) -> _Command:
    """Give a command when Gradescope shows a test, as `visibility`."""
    return click.option(
        "--visibility",
        type=click.Choice([each.value for each in Visibility]),
        default=Visibility.AFTER_PUBLISHED.value,
        show_default=True,
        callback=lambda context, parameter, value: Visibility(value),
        help="When students see the tests on Gradescope.",
    )(command)


def print_one(report: GradeReport, kind: Format, out: Path | None, visibility: Visibility) -> None:
    """Print one report in a format of `OF_A_FILE`, or write it to a file."""
    match kind:
        case Format.GRADESCOPE:
            from autograder.reports.exports.gradescope import gradescope

            _emit_json(gradescope(report, visibility), out)
        case Format.CLASSROOM50:
            from autograder.exporting.people import handed_in
            from autograder.reports.exports.classroom50 import classroom50

            now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            _emit_json(classroom50(report, handed_in({}, {"SUBMITTED_AT": now, **os.environ})), out)
        case Format.GITHUB:
            from autograder.reports.exports.github import report_annotations, report_summary

            title = f"{report.assignment}: {report.student}"
            _emit_summary(lambda most: report_summary(title, report, most), report_annotations(report), out)
        case Format.JSON:
            from autograder.records import to_json

            _emit_json(to_json(report).decode(), out)
        case _:
            print_class([report], kind, out, title=report.assignment, final={})


def print_class(
    reports: Sequence[GradeReport],
    kind: Format,
    out: Path | None,
    *,
    title: str,
    final: Mapping[StudentId, float | None],
) -> None:
    """Print a class in a format of `OF_A_CLASS`, or write it to a file; `final` is for `Format.CSV`."""
    match kind:
        case Format.JSON:
            from autograder.reports.exports.documents import document

            _emit_json(document(reports[0].assignment, reports), out)
        case Format.CSV:
            from autograder.reports.exports.spreadsheet import spreadsheet

            emit(spreadsheet(reports, final), out)
        case Format.JUNIT:
            from autograder.reports.exports.junit import junit

            emit(junit(reports), out)
        case Format.GITHUB:
            from autograder.reports.exports.github import class_annotations, class_summary

            _emit_summary(lambda most: class_summary(title, reports, most), class_annotations(reports), out)
        case _:
            raise UsageError(
                f"{kind} is one file for each student: grade the class, then run `autograder export --to {kind}`"
            )


def emit(text: str, out: Path | None) -> None:
    """Write a text to a file as it is, or print it so that neither a terminal nor a runner obeys it."""
    if out is None:
        from autograder.cli.console import shown

        click.echo(shown(text), nl=False)
    else:
        write(out, text.encode())


def write(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file, and the folders that it lies in.

    Raises
    ------
    InfrastructureError
        If that is not possible.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(data)
        part.chmod(mode)
        part.replace(path)
    except OSError as error:
        raise InfrastructureError(f"{path} cannot be written: {error.strerror}") from error


def _emit_json(text: str, out: Path | None) -> None:
    if out is None:
        from autograder.cli.console import harmless_json

        click.echo(harmless_json(text.encode()), nl=False)
    else:
        write(out, text.encode())


def _emit_summary(render: Callable[[int], str], annotations: str, out: Path | None) -> None:
    """Write a summary where it is wanted: a file, the step's summary on GitHub, else here.

    In a step of GitHub's runner the annotations are printed too; elsewhere they are nobody's language.
    """
    from autograder.reports.exports.github import MAX_SUMMARY_BYTES

    step = os.environ.get(_SUMMARY, "")
    if out is not None or not step:
        emit(render(MAX_SUMMARY_BYTES), out)
    else:
        path = Path(step)
        try:
            used = path.stat().st_size if path.exists() else 0
            with path.open("a", encoding="utf-8") as file:
                file.write(render(MAX_SUMMARY_BYTES - used))
        except OSError as error:
            raise InfrastructureError(f"{path}, which {_SUMMARY} names, cannot be written: {error.strerror}") from error
    if step:
        click.echo(annotations, nl=False)
