"""Grade the grader: the corpus of an assignment has to score as is known of it.

A suite is right when the reference and every accepted variant lose no point, the untouched release earns none,
each mistake fails exactly the checks that it names, and each check is failed by a mistake.
"""

from __future__ import annotations

import fnmatch
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.corpus import Variant, VariantKind, fill, read_corpus
from autograder.course import Assignment, Course, Submission
from autograder.errors import AssignmentError, UsageError
from autograder.notebooks import cells
from autograder.pool.events import Listener, ignore
from autograder.pool.local import LocalPool
from autograder.records import CheckId, GradeReport, Outcome, QuestionKind, StudentId
from autograder.rubric import Rubric

_NEUTRAL = (Outcome.PASSED, Outcome.NOT_RUN, Outcome.NOT_ATTEMPTED)


@dataclass(frozen=True)
class Verdict:
    """What one variant scored, and what is wrong about that; no problems means that it is as it should be."""

    variant: Variant
    report: GradeReport
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """The verdicts over a corpus, and the checks that no mistake fails (empty where only a part was graded)."""

    verdicts: tuple[Verdict, ...]
    unfailed: tuple[CheckId, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.unfailed and not any(verdict.problems for verdict in self.verdicts)


def verify(
    course: Course,
    assignment: Assignment,
    *,
    only: str = "*",
    workers: int | None = None,
    on_event: Listener = ignore,
) -> Verification:
    """Grade the corpus of an assignment and compare with what is known of it.

    Parameters
    ----------
    only
        A pattern of variants' names (``mistake.residual_block_*``).

    Raises
    ------
    UsageError
        If no variant matches.
    AssignmentError
        If corpus, suite or release cannot be used, or a mistake names a check that there is not.
    """
    rubric = Rubric.read(assignment)
    variants = [variant for variant in read_corpus(assignment) if fnmatch.fnmatchcase(variant.name, only)]
    if not variants:
        raise UsageError(f"no variant of {assignment.id} is named like {only!r}")
    for variant in variants:
        unknown = sorted(set(variant.fails) - set(rubric.checks))
        if unknown:
            raise AssignmentError(f"{variant.name} names {', '.join(unknown)}, but the suite has no such check")
    reports = _grade(course, rubric, variants, workers, on_event)
    verdicts = tuple(Verdict(v, reports[v.name], _problems(v, reports[v.name])) for v in variants)
    unfailed = tuple(sorted(set(rubric.checks) - {name for v in variants for name in v.fails})) if only == "*" else ()
    return Verification(verdicts, unfailed)


def _grade(
    course: Course, rubric: Rubric, variants: Iterable[Variant], workers: int | None, on_event: Listener
) -> dict[str, GradeReport]:
    with tempfile.TemporaryDirectory(prefix="autograder-verify-") as folder, LocalPool(workers) as pool:
        submissions = []
        for variant in variants:
            path = Path(folder) / variant.name / f"{rubric.assignment.id}.ipynb"
            path.parent.mkdir()
            path.write_bytes(cells.to_bytes(fill(rubric.released, variant.sources)))
            submissions.append(Submission(assignment=rubric.assignment.id, student=StudentId(variant.name), path=path))
        graded = pool.grade(course, rubric, submissions, on_event=on_event)
        return {each.report.student: each.report for each in graded}


def _problems(variant: Variant, report: GradeReport) -> tuple[str, ...]:
    """Return what contradicts the kind of the variant, a sentence each."""
    found = [
        f"{check.check_id} ended in an error: {check.staff_note.strip().splitlines()[-1] if check.staff_note else ''}"
        for check in report.checks
        if check.outcome is Outcome.ERROR
    ]
    if report.problem:
        found.append(f"could not be graded: {report.problem}")
    return (*found, *_RULES[variant.kind](variant, report))


def _loses_nothing(variant: Variant, report: GradeReport) -> Iterable[str]:
    return [
        f"{check.check_id} should pass: {check.outcome.value}: {check.message}"
        for check in report.checks
        if check.outcome not in (Outcome.PASSED, Outcome.ERROR)
    ]


def _earns_nothing(variant: Variant, report: GradeReport) -> Iterable[str]:
    return [
        f"{question.grade_id} earns {question.score:g} points untouched"
        for question in report.questions
        if question.kind is QuestionKind.AUTOMATIC and question.score
    ]


def _fails_what_it_names(variant: Variant, report: GradeReport) -> Iterable[str]:
    for check in report.checks:
        is_named = check.check_id in variant.fails
        if is_named and check.outcome in _NEUTRAL:
            yield f"{check.check_id} should fail, it is {check.outcome.value}"
        if not is_named and check.outcome is Outcome.FAILED:
            yield f"{check.check_id} fails but is not named: {check.message}"


_RULES: dict[VariantKind, Callable[[Variant, GradeReport], Iterable[str]]] = {
    VariantKind.REFERENCE: _loses_nothing,
    VariantKind.ACCEPTED: _loses_nothing,
    VariantKind.UNTOUCHED: _earns_nothing,
    VariantKind.MISTAKE: _fails_what_it_names,
}
