"""What is shown while a batch runs."""

from __future__ import annotations

import io
import re

import click
import pytest
import sample_reports as sample
from rich.console import Console

from autograder.cli import quiet
from autograder.cli.console import results
from autograder.cli.progress import _Bar, _Lines, watch
from autograder.pool.events import Event, Finished, Started, Step
from autograder.records import StudentId

ADA, ALAN = StudentId("ada"), StudentId("alan")


def test_piped_progress_is_a_line_for_each_submission(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal there is no bar and no colour, only lines, on the stream for messages."""
    with watch("grading convnets", 2) as on_event:
        on_event(Started(student=ADA))
        on_event(Step(student=ADA, text="running the cells"))
        on_event(Finished(student=ADA, report=sample.report("ada")))
        on_event(Finished(student=ALAN, report=sample.report("alan"), reused=True))
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("[1/2] ada: 8/20.5 error in residual_block:")
    assert second.startswith("[2/2] alan: 8/20.5 unchanged")


def test_a_quiet_command_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked for comes all the same, on the other stream."""
    command = click.Command("grade", params=[quiet.OPTION])
    with command.make_context("grade", ["--quiet"]):
        with watch("grading convnets", 1) as on_event:
            on_event(Finished(student=ADA, report=sample.report("ada")))
        results().print("the result")
    assert capsys.readouterr() == ("the result\n", "")


def _drawn(*events: Event | float, total: int = 3) -> str:
    """Return what is drawn after events; a number lets so many seconds pass."""
    now = [0.0]
    bar = _Bar("grading convnets", total, lambda: now[0])
    for event in events:
        if isinstance(event, float):
            now[0] += event
        else:
            bar(event)
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(bar.view())
    return re.sub(r"\x1b\[[0-9;]*m", "", capture.get())


def test_the_bar_shows_what_is_being_worked_on() -> None:
    """A submission that runs has a line with its step; one that is finished has none."""
    drawn = _drawn(
        Started(student=ADA),
        Step(student=ADA, text="training residual_model"),
        Started(student=ALAN),
        Finished(student=ALAN, report=sample.report("alan")),
    )
    assert "grading convnets" in drawn
    assert "1/3" in drawn
    assert re.search(r"ada +0 s +training residual_model", drawn)
    assert "alan" not in drawn


def test_what_has_taken_longest_stands_first() -> None:
    """Each line says for how long its submission has been worked on, whatever it did in between."""
    drawn = _drawn(
        Started(student=ADA), 70.0, Started(student=ALAN), 5.0, Step(student=ADA, text="training residual_model"), 20.0
    )
    _, first, second = drawn.splitlines()
    assert re.search(r"ada +95 s +training residual_model", first)
    assert re.search(r"alan +25 s +starting", second)


def test_long_lines_fit_the_terminal() -> None:
    """A name and a step as long as they can be are cut, not wrapped."""
    drawn = _drawn(Started(student=StudentId("n" * 60)), Step(student=StudentId("n" * 60), text="training " + "m" * 90))
    assert len(drawn.splitlines()) == 2
    assert all(len(line) <= 80 for line in drawn.splitlines())


def test_piped_progress_says_what_takes_so_long() -> None:
    """After half a minute without a line, one says how much is left and which submission has run longest."""
    now, console = [0.0], Console(file=io.StringIO(), width=80)
    lines = _Lines(console, 4, lambda: now[0])
    with console.capture() as capture:
        for event in (Started(student=ADA), Started(student=ALAN)):
            lines(event)
        now[0] = 20.0
        lines(Finished(student=ALAN, report=sample.report("alan")))
        now[0] = 45.0
        lines(Step(student=ADA, text="training residual_model"))
        now[0] = 60.0
        lines(Step(student=ADA, text="training residual_model: epoch 3 of 20"))
    _, second = capture.get().splitlines()
    assert second == "3 to grade, about 3 min left; longest: ada, 60 s, training residual_model: epoch 3 of 20"


def test_what_is_unchanged_counts_as_no_work() -> None:
    """A reused report leaves the total, so that the time that is left is not guessed from it."""
    assert "0/2" in _drawn(Finished(student=ADA, report=sample.report("ada"), reused=True))


def test_many_submissions_at_once_do_not_fill_the_screen() -> None:
    """At most eight lines, and how many more there are."""
    drawn = _drawn(*(Started(student=StudentId(f"s{number}")) for number in range(30)), total=30)
    assert "and 22 more" in drawn
    assert len(drawn.splitlines()) == 10


def test_a_hostile_name_does_not_command_the_terminal() -> None:
    """Escape sequences in names are shown, not obeyed."""
    assert r"\u001b" in _drawn(Started(student=StudentId("\x1b[2J")))
