"""Says what became of mutants: how much each check notices, and what nothing notices."""

from __future__ import annotations

from rich.padding import Padding
from rich.text import Text

from autograder.cli.console import plain, results, shown
from autograder.cli.tables import new_table
from autograder.reports.mutation import MutantResult, MutantState, MutationReport

_SHOWN = {
    MutantState.SURVIVED: "no check fails it, and it does something else than the reference",
    MutantState.REJECTED: "the reference in another style loses points",
    MutantState.ERROR: "a check ended in an error",
}


def print_mutation(report: MutationReport, *, fail_under: float, page: str = "") -> None:
    """Print a row for each check, then the mutants that somebody has to look at, each with what was changed.

    Parameters
    ----------
    fail_under
        The share that has to be caught, in [0, 1].
    page
        Where the page lies, if one was written.
    """
    console = results()
    table = new_table()
    table.add_column("check", max_width=52, no_wrap=True, overflow="ellipsis")
    for column in ("first", "alone", "caught"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in report.scores:
        style = "" if each.caught else "dim"
        table.add_row(plain(each.check, style), str(each.first), str(each.alone), str(each.caught))
    console.print(table)
    for state, words in _SHOWN.items():
        for result in report.of(state):
            _print_result(result, words)
    for problem in report.problems:
        console.print(Text(shown(problem), style="yellow"), soft_wrap=True)
    counts = ", ".join(f"{len(report.of(state))} {state.value}" for state in MutantState if report.of(state))
    is_enough = report.score >= fail_under and not report.problems
    said = f"mutants: {report.score:.1%} caught of those that matter, {fail_under:.0%} are asked for ({counts})"
    console.print(Text(said, style="bold green" if is_enough else "bold red"), soft_wrap=True)
    if page:
        console.print(Text(f"every mutant: {page}"), soft_wrap=True)


def _print_result(result: MutantResult, words: str) -> None:
    console = results()
    console.print(Text.assemble((shown(result.name), "bold"), f": {words}"), soft_wrap=True)
    for text in (result.remark, result.difference):
        if text:
            console.print(Padding(Text(shown(text)), (0, 0, 0, 4)))
