"""All reports of a class in one document."""

from __future__ import annotations

import json

import jsonschema
import sample_reports as sample
from hostile_reports import all_passed

from autograder.records import AssignmentId, from_json
from autograder.reports.exports.documents import CLASS_FORMAT, ClassReports, document
from autograder.reports.schema import schema_of


def test_it_holds_every_report_whole() -> None:
    """Read back, the reports are the same, and what waits for a person is null."""
    reports = (sample.report(), all_passed())
    text = document(AssignmentId("convnets"), reports)
    assert from_json(text.encode(), ClassReports).reports == reports
    assert json.loads(text)["reports"][0]["questions"][2]["score"] is None


def test_a_validator_accepts_it() -> None:
    """Its schema is that of the record."""
    text = document(AssignmentId("convnets"), [sample.report()])
    jsonschema.validate(json.loads(text), json.loads(schema_of(ClassReports, CLASS_FORMAT)))
