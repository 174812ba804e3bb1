"""The grade of a submission as a platform takes it: a number, or nothing where a person has still to look."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.records import GradeReport, StudentId
from autograder.reports.exports.harmless import for_cell
from autograder.reports.exports.rows import waiting
from autograder.reports.summary import points_text


@dataclass(frozen=True)
class Grade:
    """What a student gets for an assignment.

    `score` is None while a person has to look; `certain` are the points that checks have given until then, `waiting`
    the ids of the questions that a person has to look at.
    """

    student: StudentId
    score: float | None
    certain: float
    max_score: float
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A student whose grade is not in a file for a platform, and why."""

    student: StudentId
    reason: str


@dataclass(frozen=True)
class GradeFile:
    """A file of grades for a platform, and who is not in it."""

    text: str
    left_out: tuple[LeftOut, ...]


def grade(report: GradeReport, final: Mapping[StudentId, float | None]) -> Grade:
    """Return the grade of a report.

    Parameters
    ----------
    final
        Points of those students whose grade is kept in a gradebook, with what people gave: None while somebody has to
        look. Of the others the report decides.
    """
    questions = waiting(report)
    score = None if questions else report.score
    score = final.get(report.student, score)
    if score is not None and not math.isfinite(score):
        score = None
    names = tuple(str(question.grade_id) for question in questions) if score is None else ()
    return Grade(report.student, score, report.score, report.max_score, names)


def waits(given: Grade) -> str:
    """Return why a grade is not final, for who exports it."""
    what = ", ".join(given.waiting) or "a question that a person graded before it was graded again"
    return f"a person has to look first: {what}"


def score_text(score: float | None) -> str:
    """Return points with at most two decimals, a full stop before them; nothing for None."""
    return "" if score is None else points_text(score)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return CSV (RFC 4180) with every cell quoted and harmless: no formula, no line end, no invisible character."""
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([for_cell(value) for value in row] for row in rows)
    return file.getvalue()
