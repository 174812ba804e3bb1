"""The JSON Schema that others read reports with."""

from __future__ import annotations

import json

import jsonschema
import pytest
import sample_reports as sample

from autograder.records import to_json
from autograder.reports.schema import PATH, schema_text


def test_the_schema_is_up_to_date() -> None:
    """The file in the package is what the record gives; else run python -m autograder.reports.schema."""
    assert PATH.read_text(encoding="utf-8") == schema_text()


def test_a_report_satisfies_the_schema() -> None:
    """A validator that knows nothing of us accepts a report."""
    jsonschema.validate(json.loads(to_json(sample.report())), json.loads(schema_text()))


def test_another_format_does_not() -> None:
    """A report of another version is told apart."""
    data = json.loads(to_json(sample.report())) | {"format": "autograder/report/v0"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json.loads(schema_text()))
