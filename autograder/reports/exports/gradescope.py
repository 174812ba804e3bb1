"""Gradescope's ``results.json``, by its "Autograder Specifications".

What waits for a person has neither ``score`` nor ``status``, and its sentence says why; the sum at the top is of the
other tests alone, and ``output`` begins with how many points are not in it. Where not one question has a score
although checks should have given it, there is no sum at all: Gradescope then shows that grading failed, and no 0.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from autograder.records import GradeReport, Outcome, QuestionKind
from autograder.reports.exports.rows import Row, rows, waiting, waiting_sentence
from autograder.reports.summary import points_text
from autograder.reports.visible import clipped, visible


class Visibility(StrEnum):
    """When a student sees a test on Gradescope."""

    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    VISIBLE = "visible"


def gradescope(report: GradeReport, visibility: Visibility = Visibility.AFTER_PUBLISHED) -> str:
    """Return a ``results.json``; `visibility` holds for every test, and for what stands at the top."""
    result: dict[str, Any] = {
        "output": _output(report),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility.value,
        "stdout_visibility": Visibility.HIDDEN.value,
        "tests": [_test(row, visibility) for row in rows(report)],
        "extra_data": {
            "format": report.format,
            "submission_sha256": report.submission_sha256,
            "release_id": report.release_id,
            "isolation": report.isolation,
            "waiting": [question.grade_id for question in waiting(report)],
        },
    }
    automatic = [question for question in report.questions if question.kind is QuestionKind.AUTOMATIC]
    if any(question.score is not None for question in automatic) or not automatic:
        result["score"] = round(report.score, 4)
    return json.dumps(result, indent=2, ensure_ascii=True) + "\n"


def _test(row: Row, visibility: Visibility) -> dict[str, Any]:
    test: dict[str, Any] = {"name": visible(row.name), "number": row.number}
    if row.score is not None:
        test |= {"score": row.score, "max_score": row.max_score}
        test["status"] = "passed" if row.outcome is Outcome.PASSED else "failed"
    elif row.outcome not in (None, Outcome.ERROR):
        test["status"] = "passed" if row.outcome is Outcome.PASSED else "failed"
    output = clipped(visible(row.message))
    if row.score is None:
        points = f"{points_text(row.max_score)} points, not given yet."
        output = f"{output}\n{points}".lstrip("\n")
    return test | {"output": output, "output_format": "text", "visibility": visibility.value}


def _output(report: GradeReport) -> str:
    """Return what concerns the whole submission."""
    texts = [waiting_sentence(report), report.problem, *(f"Put right: {each.message}" for each in report.repairs)]
    return clipped(visible("\n".join(text for text in texts if text)))
