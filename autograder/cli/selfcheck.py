"""What `autograder check` found, for the terminal: questions with their checks first, what is to be known last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.checking.findings import CheckedQuestion, SelfCheck
from autograder.cli.console import STYLES, results, shown
from autograder.records import CellStatus, CheckResult, Outcome, QuestionKind
from autograder.reports.summary import SYMBOLS, points_text

LAST_WORDS = (
    "This runs your notebook with your own rights, and hands nothing in. Hidden checks can still fail: "
    "they ask for more than the form of an answer."
)
_STUB = "this is the stub"


def print_self_check(found: SelfCheck, name: str) -> None:
    """Print everything that a student has to know; `name` is the file's."""
    console = results()
    _print(console, 0, f"{found.title}: {name}", "bold")
    if found.problem:
        _print(console, 0, found.problem, "red")
        return
    asked = {check.question for check in found.checks}
    for question in found.questions:
        if question.grade_id in asked:
            _print_question(console, question, [each for each in found.checks if each.question == question.grade_id])
    later = [each for each in found.questions if each.grade_id not in asked]
    _print_list(console, "Decided when it is graded", map(_hidden, later))
    _print_list(console, "What may fail when it is graded", (each.message for each in found.remarks), "yellow")
    _print_list(console, "Cells that did not go through", _cell_problems(found))
    notes = dict.fromkeys(note for run in found.cells for note in run.notes)
    _print_list(console, "What grading does otherwise than Jupyter", notes)
    _print_list(console, "What was put right, in a copy of your notebook", (each.message for each in found.repairs))
    passed = sum(check.outcome is Outcome.PASSED for check in found.checks)
    checks = "public check" if len(found.checks) == 1 else "public checks"
    style = "bold green" if found.has_passed else "bold red"
    console.print()
    _print(console, 0, f"{passed} of {len(found.checks)} {checks} passed", style)
    _print(console, 0, LAST_WORDS)


def _print_question(console: Console, question: CheckedQuestion, checks: list[CheckResult]) -> None:
    console.print()
    _print(console, 0, question.grade_id, "bold")
    for check in checks:
        _print(console, 2, check.title, STYLES[check.outcome], sign=SYMBOLS[check.outcome])
        if check.outcome is Outcome.PASSED:
            continue
        waits = ", ".join(each.partition(".")[2] for each in check.waits_for)
        is_silent = check.outcome is Outcome.NOT_ATTEMPTED
        for text in (
            "Not attempted yet: the cell is as it was released." if is_silent else check.message,
            check.hint and f"Hint: {check.hint}",
            waits and f"Not asked before {waits} passes.",
            check.staff_note,
        ):
            if text:
                _print(console, 4, text.strip())
    if question.hidden_points:
        _print(console, 2, _hidden(question, more=" more"), "dim")


def _hidden(question: CheckedQuestion, more: str = "") -> str:
    """Return who decides about the points that nothing here decides."""
    number = question.hidden_points
    one = number == 1
    who = "given by a person" if question.kind is QuestionKind.MANUAL else "decided by checks that you do not see"
    said = f"{points_text(number)}{more} {'point' if one else 'points'} for `{question.grade_id}` "
    said += f"{'is' if one else 'are'} {who}"
    return said if question.is_answered or more else f"{said}; you have not answered it yet"


def _cell_problems(found: SelfCheck) -> Iterator[str]:
    """Yield what became of cells that did not go through, stubs aside: questions say that of themselves."""
    for run in found.cells:
        if run.status is not CellStatus.OK and _STUB not in run.message:
            yield f"{run.grade_id}: {run.message}" if run.grade_id else run.message


def _print_list(console: Console, title: str, lines: Iterable[str], style: str = "") -> None:
    for number, line in enumerate(lines):
        if number == 0:
            console.print()
            _print(console, 0, title, "bold")
        _print(console, 2, line, style, sign="–")


def _print(console: Console, indent: int, text: str, style: str = "", *, sign: str = "") -> None:
    """Print text as it is: wrapped where somebody reads it in a terminal, in one line each where it is piped."""
    if console.is_terminal:
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_row(*(Text(part, style=style) for part in (sign, shown(text)) if part))
        console.print(Padding(row, (0, 0, 0, indent)))
    else:
        for line in shown(f"{sign} {text}" if sign else text).split("\n"):
            console.print(Text(f"{'':{indent}}{line}", style=style), soft_wrap=True)
