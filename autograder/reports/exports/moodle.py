"""A CSV for Moodle's "Grades, Import, CSV file": one column that says who it is, one of grades.

Moodle imports all of a file or nothing: a student whom it does not know stops it, and an empty or ``-`` grade removes
what was there. So who waits for a person, or has no value in the column that tells students apart, gets no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.records import GradeReport, StudentId
from autograder.reports.exports.grades import Grade, GradeFile, LeftOut, grade, score_text, table, waits
from autograder.reports.exports.harmless import is_formula

COLUMNS = {"email": "Email address", "id_number": "ID number", "username": "Username"}
"""What Moodle can tell students apart by (it calls them useremail, useridnumber, username), by our name of it."""


@dataclass(frozen=True)
class MoodleStudent:
    """What Moodle calls a student; what is not known is empty."""

    email: str = ""
    id_number: str = ""
    username: str = ""


def moodle(
    reports: Sequence[GradeReport],
    final: Mapping[StudentId, float | None],
    students: Mapping[StudentId, MoodleStudent],
    column: str,
) -> GradeFile:
    """Return the file.

    Parameters
    ----------
    final
        What `grades.grade` takes.
    students
        Whom Moodle knows as whom. The first of `COLUMNS` that most of them have becomes the column of the file.
    column
        The head of the column of grades.
    """
    known = {report.student: students.get(report.student, MoodleStudent()) for report in reports}
    by = max(COLUMNS, key=lambda name: sum(bool(getattr(each, name)) for each in known.values()))
    lines = [[COLUMNS[by], column]]
    left_out = []
    for report in reports:
        value = getattr(known[report.student], by)
        given = grade(report, final)
        problem = _problem(value, COLUMNS[by], given)
        if problem:
            left_out.append(LeftOut(report.student, problem))
        else:
            lines.append([value, score_text(given.score)])
    return GradeFile(table(lines), tuple(left_out))


def _problem(value: str, column: str, given: Grade) -> str:
    """Return why a student gets no row; empty where there is one."""
    if not value:
        return f"Moodle's {column} is not known: name it with --map"
    if is_formula(value):
        return f"the {column} begins like a formula, which no file for spreadsheets may hold"
    return "" if given.score is not None else waits(given)
