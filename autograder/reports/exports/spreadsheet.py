"""A class as CSV for a spreadsheet: one row for each student, one column for each question.

What a person has to look at is an empty cell, and so is the total until then; ``certain`` sums up what is not empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.records import GradeReport, StudentId
from autograder.reports.exports.grades import grade, score_text, table
from autograder.reports.summary import reason

COLUMNS = ("assignment", "student", "score", "max_score", "certain", "waiting", "errors", "note")
"""Before the questions, which are named by their ids."""


def spreadsheet(reports: Sequence[GradeReport], final: Mapping[StudentId, float | None]) -> str:
    """Return the table; `final` is what `grades.grade` takes."""
    names = list(dict.fromkeys(question.grade_id for report in reports for question in report.questions))
    lines = [[*COLUMNS, *names]]
    for report in reports:
        given = grade(report, final)
        scores = {question.grade_id: score_text(question.score) for question in report.questions}
        broken = sum(check.outcome == "error" for check in report.checks)
        lines.append(
            [
                report.assignment,
                report.student,
                score_text(given.score),
                score_text(given.max_score),
                score_text(given.certain),
                str(len(given.waiting)) if given.score is None else "0",
                str(broken),
                reason(report),
                *(scores.get(name, "") for name in names),
            ]
        )
    return table(lines)
