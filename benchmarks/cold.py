"""One submission, cold: `autograder grade NAME --submission FILE` beside `nbgrader autograde` of one student.

Run it from the repository's root, on a quiet machine::

    python benchmarks/cold.py
    python benchmarks/cold.py --quick

Each command starts with nothing running, in turns; files of the system are in memory from the runs before.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from classes import ASSIGNMENT, STRUCTURE, WITHOUT_FIT, Kind, first, forget, hand_in, make_course
from measuring import Job, Measured, run
from peer_tools import Nbgrader, PeerError
from results import Column, Promise, Table, save

PROMISED_S = 7.0
OURS = "autograder grade --submission"
FULL: tuple[tuple[Kind, int], ...] = ((STRUCTURE, 5), (WITHOUT_FIT, 2))
QUICK: tuple[tuple[Kind, int], ...] = ((STRUCTURE, 1),)


def compare(kind: Kind, rounds: int, folder: Path) -> tuple[list[tuple[float | str | None, ...]], float]:
    """Return the rows for one kind of notebook, and the median of our seconds."""
    course = make_course(folder / "ours", kind)
    hand_in(course, 1)
    (file,) = first(course, 1)
    command = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, "--submission", str(file)]
    found: dict[str, list[Measured]] = {OURS: []}
    try:
        nbgrader = Nbgrader.make(folder / "nbgrader", kind)
        found[nbgrader.name] = []
    except PeerError as error:
        print(f"  nbgrader cannot be measured: {error}", flush=True)
    for _ in range(rounds):
        for name, runs in found.items():
            forget(course)
            jobs = [Job(command, course.root)] if name == OURS else nbgrader.jobs([file])
            runs.append(run(jobs, each_s=0.5))
            print(f"  {name}: {runs[-1].seconds:.1f} s, {runs[-1].cpu_s:.1f} s CPU", flush=True)
            if any(runs[-1].codes):
                raise SystemExit(f"{name} ended with {runs[-1].codes}:\n{runs[-1].output[-2000:]}")
    rows = []
    for name, runs in found.items():
        seconds = [each.seconds for each in runs]
        spread = (round(value, 2) for value in (statistics.median(seconds), min(seconds), max(seconds)))
        cpu_s, memory = statistics.median(each.cpu_s for each in runs), max(each.peak_mib for each in runs)
        rows.append((kind.title, name, str(rounds), *spread, round(cpu_s, 2), round(memory)))
    return rows, statistics.median(each.seconds for each in found[OURS])


def measure(*, quick: bool) -> None:
    """Measure everything and save it."""
    begin = time.perf_counter()
    rows: list[tuple[float | str | None, ...]] = []
    promises = []
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as name:
        for kind, rounds in QUICK if quick else FULL:
            more, seconds = compare(kind, rounds, Path(name) / kind.name)
            rows += more
            promises.append(Promise(f"one submission, cold: {kind.title}", PROMISED_S, round(seconds, 2), "s", 2))
    columns = (
        *(Column("asked"), Column("what"), Column("runs"), Column("median", "s", 1), Column("fastest", "s", 1)),
        *(Column("slowest", "s", 1), Column("CPU, median", "s", 1), Column("peak memory, all processes", "MiB")),
    )
    save(
        "cold",
        title="One submission, cold",
        intro="The reference, by a command that starts with nothing running, in turns.",
        tables=(Table("Seconds from the command to its end", columns, tuple(rows)),),
        promises=promises,
        seconds=time.perf_counter() - begin,
        quick=quick,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grades one submission with nothing running before.")
    parser.add_argument("--quick", action="store_true", help="once: whether it works, no figures")
    measure(quick=parser.parse_args().quick)
