"""What linting found, for the terminal: a table where somebody reads, a line for each finding where a program does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.cli.console import results, shown
from autograder.linting.findings import Finding, Linted, Severity
from autograder.linting.preview import CheckPreview, Preview
from autograder.reports.visible import one_line

STYLES: dict[Severity, tuple[str, str]] = {
    Severity.ERROR: ("✗", "red"),
    Severity.WARNING: ("!", "yellow"),
    Severity.ADVICE: ("–", "default"),
}
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "piece of advice"}
_LONGEST = 1000


def print_findings(linted: Linted) -> None:
    """Print every finding that is not accepted, and how many there are of each kind."""
    console = results()
    if console.is_terminal:
        if linted.findings:
            console.print(_table(linted.findings))
    else:
        for finding in linted.findings:
            said = f"{finding.place}: {finding.severity.value}: {finding.message} [{finding.key}]"
            console.print(Text(_line(said)), soft_wrap=True)
    style = "bold red" if not linted.is_clean() else "bold yellow" if linted.findings else "bold green"
    console.print(Text(f"{linted.assignment}: {', '.join(_counts(linted))}", style=style), soft_wrap=True)


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0), pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("rule:where", max_width=32, overflow="fold")
    table.add_column("what was found, and what to do", ratio=1)
    for finding in findings:
        sign, style = STYLES[finding.severity]
        said = Text(_line(finding.message))
        said.append(f"\n{_line(finding.place)}", style="dim")
        key = Text(f"{_line(finding.rule)}:\n{_line(finding.where)}", style=style)
        table.add_row(Text(sign, style=style), key, said)
    return table


def _counts(linted: Linted) -> Iterator[str]:
    for severity in Severity:
        number = linted.count(severity)
        if number:
            what = _WORDS[severity]
            yield f"{number} {what if number == 1 else what.replace('piece', 'pieces') + 's' * ('piece' not in what)}"
    if not linted.findings:
        yield "nothing found"
    if linted.accepted:
        yield f"{len(linted.accepted)} accepted"
    if linted.is_quick:
        yield "nothing was run"


def print_preview(preview: Preview) -> None:
    """Print by check what each mistake's student reads: the title, the sentences, and the hint that stands below."""
    console = results()
    for question, checks in groupby(preview.checks, key=lambda check: check.question):
        console.print(Text(shown(question), style="bold"))
        for check in checks:
            _print_check(console, check)
    for name in preview.silent:
        console.print(Text(f"mistake {shown(name)}: nothing failed, so nobody is told anything", style="yellow"))


def _print_check(console: Console, check: CheckPreview) -> None:
    console.print(Padding(Text(f"✗ {_line(check.title)}", style="red"), (0, 0, 0, 2)))
    for sentence in check.sentences:
        console.print(
            Padding(Text(f"{_line(sentence.mistake)}: {_line(sentence.mistake_title)}", style="dim"), (0, 0, 0, 4))
        )
        console.print(Padding(Text(shown(sentence.message)), (0, 0, 0, 6)))
    hint = f"hint: {_line(check.hint)}" if check.hint else "no hint"
    console.print(Padding(Text(hint, style="cyan"), (0, 0, 1, 4)))


def _line(text: str) -> str:
    return shown(one_line(text, _LONGEST))
