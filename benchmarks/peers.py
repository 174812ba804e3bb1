"""`autograder grade` beside `nbgrader autograde` and `otter run`, on the same notebooks, in turns.

Run it from the repository's root, on a quiet machine::

    python benchmarks/peers.py
    python benchmarks/peers.py --quick
    python benchmarks/peers.py --otter ~/otter/bin/python      an environment that holds otter already

The peers grade as they do by themselves, one submission after the other, and two of their processes side by side, so
that they can use as many cores as ours does. Everything is made in a temporary folder, otter's environment too.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classes import (
    ASK_ALL,
    REFERENCE,
    STRUCTURE,
    WITH_FIT,
    WITHOUT_FIT,
    WORKERS,
    Kind,
    first,
    forget,
    grade_job,
    hand_in,
    make_course,
    num_answers,
    num_models,
    reference_score,
    report_of,
)
from measuring import Job, Measured, run
from peer_tools import Nbgrader, Otter, PeerError, otter_environment, otter_versions
from results import Column, Promise, Table, save

from autograder.course import Course

OURS, KNOWN = "autograder grade", "autograder grade, models known"
ASKED = "autograder grade, same code asked again"
FACTOR = 30
"""How many times the peers' throughput is promised."""
COLUMNS = (
    Column("what"),
    Column("at a time"),
    Column("submissions"),
    Column("each", "s", 2),
    Column("CPU each", "s", 2),
    Column("peak memory, all processes", "MiB"),
    Column("times ours", "", 1),
)


@dataclass(frozen=True)
class Plan:
    """How much is measured of a kind of class: rounds, our submissions, and the peers' in each of their two ways.

    `large` is another class of ours, graded once.
    """

    kind: Kind
    rounds: int
    ours: int
    alone: int
    side_by_side: int
    large: int = 0


FULL = (Plan(STRUCTURE, 2, 200, 2, 4, large=1_000), Plan(WITHOUT_FIT, 1, 40, 2, 2), Plan(WITH_FIT, 1, 16, 1, 2))
QUICK = (Plan(STRUCTURE, 1, 20, 1, 2), Plan(WITH_FIT, 1, 6, 1, 2))


@dataclass
class _Way:
    """One way to grade, and what it took in each round."""

    name: str
    at_a_time: int
    count: int
    jobs: Callable[[], list[Job]]
    found: list[Measured] = field(default_factory=list)

    @property
    def each_s(self) -> float:
        """Seconds a submission, median of the rounds."""
        return statistics.median(each.seconds for each in self.found) / self.count

    def row(self, ours: _Way) -> tuple[float | str | None, ...]:
        """Return the row of the table."""
        cpu_s = statistics.median(each.cpu_s for each in self.found) / self.count
        memory = max(each.peak_mib for each in self.found)
        return (
            *(self.name, str(self.at_a_time), str(self.count), round(self.each_s, 3), round(cpu_s, 3)),
            *(round(memory), round(self.each_s / ours.each_s, 2)),
        )


def compare(plan: Plan, folder: Path, otter: Path | None, *, warm: bool) -> tuple[Table, list[Promise]]:
    """Measure one kind of class.

    Parameters
    ----------
    warm
        Have each peer grade one submission before: what is read from the disk for the first time costs extra.
    """
    course = make_course(folder / "ours", plan.kind)
    hand_in(course, plan.ours)
    files = first(course, max(plan.alone, plan.side_by_side))

    ours = _Way(OURS, WORKERS, plan.ours, lambda: _anew(course))
    again = _Way(KNOWN, WORKERS, plan.ours, lambda: [grade_job(course, "--force")])
    ways, tools, notes = _peers(plan, folder, otter, files)
    for tool in tools if warm else ():
        run(tool.jobs(files[:1]))
    sizes = [ours]
    for number in range(plan.rounds):
        for way in [*ways, ours] if number % 2 else [ours, *ways]:
            way.found.append(_measured(way))
        if plan.large and not number:
            sizes.append(_other(OURS, plan, plan.large, folder / "large"))
    again.found.append(_measured(again))
    asked = _other(ASKED, plan, plan.ours, folder / "asked", settings=ASK_ALL)
    notes += [_score(course), *(_peer_score(tool) for tool in tools)]
    different, given = num_answers(course, plan.ours)
    notes.append(
        f"The {plan.ours} submissions of ours hand in {num_models(course)} different models; {different} of their "
        f"{given} answers are different."
    )
    rows = tuple(way.row(ours) for way in (*sizes, again, asked, *ways))
    table = Table(f"{plan.kind.title[0].upper()}{plan.kind.title[1:]}", COLUMNS, rows, tuple(notes))
    promises = []
    if plan.kind is STRUCTURE:
        promises = [
            Promise(
                f"throughput in a class of {each.count:,}, times that of `{way.name}` as it works by itself: "
                f"{plan.kind.title}",
                FACTOR, round(way.each_s / each.each_s, 1), "x", 1, at_least=True,
            )
            for each in sizes for way in ways if way.at_a_time == 1
        ]  # fmt: skip
    return table, promises


def _anew(course: Course) -> list[Job]:
    """Return the command that grades a class of which nothing is known."""
    forget(course)
    return [grade_job(course, "--force")]


def _other(name: str, plan: Plan, count: int, folder: Path, *, settings: str = "") -> _Way:
    """Grade another class once."""
    course = make_course(folder, plan.kind, settings=settings)
    hand_in(course, count)
    way = _Way(name, WORKERS, count, lambda: _anew(course))
    way.found.append(_measured(way))
    return way


def _peers(
    plan: Plan, folder: Path, otter: Path | None, files: Sequence[Path]
) -> tuple[list[_Way], list[Nbgrader | Otter], list[str]]:
    ways, tools, notes = [], list[Nbgrader | Otter](), list[str]()
    alone, together = files[: plan.alone], files[: plan.side_by_side]
    try:
        nbgrader = Nbgrader.make(folder / "nbgrader", plan.kind)
        half = len(together) // 2
        pair = [(nbgrader.copy(folder / f"nbgrader{n}"), together[n * half : (n + 1) * half]) for n in range(2)]
        ways.append(_Way(nbgrader.name, 1, len(alone), lambda: nbgrader.jobs(alone)))
        ways.append(_Way(nbgrader.name, 2, 2 * half, lambda: [job for each, mine in pair for job in each.jobs(mine)]))
        tools.append(nbgrader)
    except PeerError as error:
        notes.append(f"`{Nbgrader.name}` could not be measured: {error}")
    if otter is None:
        return ways, tools, [*notes, f"`{Otter.name}` could not be measured: it cannot be installed here."]
    try:
        its = Otter(otter, folder / "otter", plan.kind)
        ways.append(_Way(its.name, 1, len(alone), lambda: its.jobs(alone)))
        ways.append(_Way(its.name, 2, len(together), lambda: its.jobs(together)))
        tools.append(its)
    except PeerError as error:
        notes.append(f"`{Otter.name}` could not be measured: {error}")
    return ways, tools, notes


def _measured(way: _Way) -> Measured:
    print(f"  {way.name}, {way.at_a_time} at a time, {way.count} submissions ...", end=" ", flush=True)
    jobs = way.jobs()
    found = run(jobs, at_a_time=min(way.at_a_time, len(jobs)))
    print(f"{found.seconds / way.count:.2f} s each, {found.cpu_s / way.count:.2f} s CPU", flush=True)
    if any(found.codes):
        raise SystemExit(f"{way.name} ended with {found.codes}:\n{found.output[-2000:]}")
    return found


def _score(course: Course) -> str:
    points, total = reference_score(course)
    wall = report_of(course, REFERENCE)["isolation"]
    return f"`{OURS}` gives the reference {points:g} of {total:g} points, behind the wall `{wall}`."


def _peer_score(tool: Nbgrader | Otter) -> str:
    points, total = tool.score(REFERENCE)
    return f"`{tool.name}` gives it {points:g} of {total:g}, with its share of the checks, and no wall."


def measure(*, quick: bool, otter: Path | None = None) -> None:
    """Measure everything and save it."""
    begin = time.perf_counter()
    tables, promises = [], list[Promise]()
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as name:
        folder, versions = Path(name), {}
        try:
            print("  making an environment for otter ...", flush=True)
            otter, versions = (otter, otter_versions(otter)) if otter else otter_environment(folder / "otter-python")
        except PeerError as error:
            print(f"  {error}", flush=True)
            otter, versions = None, {"otter-grader": "not installed here"}
        for number, plan in enumerate(QUICK if quick else FULL):
            print(f"  {plan.kind.title}", flush=True)
            table, more = compare(plan, folder / plan.kind.name, otter, warm=not number)
            tables.append(table)
            promises += more
            save(
                "peers",
                title="Beside nbgrader and otter",
                intro=INTRO,
                tables=tables,
                promises=promises,
                seconds=time.perf_counter() - begin,
                quick=quick,
                versions=versions,
            )


INTRO = (
    "The same files, in turns, on one machine. Submissions differ: the reference, accepted variants and known mistakes "
    "of `convnets`, each with a cell of its own. Ours asks the hidden suite, without the three checks that train; the "
    "peers ask what of it a test cell can express: shapes, layers and values. `each` is wall clock over submissions, "
    "with the start of the command, and with everything that it writes. Peers work one after the other, as they do by "
    "themselves, and as two processes side by side. In the notebooks, noise stands for CIFAR-10. The peers run all "
    "cells; ours, as in any grading, runs a student's own and of the given ones those that something needs: few of the "
    "pictures, the visible tests and the cells that call `fit`, for 500 images and one epoch here. Nothing is known of "
    "any model, and no check has passed, when ours begins; in the row that says so models are known. As in any "
    "grading, what passed for the same code is not asked again, and students of these classes share much code; another "
    "row asks every check of every notebook."
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grades the same notebooks with autograder, nbgrader and otter.")
    parser.add_argument("--quick", action="store_true", help="few submissions: whether it works, no figures")
    parser.add_argument("--otter", type=Path, metavar="PYTHON", help="an interpreter whose environment holds otter")
    options = parser.parse_args()
    measure(quick=options.quick, otter=options.otter)
