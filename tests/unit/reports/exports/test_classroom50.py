"""Classroom 50's result.json keeps to classroom50/result/v1, also to what its schema cannot say."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import sample_reports as sample
from hostile_reports import all_errors, all_passed
from hostile_reports import report as hostile

from autograder.records import GradeReport
from autograder.reports.exports.classroom50 import HandedIn, classroom50

_TEXT = {"type": "string", "minLength": 1}
_WHOLE = {"type": "integer", "minimum": 0}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review",
        "datetime", "score", "max-score", "tests",
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        "classroom": _TEXT,
        "assignment": _TEXT,
        "assignment_type": {"enum": ["individual", "group"]},
        "owner": _TEXT,
        "submission": {"type": "string", "pattern": "^submit/"},
        "commit": _TEXT,
        "release": _TEXT,
        "review": _TEXT,
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"},
        "score": _WHOLE,
        "max-score": _WHOLE,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": _TEXT, "passed": {"type": "boolean"}, "score": _WHOLE, "max-score": _WHOLE
                },
            },
        },
    },
}  # fmt: skip
"""The published rules, without those for fields that are not written here."""
HANDED_IN = HandedIn(
    classroom="dl-2026",
    assignment="convnets",
    owner="ada",
    submission="submit/2026-02-01T10-20-30Z-0123abc",
    commit="https://git.example/ada/commit/0123abc",
    release="https://git.example/ada/releases/1",
    review="https://git.example/ada/compare/1",
    datetime="2026-02-01T10:20:30Z",
)


def read(report: GradeReport) -> dict[str, Any]:
    """Return what Classroom 50 reads of a report."""
    found: dict[str, Any] = json.loads(classroom50(report, HANDED_IN))
    return found


@pytest.mark.parametrize("report", [sample.report(), hostile(), all_passed(), all_errors()])
def test_it_keeps_to_the_format(report: GradeReport) -> None:
    """Fields, types and the rules between them: no score is above its maximum, and there are at most 100 tests."""
    found = read(report)
    jsonschema.validate(found, SCHEMA)
    for each in (found, *found["tests"]):
        assert each["score"] <= each["max-score"]
    assert found["score"] == sum(test["score"] for test in found["tests"])
    assert len(found["tests"]) <= 100


def test_a_point_counts_hundred() -> None:
    """Half points stay what they are worth among whole ones."""
    found = read(all_passed())
    assert found["score"] == found["max-score"] == round(100 * sample.report().max_score)
    assert {test["max-score"] for test in found["tests"]} >= {100, 150}


def test_what_waits_for_a_person_is_in_no_sum() -> None:
    """It is 0 of 0 points, does not pass, and its name says who decides."""
    report = sample.report()
    found = read(report)
    waits = [test for test in found["tests"] if test["test-name"].endswith("(a person decides)")]
    assert sum(test["points-waiting"] for test in waits) == 7
    assert all((test["score"], test["max-score"]) == (0, 0) for test in waits)
    assert found["max-score"] == round(100 * (report.max_score - 7))
    assert found["score"] == round(100 * report.score)


def test_output_is_no_longer_than_is_kept() -> None:
    """2,000 characters of an output are kept there, with what says that more was there."""
    assert all(len(test["output"]) <= 2100 for test in read(hostile())["tests"])
