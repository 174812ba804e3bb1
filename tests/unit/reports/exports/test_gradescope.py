"""Gradescope's results.json keeps to the rules of its "Autograder Specifications"."""

from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
import sample_reports as sample
from hostile_reports import HOSTILE, all_errors, all_passed
from hostile_reports import report as hostile

from autograder.records import GradeReport
from autograder.reports.exports.gradescope import Visibility, gradescope

_VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": _FORMAT,
        "test_output_format": _FORMAT,
        "test_name_format": _FORMAT,
        "visibility": _VISIBILITY,
        "stdout_visibility": _VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": _FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": _FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": _VISIBILITY,
                    "extra_data": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
        "leaderboard": {"type": "array"},
    },
    "additionalProperties": False,
}
"""What is written down there, as a schema."""


def read(report: GradeReport, visibility: Visibility = Visibility.VISIBLE) -> dict[str, Any]:
    """Return what Gradescope reads of a report."""
    found: dict[str, Any] = json.loads(gradescope(report, visibility))
    return found


@pytest.mark.parametrize("report", [sample.report(), hostile(), all_passed(), all_errors()])
def test_it_keeps_to_the_format(report: GradeReport) -> None:
    """Every field is one that Gradescope knows, of its type."""
    jsonschema.validate(read(report), SCHEMA)


def test_the_sum_is_that_of_the_tests() -> None:
    """The score at the top and those of the tests agree, so Gradescope shows the same number both ways."""
    for report in (sample.report(), all_passed()):
        found = read(report)
        assert math.isclose(found["score"], sum(test.get("score", 0) for test in found["tests"]))
        assert math.isclose(found["score"], report.score)


def test_what_waits_for_a_person_has_no_score() -> None:
    """An ERROR and a question for a person have neither score nor status, and say why; the top begins with it."""
    found = read(sample.report())
    tests = {test["name"]: test for test in found["tests"]}
    error = tests["A residual block: With its weights at zero, the block returns its input."]
    manual = tests["What a convolution gives up"]
    for test in (error, manual):
        assert not {"score", "max_score", "status"} & set(test)
        assert "3 points, not given yet." in test["output"]
    assert "you lose nothing" in error["output"]
    assert found["output"].startswith("Not final: 2 questions worth 7 points wait for a person, 1 of them because")


def test_where_nothing_could_be_checked_there_is_no_sum() -> None:
    """Gradescope then shows that grading failed, and not a 0."""
    assert "score" not in read(all_errors())


def test_a_note_for_staff_is_not_in_it() -> None:
    """Nothing of what only staff should read reaches a student."""
    text = gradescope(sample.report())
    assert sample.STAFF_NOTE not in text
    assert "secret of the suite" not in text
    assert "only for staff" not in text


def test_texts_are_plain_and_visible() -> None:
    """What a student wrote is declared as text, with no control character in it."""
    found = read(hostile())
    for test in found["tests"]:
        assert test["output_format"] == "text"
        assert not {"\x00", "\x1b", "\u202e"} & set(test["output"])
    assert found["test_name_format"] == "text"
    assert HOSTILE.split("\n")[0][:40] in found["output"]


def test_visibility_holds_for_all_of_it() -> None:
    """Each test and the output at the top are shown when it was asked for; the log of grading never."""
    found = read(sample.report(), Visibility.AFTER_DUE_DATE)
    assert {found["visibility"], *(test["visibility"] for test in found["tests"])} == {"after_due_date"}
    assert found["stdout_visibility"] == "hidden"
