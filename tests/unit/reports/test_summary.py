"""A report in a few words."""

from __future__ import annotations

import pytest
import sample_reports as sample

from autograder.records import CellRun, CellStatus, GradeReport, Outcome
from autograder.reports.summary import needs_person, outcome_counts, percent_text, points_text, reason


@pytest.mark.parametrize(("points", "text"), [(0.0, "0"), (12.0, "12"), (1.5, "1.5"), (1 / 3, "0.33"), (100.0, "100")])
def test_points_have_no_needless_digits(points: float, text: str) -> None:
    """Points are written as people write them."""
    assert points_text(points) == text


@pytest.mark.parametrize(
    ("fraction", "text"), [(0.65, "65 %"), (0.6499, "64.9 %"), (0.57, "57 %"), (1.0, "100 %"), (0.0, "0 %")]
)
def test_per_cent_never_rounds_up_to_a_floor(fraction: float, text: str) -> None:
    """An accuracy just below what was asked for looks below it."""
    assert percent_text(fraction) == text


def test_counts_every_outcome() -> None:
    """The counts of all outcomes add up to the checks."""
    counts = outcome_counts(sample.report())
    assert counts == {
        Outcome.PASSED: 6,
        Outcome.FAILED: 2,
        Outcome.ERROR: 1,
        Outcome.NOT_ATTEMPTED: 1,
        Outcome.NOT_RUN: 1,
    }


def test_counts_questions_that_wait_for_a_person() -> None:
    """A manual question and one in error wait."""
    assert needs_person(sample.report()) == 2


def _report(*outcomes: Outcome, **changes: object) -> GradeReport:
    checks = tuple(sample.check("q", str(n), outcome, message=f"message {n}") for n, outcome in enumerate(outcomes))
    return sample.report(checks=checks, cells=(), **changes)


def test_the_reason_starts_with_what_matters_most() -> None:
    """A file that is no notebook, then an error, then a limit, then the first failure is what is told."""
    limit = (CellRun(index=1, grade_id=None, status=CellStatus.LIMIT, message="The cell ran for 60 seconds."),)
    passed, failed, error, untouched = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.NOT_ATTEMPTED
    assert reason(_report(failed, problem="It is no notebook.")) == "It is no notebook."
    assert reason(_report(failed, error)) == "error in q: message 1"
    assert (
        reason(sample.report(checks=(sample.check("q", "a", failed),), cells=limit)) == "The cell ran for 60 seconds."
    )
    assert reason(_report(passed, failed, failed, failed)) == "q: message 1 (and 2 more)"
    assert reason(_report(passed, untouched)) == "1 check not attempted"
    assert reason(_report(untouched, Outcome.NOT_RUN)) == "nothing was attempted"
    assert reason(_report(passed)) == ""
