"""Shows a running batch: a bar with what is being worked on, or plain lines where nobody watches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from autograder.cli import console as consoles
from autograder.pool.events import Event, Finished, Listener, Started, Step
from autograder.records import GradeReport
from autograder.reports.summary import points_text, reason

_MOST_SHOWN = 8


@contextlib.contextmanager
def watch(title: str, total: int) -> Iterator[Listener]:
    """Yield what a batch of `total` submissions tells its events to."""
    console = consoles.progress()
    if not console.is_terminal:
        yield _Lines(console, total)
        return
    bar = _Bar(title, total)
    with Live(bar.view(), console=console, transient=True, get_renderable=bar.view, refresh_per_second=4):
        yield bar


class _Lines:
    """A line for each submission that is finished."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._done = console, total, 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Finished):
            self._done += 1
            number = f"[{self._done:{len(str(self._total))}}/{self._total}]"
            unchanged = " unchanged" if event.reused else ""
            line = consoles.plain(f"{number} {event.student}: {_score(event.report)}{unchanged} {reason(event.report)}")
            line.no_wrap = False
            self._console.print(line, soft_wrap=True)


class _Bar:
    """A bar with the time that is left, and a line for each submission that is being worked on.

    What need not be graded again is taken off the total: counted as work, it would make the rest look quick.
    """

    def __init__(self, title: str, total: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("left"), TimeRemainingColumn(compact=True))
        self._task = self._progress.add_task(title, total=total)
        self._total = total
        self._steps: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case Started(student=student):
                self._steps[student] = "starting"
            case Step(student=student, text=text):
                self._steps[student] = text
            case Finished(student=student, reused=True):
                self._total -= 1
                self._progress.update(self._task, total=self._total)
            case Finished(student=student):
                self._steps.pop(student, None)
                self._progress.advance(self._task)

    def view(self) -> Group:
        """Return what to draw now."""
        rows = Table.grid(padding=(0, 2))
        rows.add_column(max_width=38, no_wrap=True, style="bold")
        rows.add_column(no_wrap=True)
        running = list(self._steps.items())
        for student, text in running[:_MOST_SHOWN]:
            rows.add_row(consoles.plain(f"  {student}"), consoles.plain(text))
        if len(running) > _MOST_SHOWN:
            rows.add_row("", f"and {len(running) - _MOST_SHOWN} more")
        return Group(self._progress, rows)


def _score(report: GradeReport) -> str:
    return f"{points_text(report.score)}/{points_text(report.max_score)}"
