"""The JSON Schema of a report, for whoever reads reports without this package.

It is generated from the record, and lies beside this module as `report.schema.json`. After a change of the
record, write it anew with ``python -m autograder.reports.schema``; a test says when that was forgotten.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.records import REPORT_FORMAT, GradeReport, Record, json_schema

PATH = Path(__file__).with_name("report.schema.json")


def schema_text() -> str:
    """Return the schema as indented JSON, with a title and the name of the format."""
    return schema_of(GradeReport, REPORT_FORMAT)


def schema_of(kind: type[Record], name: str) -> str:
    """Return the schema of any record that has a format of this name."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, **json_schema(kind)}
    schema["$defs"][kind.__name__]["properties"]["format"]["const"] = name
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
