"""What a check on a student's own machine finds, as records: the command line's text and its JSON are made of them.

Every sentence here is for the student. `selfcheck.schema.json` beside this module is the JSON Schema; after a change,
write it anew with ``python -m autograder.checking.schema``.
"""

from __future__ import annotations

import math
from enum import StrEnum

from autograder.records import (
    AssignmentId,
    CellRun,
    CheckResult,
    GradeId,
    Outcome,
    QuestionKind,
    Record,
    Repair,
)

SELF_CHECK_FORMAT = "autograder/self-check/v1"


class RemarkKind(StrEnum):
    """What a remark warns of."""

    STATE = "state"
    """The notebook worked because of what was in memory, or in another order."""
    OUTPUT = "stale output"
    """What the notebook shows is not what its cells give."""
    ENVIRONMENT = "environment"
    """Other versions than those of the course."""


class Remark(Record, frozen=True, kw_only=True):
    """Something that can make a notebook work here and fail when it is graded."""

    kind: RemarkKind
    message: str


class CheckedQuestion(Record, frozen=True, kw_only=True):
    """What is known of a question here: of `points`, those of public checks; others, or a person, decide the rest."""

    grade_id: GradeId
    kind: QuestionKind
    points: float
    public_points: float
    is_answered: bool

    @property
    def hidden_points(self) -> float:
        """Points that are decided when the notebook is graded."""
        return max(self.points - self.public_points, 0.0)


class SelfCheck(Record, frozen=True, kw_only=True):
    """All that was found in one notebook."""

    format: str = SELF_CHECK_FORMAT
    assignment: AssignmentId
    title: str
    release_id: str
    problem: str = ""
    """Why nothing could be looked at; empty where something was."""
    questions: tuple[CheckedQuestion, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    cells: tuple[CellRun, ...] = ()
    repairs: tuple[Repair, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def has_passed(self) -> bool:
        """Whether every public check passed, those aside that only grading can decide."""
        decided = {Outcome.PASSED, Outcome.NOT_RUN}
        return not self.problem and all(check.outcome in decided for check in self.checks)

    @property
    def hidden_points(self) -> float:
        """Points of all questions that no public check decides."""
        return math.fsum(question.hidden_points for question in self.questions)
