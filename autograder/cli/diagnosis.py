"""What the doctor found, for the terminal: the verdict first, and below what is wrong the line to type."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from autograder.cli.console import results, shown
from autograder.doctor.remarks import Condition, Diagnosis, Remark, WallSeen

SIGNS: dict[Condition, tuple[str, str]] = {
    Condition.GOOD: ("✓", "green"),
    Condition.NOTE: ("–", "default"),
    Condition.BAD: ("✗", "red"),
}
_WIDTH = 18


def print_diagnosis(diagnosis: Diagnosis) -> None:
    """Print everything but the single attempts that failed, which are counted."""
    console = results()
    if diagnosis.chosen:
        console.print(
            Text(f"Student code is walled in here, by {diagnosis.chosen}.", style="bold green"), soft_wrap=True
        )
    else:
        console.print(
            Text("No wall around student code holds here: nothing is graded.", style="bold red"), soft_wrap=True
        )
    console.print(Text("\nwalls", style="bold"))
    for wall in diagnosis.walls:
        _print_remark(console, _of_wall(wall, diagnosis.chosen))
    for section in diagnosis.sections:
        if section.remarks:
            console.print(Text(f"\n{section.title}", style="bold"))
        for remark in section.remarks:
            _print_remark(console, remark)
    bad = list(_to_do(diagnosis))
    console.print(Text(f"\n{bad[0]}" if bad else "\nNothing is left to be done.", style="bold"), soft_wrap=True)


def _of_wall(wall: WallSeen, chosen: str) -> Remark:
    """Return a wall as a remark; one that is not needed is no fault."""
    if wall.holds:
        used = "; `--isolation auto` takes it" if wall.tier == chosen else ""
        kept = sum(attempt.held for attempt in wall.attempts)
        return Remark(
            wall.tier, Condition.GOOD, f"holds: {kept} of {len(wall.attempts)} attempts to break out failed{used}"
        )
    return Remark(wall.tier, Condition.NOTE if chosen else Condition.BAD, f"does not hold: {wall.problem}", wall.fix)


def _print_remark(console: Console, remark: Remark) -> None:
    sign, style = SIGNS[remark.condition]
    line = Text.assemble((f"  {sign} ", style), f"{remark.what:{_WIDTH}} ", shown(remark.found))
    console.print(line, soft_wrap=True)  # cut by nobody: what is to be typed can be copied
    if remark.fix and remark.condition is not Condition.GOOD:
        console.print(Text(f"    {'':{_WIDTH}} {shown(remark.fix)}", style="cyan"), soft_wrap=True)


def _to_do(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield how much is wrong, if anything is."""
    names = [] if diagnosis.chosen else ["walls"]
    names += [
        each.what for section in diagnosis.sections for each in section.remarks if each.condition is Condition.BAD
    ]
    if names:
        yield f"To be put right (✗): {', '.join(names)}."
