"""All reports of a class in one JSON document; what waits for a person is null there, as in each report."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.records import AssignmentId, GradeReport, Record, to_json

CLASS_FORMAT = "autograder/reports/v1"


class ClassReports(Record, frozen=True, kw_only=True):
    """The reports of an assignment, sorted by student."""

    format: str = CLASS_FORMAT
    assignment: AssignmentId
    reports: tuple[GradeReport, ...]


def document(assignment: AssignmentId, reports: Sequence[GradeReport]) -> str:
    """Return the document as indented JSON."""
    return to_json(ClassReports(assignment=assignment, reports=tuple(reports))).decode()
