"""What of a graded class has to be looked at by a person, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from autograder.records import GradeId, GradeReport, Outcome, QuestionKind, QuestionResult, Record, StudentId


class Why(StrEnum):
    """Why a person has to look."""

    ERROR = "error"
    """A check of ours could not be made."""
    MANUAL = "manual"
    """The question is read by a person."""
    AGAIN = "again"
    """A person has graded it, and something else was handed in, or found, since."""


class Waiting(Record, frozen=True, kw_only=True):
    """One answer that a person has to look at; `notes` are for staff: what went wrong in which check."""

    student: StudentId
    question: GradeId
    title: str
    why: Why
    max_score: float
    notes: tuple[str, ...] = ()


def waiting(
    reports: Iterable[GradeReport], is_waiting: Callable[[StudentId, QuestionResult], bool | None] = lambda *_: None
) -> tuple[Waiting, ...]:
    """Return what a person has to look at, errors first.

    Parameters
    ----------
    is_waiting
        What the gradebook says of a student's question; None where it says nothing, and the report decides.
    """
    found = [each for report in reports for each in _of(report, is_waiting)]
    order = list(Why)
    return tuple(sorted(found, key=lambda each: order.index(each.why)))


def _of(report: GradeReport, is_waiting: Callable[[StudentId, QuestionResult], bool | None]) -> Iterator[Waiting]:
    for question in report.questions:
        said = is_waiting(report.student, question)
        if not (question.needs_manual_grade if said is None else said):
            continue
        errors = [c for c in report.checks if c.question == question.grade_id and c.outcome is Outcome.ERROR]
        why = Why.ERROR if errors else Why.MANUAL if question.kind is QuestionKind.MANUAL else Why.AGAIN
        yield Waiting(
            student=report.student,
            question=question.grade_id,
            title=question.title,
            why=why,
            max_score=question.max_score,
            notes=tuple(f"{check.check_id}: {check.staff_note or check.message or check.title}" for check in errors),
        )
