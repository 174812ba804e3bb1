"""Classroom 50's ``result.json`` in the format ``classroom50/result/v1``.

It takes whole numbers only, so a point counts 100. It has no word for what waits for a person either: such a test has
0 of 0 points and a name that says so, and neither sum counts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from autograder.records import GradeReport, Outcome
from autograder.reports.exports.rows import Row, rows
from autograder.reports.visible import clipped, one_line, visible

SCHEMA = "classroom50/result/v1"
SCALE = 100
"""What one point counts."""
_LONGEST_OUTPUT = 2000


@dataclass(frozen=True)
class HandedIn:
    """What Classroom 50 knows of a submission, and a report does not.

    Parameters
    ----------
    classroom, assignment, owner
        Their names there; `owner` is the login of the student whose repository it is.
    submission
        The tag, ``submit/...``.
    commit, release, review
        Links.
    datetime
        When it was handed in, in UTC: ``2026-02-01T10:20:30Z``.
    mode
        ``individual`` or ``group``.
    """

    classroom: str
    assignment: str
    owner: str
    submission: str
    commit: str
    release: str
    review: str
    datetime: str
    mode: str = "individual"


def classroom50(report: GradeReport, handed_in: HandedIn) -> str:
    """Return a ``result.json``."""
    tests = [_test(row) for row in rows(report)]
    result = {
        "schema": SCHEMA,
        "classroom": handed_in.classroom,
        "assignment": handed_in.assignment,
        "assignment_type": handed_in.mode,
        "owner": handed_in.owner,
        "submission": handed_in.submission,
        "commit": handed_in.commit,
        "release": handed_in.release,
        "review": handed_in.review,
        "datetime": handed_in.datetime,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(result, indent=2, ensure_ascii=True) + "\n"


def _test(row: Row) -> dict[str, Any]:
    name = one_line(f"{row.number} {row.name}", 200)
    most = 0 if row.score is None else round(row.max_score * SCALE)
    return {
        "test-name": name if row.score is not None else f"{name} (a person decides)",
        "passed": row.outcome is Outcome.PASSED or (row.outcome is None and bool(row.score)),
        "score": min(round((row.score or 0) * SCALE), most),
        "max-score": most,
        "outcome": row.outcome.value if row.outcome else "for a person",
        "points-waiting": row.max_score if row.score is None else 0,
        "output": clipped(visible(row.message), _LONGEST_OUTPUT),
    }
