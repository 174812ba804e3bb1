"""A verification as a record, for those who read it by machine."""

from __future__ import annotations

from autograder.records import AssignmentId, CheckId, GradeId, Record
from autograder.reports.mutation import CheckScore, MutantResult
from autograder.verification import Verification


class VariantTold(Record, frozen=True, kw_only=True):
    """What one variant scored, in points, and what is wrong about that."""

    name: str
    kind: str
    score: float
    max_score: float
    problems: tuple[str, ...]


class FloorTold(Record, frozen=True, kw_only=True):
    """What is wrong with a floor."""

    question: GradeId
    problems: tuple[str, ...]


class MutationTold(Record, frozen=True, kw_only=True):
    """What became of mutants; `score` and `fail_under` in [0, 1]."""

    score: float
    fail_under: float
    problems: tuple[str, ...]
    checks: tuple[CheckScore, ...]
    results: tuple[MutantResult, ...]


class VerificationTold(Record, frozen=True, kw_only=True):
    """A whole verification; `mutation` is None where no mutant was graded."""

    assignment: AssignmentId
    is_right: bool
    variants: tuple[VariantTold, ...]
    unfailed: tuple[CheckId, ...]
    floors: tuple[FloorTold, ...]
    mutation: MutationTold | None


def told(assignment: AssignmentId, verification: Verification) -> VerificationTold:
    """Return a verification as a record."""
    mutation = verification.mutation
    return VerificationTold(
        assignment=assignment,
        is_right=verification.is_right,
        variants=tuple(
            VariantTold(
                name=each.variant.name,
                kind=each.variant.kind.value,
                score=each.report.score,
                max_score=each.report.max_automatic_score,
                problems=each.problems,
            )
            for each in verification.verdicts
        ),
        unfailed=verification.unfailed,
        floors=tuple(FloorTold(question=each.question, problems=each.problems) for each in verification.floors),
        mutation=None
        if mutation is None
        else MutationTold(
            score=mutation.score,
            fail_under=verification.fail_under,
            problems=mutation.problems,
            checks=mutation.scores,
            results=mutation.results,
        ),
    )
