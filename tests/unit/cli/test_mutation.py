"""What the terminal says of mutants."""

from __future__ import annotations

import pytest

from autograder.cli.mutation import print_mutation
from autograder.records import AssignmentId, CheckId, GradeId
from autograder.reports.mutation import MutantResult, MutantState, MutationReport


def report(*states: MutantState, problems: tuple[str, ...] = ()) -> MutationReport:
    """Make a report with a result in each of some states."""
    results = tuple(
        MutantResult(
            name=f"q.one_more.{line}",
            question=GradeId("q"),
            operator="one_more",
            line=line,
            state=state,
            caught_by=(CheckId("q.a"),) if state is MutantState.CAUGHT else (),
            difference="-x = 1\n+x = 2",
        )
        for line, state in enumerate(states)
    )
    return MutationReport(assignment=AssignmentId("a"), results=results, checks=(CheckId("q.a"),), problems=problems)


def test_a_survivor_is_shown_with_what_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """And the share says that it is too little."""
    print_mutation(report(MutantState.CAUGHT, MutantState.SURVIVED), fail_under=1.0)
    printed = capsys.readouterr().out
    assert "q.one_more.1: no check fails it" in printed
    assert "+x = 2" in printed
    assert "50.0% caught of those that matter, 100% are asked for (1 caught, 1 survived)" in printed


def test_what_is_right_is_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Equivalent mutants and those left to training are numbers; the page has them all."""
    print_mutation(
        report(MutantState.CAUGHT, MutantState.EQUIVALENT, MutantState.TRAINING), fail_under=1.0, page="reports/a.html"
    )
    printed = capsys.readouterr().out
    assert "no check" not in printed
    assert "100.0%" in printed
    assert "every mutant: reports/a.html" in printed


def test_problems_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """They are wrong whatever the score is."""
    print_mutation(report(MutantState.CAUGHT, problems=("rewrite.q.functional loses points",)), fail_under=0.5)
    assert "rewrite.q.functional loses points" in capsys.readouterr().out
