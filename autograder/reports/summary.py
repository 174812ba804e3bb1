"""A report in a few words: what tables, pages and exports say alike."""

from __future__ import annotations

import math
from collections import Counter

from autograder.records import CellStatus, CheckResult, GradeReport, Outcome

SYMBOLS: dict[Outcome, str] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.NOT_ATTEMPTED: "○",
    Outcome.NOT_RUN: "–",
    Outcome.ERROR: "!",
}
"""One character for each outcome: colour alone says nothing to many people."""
_ENDINGS = frozenset({CellStatus.LIMIT, CellStatus.ENDED})


def points_text(points: float) -> str:
    """Return points as people write them: at most two decimals, no trailing zeros."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def percent_text(fraction: float) -> str:
    """Return a fraction in [0, 1] as per cent with at most one decimal, cut off.

    An accuracy of 0.6499 misses a floor of 65 %, so it must not be shown as that.
    """
    return f"{math.floor(round(fraction * 1000, 6)) / 10:.1f}".removesuffix(".0") + " %"


def outcome_counts(report: GradeReport) -> Counter[Outcome]:
    """Return how many checks ended in each way."""
    return Counter(check.outcome for check in report.checks)


def needs_person(report: GradeReport) -> int:
    """Return how many questions have no score before a person has looked."""
    return sum(question.needs_manual_grade for question in report.questions)


def reason(report: GradeReport) -> str:
    """Return one sentence for staff: the first thing to know about this report, empty where all is well."""
    if report.problem:
        return report.problem
    checks = {
        outcome: [check for check in report.checks if check.outcome is outcome]
        for outcome in (Outcome.ERROR, Outcome.FAILED, Outcome.NOT_ATTEMPTED)
    }
    if errors := checks[Outcome.ERROR]:
        return f"error in {_said(errors)}"
    for cell in report.cells:
        if cell.status in _ENDINGS:
            return cell.message or f"a cell {cell.status}"
    if failed := checks[Outcome.FAILED]:
        return _said(failed)
    untouched = len(checks[Outcome.NOT_ATTEMPTED])
    if not untouched:
        return ""
    if all(check.outcome in {Outcome.NOT_ATTEMPTED, Outcome.NOT_RUN} for check in report.checks):
        return "nothing was attempted"
    return f"{untouched} {'check' if untouched == 1 else 'checks'} not attempted"


def _said(checks: list[CheckResult]) -> str:
    """Return what the first of some checks says, and how many more there are."""
    first, more = checks[0], len(checks) - 1
    message = first.staff_note or first.message or first.title
    return f"{first.question}: {message}" + (f" (and {more} more)" if more else "")
