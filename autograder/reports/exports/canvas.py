"""Canvas's gradebook CSV: ``Student, ID, SIS User ID, SIS Login ID, Section`` and a column of grades.

Canvas finds a student by ``ID``, then by the SIS columns, then by name, and takes an empty grade for one to be removed.
So a student whose grade waits for a person, or whom none of the three numbers names, gets no row: Canvas leaves alone
whom a file does not name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.records import GradeReport, StudentId
from autograder.reports.exports.grades import GradeFile, LeftOut, grade, score_text, table, waits
from autograder.reports.exports.harmless import is_formula

HEADER = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_NUMBER = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True)
class CanvasStudent:
    """What Canvas calls a student; what is not known is empty."""

    name: str = ""
    id: str = ""
    sis_user_id: str = ""
    sis_login_id: str = ""
    section: str = ""

    @property
    def problem(self) -> str:
        """Why Canvas would not find the student, as a sentence; empty where it would."""
        if not (self.id or self.sis_user_id or self.sis_login_id):
            return "no number of Canvas, no SIS id and no login is known: name them with --map"
        if self.id and not _NUMBER.fullmatch(self.id):
            return f"{self.id!r} is no number of Canvas"
        if any(map(is_formula, (self.sis_user_id, self.sis_login_id))):
            return "the SIS id begins like a formula, which no file for spreadsheets may hold"
        return ""


def canvas(
    reports: Sequence[GradeReport],
    final: Mapping[StudentId, float | None],
    students: Mapping[StudentId, CanvasStudent],
    column: str,
) -> GradeFile:
    """Return the file.

    Parameters
    ----------
    final
        What `grades.grade` takes.
    students
        Whom Canvas knows as whom; who is not in it is known by the id in the course, if that is a number.
    column
        The assignment in Canvas, best as its own export writes it, with the number: ``Lab 3 (4711)``. Canvas makes a
        new one where it knows none of that name.
    """
    max_score = max((report.max_score for report in reports), default=0.0)
    lines = [[*HEADER, column], ["Points Possible", "", "", "", "", score_text(max_score)]]
    left_out = []
    for report in reports:
        name = report.student
        known = students.get(name) or CanvasStudent(id=name if _NUMBER.fullmatch(name) else "")
        given = grade(report, final)
        problem = known.problem or ("" if given.score is not None else waits(given))
        if problem:
            left_out.append(LeftOut(name, problem))
            continue
        ids = [known.id, known.sis_user_id, known.sis_login_id, known.section]
        lines.append([known.name or name, *ids, score_text(given.score)])
    return GradeFile(table(lines), tuple(left_out))
