"""What runs show is judged by their records: here the ones that no quick run gives."""

from __future__ import annotations

import msgspec
import pytest

from autograder.grading import Graded
from autograder.linting import running
from autograder.linting.material import Material, read
from autograder.linting.trials import PLANS, Doubt, Trials
from autograder.records import CellRun, CellStatus, GradeReport, Outcome, RunFacts
from autograder.suite.plugin import result


@pytest.fixture
def material(practical) -> Material:
    """The course as it should be."""
    return read(practical.course, practical.assignment)


def graded(material: Material, *, seconds: float = 0.1, **ended: Outcome) -> Graded:
    """Return a run in which all checks passed, but for those that are named."""
    checks = tuple(
        result(check, ended.get(name.partition(".")[2], Outcome.PASSED), "the sentence")
        for name, check in material.checks.items()
    )
    report = GradeReport(
        assignment=material.assignment.id,
        student="reference",
        submission_sha256="",
        release_id="",
        isolation="none",
        questions=(),
        checks=checks,
    )
    facts = RunFacts(
        student="reference",
        assignment=material.assignment.id,
        key="",
        started_at="",
        seconds=1.0,
        seconds_by_step={},
        check_seconds={str(name): seconds for name in material.checks},
    )
    return Graded(report, facts)


def keys(material: Material, runs: list[Graded], doubts: dict[int, Doubt] | None = None) -> list[str]:
    """Return what is found."""
    return [each.key for each in running.find(material, Trials(tuple(runs), doubts or {}, graded(material)))]


def test_a_check_is_slow_where_no_run_was_quick(material: Material) -> None:
    """A busy machine makes some runs slow; only the quickest one tells about the check."""
    slow = [graded(material, seconds=running.SLOW_S + 1) for _ in PLANS]
    assert keys(material, slow) == [f"check-slow:{name}" for name in material.checks]
    assert keys(material, [*slow[1:], graded(material, seconds=0.2)]) == []


def test_what_waits_for_another_check_is_not_the_one_to_look_at(material: Material) -> None:
    """A check that was not run in some order says nothing about itself."""
    right = graded(material)
    wrong = graded(material, is_right=Outcome.FAILED, empty=Outcome.NOT_RUN)
    assert keys(material, [right, wrong, *[right] * 3], {1: Doubt(wrong, right)}) == ["depends-on-order:area.is_right"]


def test_what_happens_once_is_chance(material: Material) -> None:
    """The order is to blame only where the same order fails again, and the suite's own does not."""
    right, wrong = graded(material), graded(material, empty=Outcome.FAILED)
    runs = [right, right, wrong, right, right]
    assert keys(material, runs, {2: Doubt(again=wrong, in_order=right)}) == ["depends-on-order:area.empty"]
    assert keys(material, runs, {2: Doubt(again=wrong, in_order=wrong)}) == ["depends-on-chance:area.empty"]
    assert keys(material, runs, {2: Doubt(again=right, in_order=right)}) == ["depends-on-chance:area.empty"]


def test_the_cells_of_the_reference_that_fail_are_named(material: Material) -> None:
    """A cell without a grade id goes by its place."""
    first = graded(material)
    cells = (CellRun(index=1, grade_id=None, status=CellStatus.LIMIT, message="It took too long."),)
    slow = Graded(msgspec.structs.replace(first.report, cells=cells), first.run)
    assert keys(material, [slow, *[first] * 4]) == ["cell-raises:cell 2"]
