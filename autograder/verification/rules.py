"""What a variant of a corpus has to score, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from autograder.corpus import Variant, VariantKind
from autograder.records import GradeReport, Outcome, QuestionKind

_NEUTRAL = (Outcome.PASSED, Outcome.NOT_RUN, Outcome.NOT_ATTEMPTED)


def problems(variant: Variant, report: GradeReport) -> tuple[str, ...]:
    """Return what contradicts the kind of the variant, a sentence each."""
    found = [
        f"{check.check_id} ended in an error: {check.staff_note.strip().splitlines()[-1] if check.staff_note else ''}"
        for check in report.checks
        if check.outcome is Outcome.ERROR
    ]
    if report.problem:
        found.append(f"could not be graded: {report.problem}")
    return (*found, *_RULES[variant.kind](variant, report))


def _loses_nothing(variant: Variant, report: GradeReport) -> Iterable[str]:
    return [
        f"{check.check_id} should pass: {check.outcome.value}: {check.message}"
        for check in report.checks
        if check.outcome not in (Outcome.PASSED, Outcome.ERROR)
    ]


def _earns_nothing(variant: Variant, report: GradeReport) -> Iterable[str]:
    return [
        f"{question.grade_id} earns {question.score:g} points untouched"
        for question in report.questions
        if question.kind is QuestionKind.AUTOMATIC and question.score
    ]


def _fails_what_it_names(variant: Variant, report: GradeReport) -> Iterable[str]:
    for check in report.checks:
        is_named = check.check_id in variant.fails
        if is_named and check.outcome in _NEUTRAL:
            yield f"{check.check_id} should fail, it is {check.outcome.value}"
        if not is_named and check.outcome is Outcome.FAILED:
            yield f"{check.check_id} fails but is not named: {check.message}"


_RULES: dict[VariantKind, Callable[[Variant, GradeReport], Iterable[str]]] = {
    VariantKind.REFERENCE: _loses_nothing,
    VariantKind.ACCEPTED: _loses_nothing,
    VariantKind.UNTOUCHED: _earns_nothing,
    VariantKind.MISTAKE: _fails_what_it_names,
}
