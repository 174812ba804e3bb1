"""The JSON Schema of a self-check lies beside the record, and fits it."""

from __future__ import annotations

import json

from autograder.checking.findings import CheckedQuestion, Remark, RemarkKind, SelfCheck
from autograder.checking.schema import PATH, schema_text
from autograder.records import (
    AssignmentId,
    CheckId,
    CheckResult,
    GradeId,
    Outcome,
    QuestionKind,
    from_json,
    to_json,
)

QUESTION = CheckedQuestion(
    grade_id=GradeId("area"), kind=QuestionKind.AUTOMATIC, points=4.0, public_points=1.0, is_answered=True
)


def result(outcome: Outcome) -> CheckResult:
    """Return a result of a public check."""
    return CheckResult(
        check_id=CheckId("area.form"), question=GradeId("area"), title="It is.", outcome=outcome, max_points=1.0
    )


def found(*outcomes: Outcome, problem: str = "") -> SelfCheck:
    """Return a self-check whose public checks ended so."""
    return SelfCheck(
        assignment=AssignmentId("practical"),
        title="A practical",
        release_id="0123456789abcdef",
        problem=problem,
        questions=(QUESTION,),
        checks=tuple(map(result, outcomes)),
        remarks=(Remark(kind=RemarkKind.STATE, message="Cells were run in another order."),),
    )


def test_the_schema_is_up_to_date() -> None:
    """`python -m autograder.checking.schema` writes it anew."""
    assert PATH.read_text("utf-8") == schema_text()


def test_a_self_check_reads_back() -> None:
    """What is printed decodes strictly into the record, and names only what the schema names."""
    given = found(Outcome.PASSED)
    assert from_json(to_json(given), SelfCheck) == given
    properties = json.loads(schema_text())["$defs"]["SelfCheck"]["properties"]
    assert set(json.loads(to_json(given))) == set(properties)


def test_only_what_was_decided_here_can_fail() -> None:
    """What waits for a training, or for another check, fails nobody; anything else that did not pass does."""
    assert found(Outcome.PASSED, Outcome.NOT_RUN).has_passed
    for outcome in (Outcome.FAILED, Outcome.NOT_ATTEMPTED, Outcome.ERROR):
        assert not found(Outcome.PASSED, outcome).has_passed
    assert not found(problem="the file is empty").has_passed


def test_hidden_points_are_those_that_no_public_check_gives() -> None:
    """Four points, one of them public."""
    assert QUESTION.hidden_points == 3.0
