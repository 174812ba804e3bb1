"""Shows a running batch: a bar with what is being worked on, or plain lines where nobody watches."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.cli import console as consoles
from autograder.cli.quiet import is_quiet
from autograder.pool.events import Event, Finished, Listener, Notice, Started, Step
from autograder.records import GradeReport
from autograder.reports.summary import points_text, reason

_MOST_SHOWN = 8
_SLOW_S = 60.0
_EVERY_S = 30.0
"""How long plain lines may be silent before one says what takes so long."""


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


@dataclass(frozen=True)
class _Work:
    """What is being done for a submission, and since when (seconds of the clock)."""

    since: float
    text: str


class _Running:
    """The submissions that are being worked on, those first that have taken longest."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._work: dict[str, _Work] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case Started(student=student):
                self._work[student] = _Work(self._clock(), "starting")
            case Step(student=student, text=text):
                known = self._work.get(student)
                self._work[student] = _Work(known.since if known else self._clock(), text)
            case Finished(student=student):
                self._work.pop(student, None)

    def __iter__(self) -> Iterator[tuple[str, float, str]]:
        """Yield student, seconds so far, and what is being done."""
        now = self._clock()
        for student, work in sorted(self._work.items(), key=lambda item: item[1].since):
            yield student, now - work.since, work.text


class _Lines:
    """A line for each submission that is finished, and now and then one about what is left and what is slow."""

    def __init__(self, console: Console, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._total, self._clock = console, total, clock
        self._done = self._reused = 0
        self._running = _Running(clock)
        self._began = self._said = clock()

    def __call__(self, event: Event) -> None:
        self._running(event)
        if isinstance(event, Notice):
            _notice(event)
        elif isinstance(event, Finished):
            self._done += 1
            self._reused += event.reused
            number = f"[{self._done:{len(str(self._total))}}/{self._total}]"
            unchanged = " unchanged" if event.reused else ""
            self._say(f"{number} {event.student}: {_score(event.report)}{unchanged} {reason(event.report)}")
        longest = next(iter(self._running), None)
        if longest is not None and self._clock() - self._said >= _EVERY_S:
            student, seconds, text = longest
            self._say(f"{self._left()}; longest: {student}, {_time(seconds)}, {text}")

    def _left(self) -> str:
        graded = self._done - self._reused
        left = f"{self._total - self._done} to grade"
        if not graded:
            return left
        each = (self._clock() - self._began) / graded
        return f"{left}, about {_time(each * (self._total - self._done))} left"

    def _say(self, text: str) -> None:
        self._said = self._clock()
        line = consoles.plain(text)
        line.no_wrap = False
        self._console.print(line, soft_wrap=True)


class _Bar:
    """A bar with the time that is left, and a line for each submission that is being worked on, the slowest first.

    What need not be graded again is taken off the total: counted as work, it would make the rest look quick.
    """

    def __init__(self, title: str, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("left"), TimeRemainingColumn(compact=True))
        self._task = self._progress.add_task(title, total=total)
        self._total = total
        self._running = _Running(clock)

    def __call__(self, event: Event) -> None:
        self._running(event)
        match event:
            case Notice():
                _notice(event)
            case Finished(reused=True):
                self._total -= 1
                self._progress.update(self._task, total=self._total)
            case Finished():
                self._progress.advance(self._task)

    def view(self) -> Group:
        """Return what to draw now."""
        rows = Table.grid(padding=(0, 2))
        rows.add_column(max_width=26, no_wrap=True, style="bold")
        rows.add_column(justify="right", no_wrap=True)
        rows.add_column(no_wrap=True)
        running = list(self._running)
        for student, seconds, text in running[:_MOST_SHOWN]:
            style = "yellow" if seconds >= _SLOW_S else ""
            rows.add_row(consoles.plain(f"  {student}"), Text(_time(seconds), style), consoles.plain(text))
        if len(running) > _MOST_SHOWN:
            rows.add_row("", "", f"and {len(running) - _MOST_SHOWN} more")
        return Group(self._progress, rows)


def _notice(event: Notice) -> None:
    """Say something that has to be known, also where nothing else is said; a bar makes room for what goes to stderr."""
    stream = sys.__stderr__ if is_quiet() else sys.stderr  # a bar that is not drawn would swallow it
    print(f"autograder: {consoles.shown(event.text)}", file=stream)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _score(report: GradeReport) -> str:
    return f"{points_text(report.score)}/{points_text(report.max_score)}"
