"""Tables for the terminal: a graded class, one report, a verification. They fit 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich import box
from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.cli.console import STYLES, plain, results, shown
from autograder.records import GradeReport, Outcome
from autograder.reports.summary import SYMBOLS, needs_person, outcome_counts, points_text, reason

if TYPE_CHECKING:  # importing it starts importing all of grading
    from autograder.verification import Verification

_WIDEST = 16  # columns of a class's table, so that a row fits a line
_PERSON = "✎"
_LEGEND = "  ".join((f"{_PERSON} for a person", *(f"{SYMBOLS[each]} {each.value}" for each in Outcome)))


def new_table() -> Table:
    """Return an empty table as all of ours look."""
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)


def print_batch(reports: Sequence[GradeReport], notes: Mapping[str, str] | None = None) -> None:
    """Print a row for each report, and what the class has in common.

    Parameters
    ----------
    notes
        What to say about a student in place of the reason for the score.
    """
    notes = notes or {}
    table = new_table()
    table.add_column("student", no_wrap=True, overflow="ellipsis")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column(_PERSON, justify="right", no_wrap=True, style="magenta")
    for outcome in Outcome:
        table.add_column(SYMBOLS[outcome], justify="right", no_wrap=True, style=STYLES[outcome])
    table.add_column("", ratio=1)  # may shrink; its cells are cut, not wrapped
    rows, seen = [], []
    for report in reports:  # once: each may be read from a file
        seen.append(_Seen(report.score, report.max_automatic_score, needs_person(report) > 0, report.has_errors))
        counts = outcome_counts(report)
        row: tuple[str | Text, ...] = (
            plain(report.student),
            f"{points_text(report.score)}/{points_text(report.max_score)}",
            _number(needs_person(report)),
            *(_number(counts[outcome]) for outcome in Outcome),
            plain(notes.get(report.student) or reason(report)),
        )
        table.add_row(*row)
        rows.append(row)
    for column, cells in zip(table.columns[:-1], zip(*rows, strict=True), strict=False):
        widest = max(cell_len(str(each)) for each in (column.header, *cells))
        column.width = min(widest, _WIDEST)  # rich would lay out all cells to find it, which takes long for a thousand
    console = results()
    console.print(table)
    console.print(Text(_LEGEND, style="dim"), soft_wrap=True)
    for line in _class_lines(seen):
        console.print(Text(line), soft_wrap=True)


def _number(count: int) -> str:
    return str(count) if count else ""


class _Seen(NamedTuple):
    """What the lines about a class take from a report."""

    score: float
    max_score: float
    waits: bool
    has_errors: bool


def _class_lines(reports: Sequence[_Seen]) -> Iterator[str]:
    """Yield what there is to say about the whole class."""
    if not reports:
        yield "no submissions"
        return
    mean = math.fsum(report.score for report in reports) / len(reports)
    maximum = max(report.max_score for report in reports)
    yield f"{_count(len(reports), 'submission')}, mean {points_text(mean)} of {points_text(maximum)} automatic points"
    waiting = sum(report.waits for report in reports)
    broken = sum(report.has_errors for report in reports)
    if waiting:
        failed = f", {broken} of them because checks of ours failed (!)" if broken else ""
        yield f"{_count(waiting, 'submission')} with questions for a person{failed}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def print_report(report: GradeReport) -> None:
    """Print one report: each question with its checks, and what they say."""
    console = results()
    if report.problem:
        console.print(Text(shown(report.problem), style="red"))
    for question in report.questions:
        score = "–" if question.score is None else points_text(question.score)
        head = Text(f"{shown(question.title)}  ", style="bold")
        head.append(f"{score}/{points_text(question.max_score)}", style="default")
        console.print(head)
        for check in report.checks:
            if check.question != question.grade_id:
                continue
            title = Text(f"{SYMBOLS[check.outcome]} {shown(check.title)}", style=STYLES[check.outcome])
            console.print(Padding(title, (0, 0, 0, 2)))
            for text in (check.message, check.staff_note):
                if text and check.outcome is not Outcome.PASSED:
                    console.print(Padding(Text(shown(text.strip())), (0, 0, 0, 4)))
    for repair in report.repairs:
        console.print(Text(shown(f"put right: {repair.message} {repair.staff_note}".strip()), style="dim"))
    console.print(Text(f"{points_text(report.score)} of {points_text(report.max_score)} points", style="bold"))


def print_verification(name: str, verification: Verification) -> None:
    """Print a row for each variant, what floors are worth, then everything that is wrong."""
    from autograder.cli.calibration import floor_sentence

    table = new_table()
    table.add_column("", no_wrap=True)
    table.add_column("variant", max_width=36, no_wrap=True, overflow="ellipsis")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("", ratio=1)  # may shrink; its cells are cut, not wrapped
    for verdict in verification.verdicts:
        mark = Text("✗", style="red") if verdict.problems else Text("✓", style="green")
        report = verdict.report
        score = f"{points_text(report.score)}/{points_text(report.max_automatic_score)}"
        table.add_row(mark, plain(verdict.variant.name), score, plain(verdict.variant.title))
    console = results()
    console.print(table)
    problems = [(verdict.variant.name, text) for verdict in verification.verdicts for text in verdict.problems]
    problems += [(str(check), "no mistake fails this check") for check in verification.unfailed]
    problems += [(str(floor.question), text) for floor in verification.floors for text in floor.problems]
    for floor in verification.floors:
        if floor.judgement is not None and not floor.problems:
            console.print(Text(shown(floor_sentence(floor.judgement))), soft_wrap=True)
    for where, text in problems:
        console.print(Text.assemble((f"{shown(where)}: ", "bold"), shown(text)), soft_wrap=True)
    number = len(verification.verdicts)
    if problems:
        console.print(
            Text(f"{name}: {_count(len(problems), 'problem')} in {_count(number, 'variant')}", style="bold red")
        )
    else:
        console.print(Text(f"{name}: {_count(number, 'variant')}, all judged rightly", style="bold green"))
