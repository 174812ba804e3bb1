"""The JSON Schema of what `autograder check --json` prints, for whoever reads it without this package.

It is generated from the record, and lies beside this module. After a change of the record, write it anew with
``python -m autograder.checking.schema``; a test says when that was forgotten.
"""

from __future__ import annotations

from pathlib import Path

from autograder.checking.findings import SELF_CHECK_FORMAT, SelfCheck
from autograder.reports.schema import schema_of

PATH = Path(__file__).with_name("selfcheck.schema.json")


def schema_text() -> str:
    """Return the schema as indented JSON, with a title and the name of the format."""
    return schema_of(SelfCheck, SELF_CHECK_FORMAT)


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
