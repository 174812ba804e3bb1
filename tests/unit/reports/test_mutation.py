"""What became of mutants, as numbers and as a page."""

from __future__ import annotations

import pytest
from page import Page

from autograder.records import AssignmentId, CheckId, GradeId
from autograder.reports.mutation import MutantResult, MutantState, MutationReport, render_mutants

CHECKS = (CheckId("q.a"), CheckId("q.b"), CheckId("q.idle"))


def result(name: str, state: MutantState, *caught_by: str, remark: str = "", difference: str = "") -> MutantResult:
    """Make a result."""
    return MutantResult(
        name=name,
        question=GradeId("q"),
        operator="one_more",
        line=1,
        state=state,
        caught_by=tuple(map(CheckId, caught_by)),
        remark=remark,
        difference=difference,
    )


@pytest.fixture
def report() -> MutationReport:
    """Three that are caught, one that survives, and some that do not count."""
    return MutationReport(
        assignment=AssignmentId("practical"),
        checks=CHECKS,
        results=(
            result("one", MutantState.CAUGHT, "q.a"),
            result("two", MutantState.CAUGHT, "q.a", "q.b"),
            result("three", MutantState.CAUGHT, "q.b"),
            result("four", MutantState.SURVIVED, remark="<b>bold</b>", difference="-x < 1\n+x <= 1"),
            result("five", MutantState.EQUIVALENT),
            result("six", MutantState.TRAINING),
            result("seven", MutantState.LISTED, remark="it is right"),
            result("eight", MutantState.KEPT),
        ),
    )


def test_the_score_counts_what_is_caught_and_what_survives(report: MutationReport) -> None:
    """What is equivalent, or left to training, says nothing about the suite."""
    assert report.score == 3 / 4
    assert MutationReport(assignment=AssignmentId("a"), results=(), checks=()).score == 1


def test_each_check_has_its_share(report: MutationReport) -> None:
    """First of those that fail a mutant, alone, and at all."""
    assert [(each.first, each.alone, each.caught) for each in report.scores] == [(2, 1, 2), (1, 1, 2), (0, 0, 0)]


def test_the_page_shows_survivors_with_what_was_changed(report: MutationReport) -> None:
    """They are open, the others are not; the score is there, and every mutant."""
    page = Page(render_mutants(report, title="A practical"))
    assert not page.unbalanced
    assert "75.0%" in page.text
    assert all(each.name in page.text for each in report.results)
    assert "+x <= 1" in page.text
    details = [attributes for tag, attributes in page.elements if tag == "details"]
    assert sum("open" in attributes for attributes in details) == 1
    assert len(details) == len(report.results)


def test_the_page_loads_and_runs_nothing(report: MutationReport) -> None:
    """Whatever a mutant or a message holds is text, and the page's policy forbids all but its own style."""
    html = render_mutants(report, title="<script>alert(1)</script>")
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "b"} & {tag for tag, _ in page.elements}
    assert "<b>bold</b>" in page.text
    policies = [each["content"] for tag, each in page.elements if each.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "http" not in html.replace("http-equiv", "")
