"""Grade the grader: the corpus of an assignment has to score as is known of it.

A suite is right when the reference and every accepted variant lose no point, the untouched release earns none,
each mistake fails exactly the checks that it names, and each check is failed by a mistake. Floors of accuracy are right
when they were calibrated, by trainings that still hold, and stand on the right side of every one of them.

Of a variant only what its answers can touch is graded (`scopes`); the rest is as it is for the reference. Mutants of
the reference (`mutants`) say how much the suite notices beyond the mistakes that somebody thought of.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.corpus import Variant, VariantKind, fill, read_corpus
from autograder.course import Assignment, Course
from autograder.errors import AssignmentError, UsageError
from autograder.pool.events import Finished, Listener, ignore
from autograder.records import CheckId, GradeReport
from autograder.reports.mutation import MutationReport
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO
from autograder.training.calibration import Calibration
from autograder.verification.completing import all_passed, completed
from autograder.verification.floors import FloorVerdict, floor_verdicts
from autograder.verification.mutants import find_candidates, grade_mutants
from autograder.verification.rules import problems
from autograder.verification.scopes import Scopes
from autograder.verification.series import Answer, Series

__all__ = ["FloorVerdict", "Verdict", "Verification", "count", "floor_verdicts", "verify"]


@dataclass(frozen=True)
class Verdict:
    """What one variant scored, and what is wrong about that; no problems means that it is as it should be.

    `report` has what was not graded as it is for the reference. `scope` are the checks that were asked.
    """

    variant: Variant
    report: GradeReport
    problems: tuple[str, ...]
    scope: frozenset[CheckId] = frozenset()


@dataclass(frozen=True)
class Verification:
    """The verdicts over a corpus and its floors, the checks that no mistake fails, and what became of mutants.

    Floors and checks are empty where only a part was graded; `mutation` is None where no mutant was. `fail_under` is
    the share of mutants that has to be caught.
    """

    verdicts: tuple[Verdict, ...]
    unfailed: tuple[CheckId, ...]
    floors: tuple[FloorVerdict, ...] = ()
    mutation: MutationReport | None = None
    fail_under: float = 1.0

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        wrong = [each.problems for each in self.verdicts] + [each.problems for each in self.floors]
        return not self.unfailed and not any(wrong) and self.catches_mutants

    @property
    def catches_mutants(self) -> bool:
        """Whether enough mutants are caught, and nothing is wrong with the others."""
        return self.mutation is None or (self.mutation.score >= self.fail_under and not self.mutation.problems)


def verify(
    course: Course,
    assignment: Assignment,
    *,
    only: str = "*",
    whole: bool = False,
    mutants: bool = False,
    fail_under: float = 1.0,
    isolation: str = AUTO,
    workers: int | None = None,
    calibration: Calibration | None = None,
    on_event: Listener = ignore,
) -> Verification:
    """Grade the corpus of an assignment and compare with what is known of it.

    Parameters
    ----------
    only
        A pattern of names (``mistake.residual_block_*``, ``mutant.classify.*``).
    whole
        Whether everything of each variant is graded, also what its answers cannot touch.
    mutants
        Whether mutants of the reference are graded, too.
    fail_under
        The share of mutants in [0, 1] that has to be caught.
    isolation
        The wall around them, as `choose` takes it.
    calibration
        What floors are judged by; by default what the assignment keeps.

    Raises
    ------
    UsageError
        If no variant matches.
    AssignmentError
        If corpus, suite or release cannot be used, or a mistake names a check that there is not.
    """
    rubric = Rubric.read(assignment)
    corpus = read_corpus(assignment)
    variants = [variant for variant in corpus if fnmatch.fnmatchcase(variant.name, only)]
    (reference,) = (variant for variant in corpus if variant.kind is VariantKind.REFERENCE)
    candidates = find_candidates(rubric, reference, only) if mutants else ()
    if not variants and not candidates:
        raise UsageError(f"no variant of {assignment.id} is named like {only!r}")
    for variant in variants:
        unknown = sorted(set(variant.fails) - set(rubric.checks))
        if unknown:
            raise AssignmentError(f"{variant.name} names {', '.join(unknown)}, but the suite has no such check")
    floors = floor_verdicts(rubric, corpus, calibration) if only == "*" else ()
    answers = _answers(rubric, corpus, variants, whole=whole)
    with Series(course, rubric, isolation=isolation, workers=workers) as series:
        verdicts = {verdict.variant.name: verdict for verdict in _judged(series, rubric, variants, answers, on_event)}
        mutation = grade_mutants(series, rubric, reference, candidates, on_event=on_event) if candidates else None
    unfailed = tuple(sorted(set(rubric.checks) - {name for v in variants for name in v.fails})) if only == "*" else ()
    found = tuple(verdicts[variant.name] for variant in variants)
    return Verification(found, unfailed, floors, mutation, fail_under)


def count(assignment: Assignment, *, only: str = "*", mutants: bool = False) -> int:
    """Return how many answers `verify` would grade."""
    corpus = read_corpus(assignment)
    found = sum(fnmatch.fnmatchcase(variant.name, only) for variant in corpus)
    (reference,) = (variant for variant in corpus if variant.kind is VariantKind.REFERENCE)
    return found + (len(find_candidates(Rubric.read(assignment), reference, only)) if mutants else 0)


def _answers(rubric: Rubric, corpus: Sequence[Variant], variants: Sequence[Variant], *, whole: bool) -> list[Answer]:
    """Return what is to be graded: all of the reference and the untouched release, of the others what they touch."""
    (reference,) = (variant for variant in corpus if variant.kind is VariantKind.REFERENCE)
    scopes = Scopes(fill(rubric.released, reference.sources), rubric.checks)
    return [
        Answer(
            variant.name,
            variant.sources,
            None
            if whole or variant.kind in (VariantKind.REFERENCE, VariantKind.UNTOUCHED)
            else scopes.of(variant.sources),
        )
        for variant in variants
    ]


def _judged(
    series: Series, rubric: Rubric, variants: Sequence[Variant], answers: Sequence[Answer], on_event: Listener
) -> Iterator[Verdict]:
    """Yield a verdict for each variant; the reference is graded first, for the others are completed by it."""
    known = {variant.name: variant for variant in variants}
    reference = all_passed(rubric)
    first = [answer for answer in answers if known[answer.name].kind is VariantKind.REFERENCE]
    for part in (first, [answer for answer in answers if answer not in first]):
        for answer, found in series.grade(part, on_event=on_event):
            if part is first:
                reference |= {check.check_id: check for check in found.checks}
            report = completed(found, rubric, reference)
            on_event(Finished(student=report.student, report=report))
            scope = rubric.checks.keys() if answer.scope is None else answer.scope.checks
            variant = known[answer.name]
            yield Verdict(variant, report, problems(variant, report), frozenset(scope))
