"""What students would read who make the known mistakes: so that an instructor can judge the sentences."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence

from autograder.corpus import Variant, VariantKind, read_corpus
from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.pool.events import Listener, ignore
from autograder.records import AssignmentId, CheckId, GradeId, Outcome, Record
from autograder.sandbox.isolation.tiers import AUTO
from autograder.verification import verify

PREVIEW_FORMAT = "autograder/preview/v1"
_PREFIX = f"{VariantKind.MISTAKE.value}."


class Sentence(Record, frozen=True, kw_only=True):
    """What one check says to somebody who made one mistake."""

    mistake: str
    mistake_title: str
    message: str


class CheckPreview(Record, frozen=True, kw_only=True):
    """A check, its hint, and what it says for each mistake that fails it."""

    check_id: CheckId
    question: GradeId
    title: str
    hint: str
    sentences: tuple[Sentence, ...]


class Preview(Record, frozen=True, kw_only=True):
    """The checks that failed, in the order of the suite; `silent` are mistakes that nobody would be told of."""

    format: str = PREVIEW_FORMAT
    assignment: AssignmentId
    checks: tuple[CheckPreview, ...]
    silent: tuple[str, ...] = ()


def mistakes(assignment: Assignment, pattern: str) -> tuple[Variant, ...]:
    """Return the known mistakes whose name is like a pattern.

    Raises
    ------
    UsageError
        If there is none.
    AssignmentError
        If the corpus cannot be read.
    """
    corpus = read_corpus(assignment)
    chosen = tuple(each for each in corpus if fnmatch.fnmatchcase(each.name, f"{_PREFIX}{pattern}"))
    if not chosen:
        raise UsageError(f"{assignment.solutions / 'mistakes'} has no {pattern}.py: a pattern is of such names")
    return chosen


def preview(
    course: Course,
    assignment: Assignment,
    pattern: str = "*",
    *,
    isolation: str = AUTO,
    workers: int | None = None,
    on_event: Listener = ignore,
) -> Preview:
    """Grade known mistakes, as `verify` does, and return what they would be told.

    Parameters
    ----------
    pattern
        Of the names of files in ``mistakes/``, without ``.py``.
    isolation, workers, on_event
        As for `verify`.

    Raises
    ------
    UsageError, AssignmentError, InfrastructureError
        As `mistakes` and `verify` do.
    """
    mistakes(assignment, pattern)
    verification = verify(
        course, assignment, only=f"{_PREFIX}{pattern}", isolation=isolation, workers=workers, on_event=on_event
    )
    heads: dict[CheckId, CheckPreview] = {}
    told: dict[CheckId, list[Sentence]] = {}
    silent = []
    for verdict in verification.verdicts:
        failed = [check for check in verdict.report.checks if check.outcome is Outcome.FAILED]
        name = verdict.variant.name.removeprefix(_PREFIX)
        if not failed:
            silent.append(name)
        for check in failed:
            sentence = Sentence(mistake=name, mistake_title=verdict.variant.title, message=check.message)
            told.setdefault(check.check_id, []).append(sentence)
            heads[check.check_id] = CheckPreview(
                check_id=check.check_id, question=check.question, title=check.title, hint=check.hint, sentences=()
            )
    order = _order([check.check_id for verdict in verification.verdicts for check in verdict.report.checks])
    checks = [
        CheckPreview(
            check_id=name,
            question=heads[name].question,
            title=heads[name].title,
            hint=heads[name].hint,
            sentences=tuple(told[name]),
        )
        for name in order
        if name in heads
    ]
    return Preview(assignment=assignment.id, checks=tuple(checks), silent=tuple(silent))


def _order(names: Sequence[CheckId]) -> tuple[CheckId, ...]:
    """Return names once each, in the order in which they come first."""
    return tuple(dict.fromkeys(names))
