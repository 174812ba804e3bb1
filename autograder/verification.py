"""Grade the grader: the corpus of an assignment has to score as is known of it.

A suite is right when the reference and every accepted variant lose no point, the untouched release earns none,
each mistake fails exactly the checks that it names, and each check is failed by a mistake. Floors of accuracy are right
when they were calibrated, by trainings that still hold, and stand on the right side of every one of them.
"""

from __future__ import annotations

import fnmatch
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.calibrating.variants import answers, trained_questions
from autograder.corpus import Variant, VariantKind, fill, read_corpus
from autograder.course import Assignment, Course, Submission
from autograder.errors import AssignmentError, UsageError
from autograder.notebooks import cells
from autograder.pool.events import Listener, ignore
from autograder.pool.local import LocalPool
from autograder.records import CheckId, GradeId, GradeReport, Outcome, QuestionKind, StudentId
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO
from autograder.training.calibration import Calibration, read_calibration, reasons_to_repeat
from autograder.training.floors import FloorJudgement, judge_floor

_NEUTRAL = (Outcome.PASSED, Outcome.NOT_RUN, Outcome.NOT_ATTEMPTED)


@dataclass(frozen=True)
class Verdict:
    """What one variant scored, and what is wrong about that; no problems means that it is as it should be."""

    variant: Variant
    report: GradeReport
    problems: tuple[str, ...]


@dataclass(frozen=True)
class FloorVerdict:
    """What the calibration of a floor says, None where there is none, and what is wrong with either.

    `remark` is what an instructor should know and may leave as it is: that nothing was calibrated so far.
    """

    question: GradeId
    judgement: FloorJudgement | None
    problems: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True)
class Verification:
    """The verdicts over a corpus and its floors, and the checks that no mistake fails.

    The last two are empty where only a part was graded.
    """

    verdicts: tuple[Verdict, ...]
    unfailed: tuple[CheckId, ...]
    floors: tuple[FloorVerdict, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        wrong = [each.problems for each in self.verdicts] + [each.problems for each in self.floors]
        return not self.unfailed and not any(wrong)


def verify(
    course: Course,
    assignment: Assignment,
    *,
    only: str = "*",
    isolation: str = AUTO,
    workers: int | None = None,
    calibration: Calibration | None = None,
    on_event: Listener = ignore,
) -> Verification:
    """Grade the corpus of an assignment and compare with what is known of it.

    Parameters
    ----------
    only
        A pattern of variants' names (``mistake.residual_block_*``).
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
    if not variants:
        raise UsageError(f"no variant of {assignment.id} is named like {only!r}")
    for variant in variants:
        unknown = sorted(set(variant.fails) - set(rubric.checks))
        if unknown:
            raise AssignmentError(f"{variant.name} names {', '.join(unknown)}, but the suite has no such check")
    floors = floor_verdicts(rubric, corpus, calibration) if only == "*" else ()
    pool = LocalPool(course, isolation=isolation, workers=workers)
    reports = _grade(pool, rubric, variants, on_event)
    verdicts = tuple(Verdict(v, reports[v.name], _problems(v, reports[v.name])) for v in variants)
    unfailed = tuple(sorted(set(rubric.checks) - {name for v in variants for name in v.fails})) if only == "*" else ()
    return Verification(verdicts, unfailed, floors)


def floor_verdicts(
    rubric: Rubric, corpus: Sequence[Variant], calibration: Calibration | None = None
) -> tuple[FloorVerdict, ...]:
    """Return what is to be said of each floor of the recipe that the assignment chooses.

    Raises
    ------
    AssignmentError
        If the calibration that the assignment keeps cannot be read.
    """
    assignment = rubric.assignment
    if not assignment.settings.recipe:
        return ()
    name, recipe = assignment.recipe()
    if calibration is None:
        calibration = read_calibration(assignment.calibration, assignment.id)
    do = f"run 'autograder calibrate {assignment.id} --write'"
    found = []
    for question in trained_questions(rubric):
        floor, calibrated = recipe.floors.get(question), calibration.find(name, question)
        if floor is None:
            continue
        if calibrated is None:
            missing = f"the floor {floor:g} of recipe {name} has no calibration: {do}"
            is_begun = bool(calibration.recipes)  # floors may be guessed at first, but not a few of them for ever
            found.append(FloorVerdict(question, None, (missing,) if is_begun else (), "" if is_begun else missing))
            continue
        judgement = judge_floor(question, name, floor, recipe.attempts, calibrated)
        reasons = reasons_to_repeat(calibrated, recipe, answers(question, corpus, rubric))
        stale = [f"its calibration no longer holds, {reason}: {do}" for reason in reasons]
        wrong = [f"the floor {floor:g} of recipe {name}: {problem}" for problem in judgement.problems]
        found.append(FloorVerdict(question, judgement, (*stale, *wrong)))
    return tuple(found)


def _grade(pool: LocalPool, rubric: Rubric, variants: Iterable[Variant], on_event: Listener) -> dict[str, GradeReport]:
    with tempfile.TemporaryDirectory(prefix="autograder-verify-") as folder, pool:
        submissions = []
        for variant in variants:
            path = Path(folder) / variant.name / f"{rubric.assignment.id}.ipynb"
            path.parent.mkdir()
            path.write_bytes(cells.to_bytes(fill(rubric.released, variant.sources)))
            submissions.append(Submission(assignment=rubric.assignment.id, student=StudentId(variant.name), path=path))
        graded = pool.grade(rubric, submissions, on_event=on_event)
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
