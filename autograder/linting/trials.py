"""Runs the reference several times, with other orders of the checks and other secrets, and the untouched release once.

The reference passes every check that is right, whatever ran before it and whatever numbers are drawn. Checks that
train are left out: calibration judges those.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.corpus import fill
from autograder.course import DrawnAnew, Submission
from autograder.errors import AssignmentError
from autograder.grading import Graded, Grader
from autograder.grading.scope import Scope
from autograder.linting.material import Material
from autograder.notebooks import cells
from autograder.records import CheckId, CheckResult, GradeId, Outcome, StudentId
from autograder.rubric import Rubric
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO
from autograder.sandbox.spec import clean_environment
from autograder.suite.plugin import Check

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """One run: the seed of an order of the checks, None for the suite's own, and the number of a secret."""

    order: int | None
    secret: int


PLANS = (Plan(None, 1), Plan(0, 2), Plan(1, 3), Plan(2, 4), Plan(3, 5))
"""Every run has a secret of its own, and all but the first another order."""


@dataclass(frozen=True)
class Doubt:
    """What two further runs gave, where one ended otherwise than the first.

    `again` is the same once more, `in_order` the same but in the order of the suite.
    """

    again: Graded
    in_order: Graded


@dataclass(frozen=True)
class Trials:
    """What came of the runs.

    Attributes
    ----------
    reference
        One for each of `PLANS`.
    doubts
        By the place of the runs that ended otherwise than the first: so it is known what did it.
    untouched
        The release as students get it.
    """

    reference: tuple[Graded, ...]
    doubts: Mapping[int, Doubt]
    untouched: Graded


def run(material: Material, *, isolation: str = AUTO, on_step: OnStep = lambda text: None) -> Trials:
    """Run everything.

    Raises
    ------
    AssignmentError
        If suite or release cannot be used.
    InfrastructureError
        If no wall holds here.
    """
    rubric = Rubric.read(material.assignment)
    asked = _without_training(rubric.checks)
    if not asked:
        raise AssignmentError(f"every check of {material.assignment.id} trains: there is nothing to run")
    scope = Scope(cells=frozenset(range(len(rubric.released.cells))), checks=asked)
    (reference,) = (variant for variant in material.variants if variant.name == "reference")
    with (
        tempfile.TemporaryDirectory(prefix="autograder-lint-") as folder,
        ForkServer("autograder.sandbox.zygote", clean_environment()) as server,
    ):
        tier = choose(server.control, material.course.root, isolation)

        def grade(plan: Plan, sources: Mapping[GradeId, str], name: str) -> Graded:
            path = Path(folder) / f"{name}.ipynb"
            path.write_bytes(cells.to_bytes(fill(rubric.released, sources)))
            submission = Submission(assignment=material.assignment.id, student=StudentId(name), path=path)
            course = DrawnAnew(material.course.root, plan.secret)
            return Grader(course, rubric, server.control, tier, scope=scope, order=plan.order, runs_all=True).grade(
                submission
            )

        runs = []
        for number, plan in enumerate(PLANS, 1):
            on_step(f"running the reference, {number} of {len(PLANS)}")
            runs.append(grade(plan, reference.sources, "reference"))
        doubts = {}
        for place, plan in enumerate(PLANS):
            if _outcomes(runs[place]) != _outcomes(runs[0]):
                on_step(f"running the reference, {place + 1} of {len(PLANS)} once more, for it ended otherwise")
                again = grade(plan, reference.sources, "reference")
                doubts[place] = Doubt(again, grade(Plan(None, plan.secret), reference.sources, "reference"))
        on_step("running the untouched release")
        return Trials(tuple(runs), doubts, grade(PLANS[0], {}, "untouched"))


def results(graded: Graded) -> Mapping[CheckId, CheckResult]:
    """Return what the checks of one run found."""
    return {check.check_id: check for check in graded.report.checks}


def _outcomes(graded: Graded) -> Mapping[CheckId, Outcome]:
    return {check.check_id: check.outcome for check in graded.report.checks}


def _without_training(checks: Mapping[CheckId, Check]) -> frozenset[CheckId]:
    """Return the checks that train nothing and need none that does."""
    left_out = {name for name, check in checks.items() if check.trains or check.evaluates}
    while more := {name for name, check in checks.items() if name not in left_out and left_out & set(check.needs)}:
        left_out |= more
    return frozenset(checks) - left_out
