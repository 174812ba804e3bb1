"""What became of the mutants of an assignment, as records and as a static page.

The page is for instructors: it shows their answers and what their hidden checks say, so it lies with the reports, never
with what students get. As on the students' page every value is made visible and escaped, and nothing is loaded or run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from autograder.records import AssignmentId, CheckId, GradeId, Record
from autograder.reports.pages import environment


class MutantState(StrEnum):
    """What became of a mutant, or of a rewrite: the same answer in another style."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    LISTED = "called equivalent"
    TRAINING = "left to training"
    ERROR = "error"
    KEPT = "kept its points"
    REJECTED = "lost points"


_OF_REWRITES = (MutantState.KEPT, MutantState.REJECTED)


class MutantResult(Record, frozen=True, kw_only=True):
    """One mutant or rewrite.

    Attributes
    ----------
    line
        Of the reference's cell.
    caught_by
        The checks that fail it, in the order of the suite.
    remark
        What the first of them says, in what it differs from the reference, or why it is called equivalent.
    difference
        Lines taken away (``-``) and put in their place (``+``).
    """

    name: str
    question: GradeId
    operator: str
    line: int
    state: MutantState
    caught_by: tuple[CheckId, ...] = ()
    remark: str = ""
    difference: str = ""

    @property
    def is_rewrite(self) -> bool:
        """Whether it says the same as the reference, and is no mutant."""
        return self.state in _OF_REWRITES


class CheckScore(Record, frozen=True, kw_only=True):
    """How many mutants a check fails: as the first one, as the only one, and at all."""

    check: CheckId
    first: int
    alone: int
    caught: int


class MutationReport(Record, frozen=True, kw_only=True):
    """What became of the mutants and rewrites of an assignment; `problems` says what is wrong beside survivors."""

    assignment: AssignmentId
    results: tuple[MutantResult, ...]
    checks: tuple[CheckId, ...]
    problems: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The share that is caught of the mutants that are caught or survive, in [0, 1]; 1 where there are none."""
        caught, survived = len(self.of(MutantState.CAUGHT)), len(self.of(MutantState.SURVIVED))
        return caught / (caught + survived) if caught + survived else 1.0

    @property
    def scores(self) -> tuple[CheckScore, ...]:
        """What each check is worth, in the order of the suite."""
        caught_by = [result.caught_by for result in self.of(MutantState.CAUGHT)]
        return tuple(
            CheckScore(
                check=check,
                first=sum(names[0] == check for names in caught_by),
                alone=sum(names == (check,) for names in caught_by),
                caught=sum(check in names for names in caught_by),
            )
            for check in self.checks
        )

    def of(self, *states: MutantState) -> tuple[MutantResult, ...]:
        """Return the results in some states."""
        return tuple(result for result in self.results if result.state in states)


@dataclass(frozen=True)
class _Group:
    """The mutants of the page that are in one state; `is_open` where a person should look."""

    state: MutantState
    results: Sequence[MutantResult]
    is_open: bool


def render_mutants(report: MutationReport, *, title: str) -> str:
    """Return the page about the mutants of an assignment as one HTML document."""
    wrong = (MutantState.SURVIVED, MutantState.REJECTED, MutantState.ERROR)
    order = (*wrong, *(state for state in MutantState if state not in wrong))
    groups = [_Group(state, report.of(state), state in wrong) for state in order if report.of(state)]
    page = environment().get_template("mutants.html.j2")
    return page.render(report=report, title=title, groups=groups, percent=f"{report.score:.1%}")
