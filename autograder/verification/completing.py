"""Completes the report of a part by what is known of the rest."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from autograder.records import CheckId, CheckResult, GradeReport, Outcome, QuestionKind
from autograder.rubric import Rubric
from autograder.suite import plugin


def all_passed(rubric: Rubric) -> dict[CheckId, CheckResult]:
    """Return a result for every check: what is expected of the reference until it was graded."""
    return {name: plugin.result(check, Outcome.PASSED) for name, check in rubric.checks.items()}


def completed(report: GradeReport, rubric: Rubric, reference: Mapping[CheckId, CheckResult]) -> GradeReport:
    """Return a report with the checks that were not asked, as they are for the reference."""
    found = {check.check_id: check for check in report.checks}
    checks = tuple(found.get(name, reference[name]) for name in rubric.checks)
    manual = [question for question in report.questions if question.kind is QuestionKind.MANUAL]
    untouched = frozenset(question.grade_id for question in manual if question.score is not None)
    return msgspec.structs.replace(report, checks=checks, questions=rubric.questions(checks, untouched))
