"""A graded class as it lies in the course: read back, summed up, and shown on one page for whoever teaches it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import quote

import msgspec

from autograder.course import Assignment, Course
from autograder.gradebook.waiting import grade_cell, read_waiting
from autograder.records import GradeReport, QuestionResult, Record, RunFacts, StudentId, from_json
from autograder.reports.class_page import render_class
from autograder.reports.class_statistics import ClassStatistics, class_statistics
from autograder.reports.waiting import Waiting, waiting

_T = TypeVar("_T")
_Part = TypeVar("_Part", bound=Record)


@dataclass(frozen=True)
class GradedClass:
    """What is known of a class, sorted by student; pictures in reports are left out.

    `runs` are of those reports of which they are known. `not_graded` handed in, and have no report that can be read.
    """

    reports: tuple[GradeReport, ...]
    runs: tuple[RunFacts, ...]
    not_graded: tuple[StudentId, ...]
    waiting: tuple[Waiting, ...]
    statistics: ClassStatistics


def read_class(course: Course, assignment: Assignment) -> GradedClass:
    """Return what was graded of what students handed in.

    Raises
    ------
    InfrastructureError
        If the gradebook cannot be used.
    """
    reports, runs, not_graded = [], [], []
    seen: dict[Record, Record] = {}
    for submission in course.submissions(assignment.id):
        report = _read(course.report_path(submission.student, assignment.id), GradeReport)
        if report is None:
            not_graded.append(submission.student)
            continue
        reports.append(_light(report, seen))
        run = _read(course.run_path(submission.student, assignment.id), RunFacts)
        if run is not None:
            runs.append(msgspec.structs.replace(run, checks={}, check_trainings={}))
    known = read_waiting(course, assignment)

    def is_waiting(student: StudentId, question: QuestionResult) -> bool | None:
        return known.get(student, {}).get(grade_cell(question))

    return GradedClass(
        reports=tuple(reports),
        runs=tuple(runs),
        not_graded=tuple(not_graded),
        waiting=waiting(reports, is_waiting),
        statistics=class_statistics(assignment.id, reports),
    )


def write_class_page(course: Course, assignment: Assignment, graded: GradedClass | None = None) -> Path:
    """Write the page about a class, and return where it lies.

    Parameters
    ----------
    graded
        What `read_class` returned, where that was done already.
    """
    graded = graded or read_class(course, assignment)
    path = course.class_page(assignment.id)
    pages = {report.student: course.feedback_path(report.student, assignment.id) for report in graded.reports}
    links = {
        student: quote(Path(os.path.relpath(page, path.parent)).as_posix())
        for student, page in pages.items()
        if page.is_file()
    }
    html = render_class(
        graded.statistics,
        title=assignment.settings.title,
        reports=graded.reports,
        runs=graded.runs,
        waiting=graded.waiting,
        not_graded=graded.not_graded,
        links=links,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(html.encode())
    part.replace(path)
    return path


def _light(report: GradeReport, seen: dict[Record, Record]) -> GradeReport:
    """Return a report without pictures, whose parts are shared with other reports that say the same.

    Most of what is found is found for many: so a class of a thousand takes a few KiB for each.
    """

    def same(parts: Iterable[_Part]) -> tuple[_Part, ...]:
        return tuple(cast("_Part", seen.setdefault(each, each)) for each in parts)

    return msgspec.structs.replace(
        report,
        questions=same(report.questions),
        checks=same(msgspec.structs.replace(check, model=None) for check in report.checks),
        cells=same(report.cells),
        repairs=same(report.repairs),
        trainings=tuple(
            msgspec.structs.replace(each, mistakes=(), overlaps=(), confusion=()) for each in report.trainings
        ),
    )


def _read(path: Path, kind: type[_T]) -> _T | None:
    """Return a record; None where there is none, or one that an earlier version wrote."""
    try:
        return from_json(path.read_bytes(), kind)
    except (OSError, msgspec.DecodeError):
        return None
