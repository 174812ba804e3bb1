"""Which mistakes recur in a class: the sentences that several students read, and who failed the same checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from autograder.records import CheckId, GradeId, GradeReport, Outcome, Record, StudentId


class Sentence(Record, frozen=True, kw_only=True):
    """What failed checks of one question said, in the same words, to at least two students."""

    question: GradeId
    message: str
    checks: tuple[CheckId, ...]
    students: tuple[StudentId, ...]


class Cluster(Record, frozen=True, kw_only=True):
    """Students who failed exactly the same checks of a question, at least two; `message` is what most of them read."""

    question: GradeId
    failed: tuple[CheckId, ...]
    message: str
    students: tuple[StudentId, ...]


def sentences(reports: Sequence[GradeReport]) -> tuple[Sentence, ...]:
    """Return what several students read, the most frequent first."""
    said: dict[tuple[GradeId, str], tuple[dict[CheckId, None], dict[StudentId, None]]] = {}
    for report in reports:
        for check in report.checks:
            if check.outcome is Outcome.FAILED and check.message:
                checks, students = said.setdefault((check.question, check.message), ({}, {}))
                checks[check.check_id] = students[report.student] = None
    found = [
        Sentence(question=question, message=message, checks=tuple(sorted(checks)), students=tuple(students))
        for (question, message), (checks, students) in said.items()
        if len(students) > 1
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.students), each.question, each.message)))


def clusters(reports: Sequence[GradeReport]) -> tuple[Cluster, ...]:
    """Return who failed the same checks of a question, the largest groups first."""
    groups: dict[tuple[GradeId, tuple[CheckId, ...]], list[GradeReport]] = {}
    for report in reports:
        failed: dict[GradeId, list[CheckId]] = {}
        for check in report.checks:
            if check.outcome is Outcome.FAILED:
                failed.setdefault(check.question, []).append(check.check_id)
        for question, names in failed.items():
            groups.setdefault((question, tuple(sorted(names))), []).append(report)
    clusters = [
        Cluster(
            question=question,
            failed=names,
            message=_most_read(members, names),
            students=tuple(report.student for report in members),
        )
        for (question, names), members in groups.items()
        if len(members) > 1
    ]
    return tuple(sorted(clusters, key=lambda each: (-len(each.students), each.question, each.failed)))


def _most_read(reports: Sequence[GradeReport], checks: Sequence[CheckId]) -> str:
    said = Counter(
        check.message for report in reports for check in report.checks if check.check_id in checks and check.message
    )
    return min(said, key=lambda message: (-said[message], message), default="")
