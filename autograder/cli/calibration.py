"""A calibration for the terminal: how far it is, and what it says of each floor. Tables fit 80 columns."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from autograder.calibrating.progress import Looked, Measuring, OnProgress, Planned, Trained
from autograder.calibrating.progress import Progress as Event
from autograder.cli import console as consoles
from autograder.cli.console import plain, results, shown
from autograder.reports.summary import percent_text
from autograder.training.floors import FloorJudgement, ModelJudgement

_SMALLEST = 1e-6
"""Probabilities below are not told apart."""


@contextlib.contextmanager
def watch(name: str) -> Iterator[OnProgress]:
    """Yield what a calibration tells its progress to: a bar on a terminal, else lines."""
    console = consoles.progress()
    if not console.is_terminal:
        yield _Lines(console)
        return
    bar = _Bar(console, name)
    with Live(bar.view(), console=console, transient=True, get_renderable=bar.view, refresh_per_second=4):
        yield bar


def print_floors(judgements: Sequence[FloorJudgement]) -> None:
    """Print a table for each floor, what it is worth, and what is wrong with it."""
    console = results()
    for judgement in judgements:
        _print_floor(console, judgement)
    news = [each for each in judgements if each.proposed not in (None, each.floor)]
    for recipe in dict.fromkeys(each.recipe for each in news):
        console.print(Text(f"\nproposed, for [recipes.{shown(recipe)}.floors]:", style="bold"))
        for each in news:
            if each.recipe == recipe:
                console.print(Text(f"{_key(each)} = {each.proposed:.2f}"))


def floor_sentence(judgement: FloorJudgement) -> str:
    """Return in a sentence how often a floor leads to a wrong verdict; empty where none is in force."""
    references = [model for model in judgement.models if model.must_pass][:1]
    if judgement.floor is None or not references:
        return ""
    mistakes = [model for model in judgement.models if not model.must_pass]
    parts = [f"a right answer fails {_chance(references[0], judgement.attempts)}"]
    if mistakes:
        worst = max(mistakes, key=lambda model: (model.wrong.estimate, model.wrong.at_most))
        parts.append(f"a wrong one ({worst.variants[0]}) passes {_chance(worst, judgement.attempts)}")
    return f"{judgement.key}, floor {percent_text(judgement.floor)}: {'; '.join(parts)}"


def duration(seconds: float) -> str:
    """Return a time in words, no more exact than an estimate is."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def _print_floor(console: Console, judgement: FloorJudgement) -> None:
    floor, proposed = ("none" if each is None else percent_text(each) for each in (judgement.floor, judgement.proposed))
    console.print(
        Text.assemble(
            (f"\n{shown(judgement.question)}", "bold"),
            f"  recipe {shown(judgement.recipe)}, {judgement.measure.value}, floor {floor}, proposed {proposed}",
        )
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("model", max_width=34, no_wrap=True, overflow="ellipsis")
    for name in ("lowest", "mean", "highest", "reached it"):
        table.add_column(name, justify="right", no_wrap=True)
    for model in judgement.models:
        is_right = model.reached == (model.seeds if model.must_pass else 0)
        name = model.variants[0] + (f" (+{len(model.variants) - 1})" if len(model.variants) > 1 else "")
        table.add_row(
            Text("✓", style="green") if is_right else Text("✗", style="red"),
            plain(name),
            *(percent_text(each) for each in (model.lowest, model.mean, model.highest)),
            f"{model.reached}/{model.seeds}",
        )
    console.print(table)
    sentence = floor_sentence(judgement)
    if sentence:
        console.print(Text(shown(sentence)), soft_wrap=True)
    for remark in judgement.remarks:
        console.print(Text(f"{shown(judgement.key)}: {shown(remark)}", style="yellow"), soft_wrap=True)
    for problem in judgement.problems:
        console.print(Text(f"{shown(judgement.key)}: {shown(problem)}", style="bold red"), soft_wrap=True)


def _key(judgement: FloorJudgement) -> str:
    """Return the name of a floor as TOML has it: a name with a dot stands in quotes."""
    return shown(f'"{judgement.key}"' if "." in judgement.key else judgement.key)


def _chance(model: ModelJudgement, attempts: int) -> str:
    chance = model.wrong
    return (
        f"in {_percent(chance.estimate)} of gradings, 95 % interval {_percent(chance.low)} to {_percent(chance.high)}, "
        f"at most {_percent(chance.at_most)} ({model.seeds} seeds, best of {attempts})"
    )


def _percent(chance: float) -> str:
    """Return a probability with two digits that say something."""
    if 0 < chance < _SMALLEST:
        return f"less than {100 * _SMALLEST:g} %"
    return f"{float(f'{100 * chance:.2g}'):.10g} %"


class _Lines:
    """A line for each training that is finished."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, event: Event) -> None:
        line = _said(event)
        if line:
            self._console.print(Text(shown(line)), soft_wrap=True)


class _Bar:
    """A bar that counts variants, then trainings, and the last news below it; the estimate stays above."""

    def __init__(self, console: Console, name: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[left]}"))
        self._task = self._progress.add_task(f"calibrating {shown(name)}", total=None, left="")
        self._console = console
        self._news = Text()

    def __call__(self, event: Event) -> None:
        self._news = plain(f"  {_said(event)}")
        match event:
            case Looked():
                self._progress.update(self._task, completed=event.number - 1, total=event.total)
            case Planned():
                self._console.print(Text(_said(event)), soft_wrap=True)
                self._progress.update(self._task, completed=event.known, total=event.total)
            case Trained():
                left = f"{duration(event.seconds_left)} left"
                self._progress.update(self._task, completed=event.done, left=left)

    def view(self) -> Group:
        """Return what to draw now."""
        return Group(self._progress, self._news)


def _said(event: Event) -> str:
    """Return an event as a line."""
    match event:
        case Looked():
            return f"[{event.number}/{event.total}] looking at {event.variant}"
        case Measuring():
            return f"measuring how long a training takes: {', '.join(event.questions)}"
        case Planned():
            return _planned(event)
        case Trained():
            return (
                f"[{event.done}/{event.total}] {event.question}: {event.variant}, seed {event.seed}: "
                f"{event.value:.1%} in {duration(event.seconds)}; {duration(event.seconds_left)} left"
            )


def _planned(event: Planned) -> str:
    todo = event.total - event.known
    known = f", {event.known} of them known" if event.known else ""
    takes = "nothing is left to be trained"
    if todo:
        takes = (
            "how long they take is said after the first"
            if event.seconds_left is None
            else f"about {duration(event.seconds_left)} for {todo}, {event.workers} at a time"
        )
    return f"recipe {event.recipe}: {event.models} models, {event.total} trainings{known}: {takes}"
