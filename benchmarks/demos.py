"""A class of each assignment, as `autograder demo` makes it: graded with its trainings, and again when those are known.

Run it from the repository's root, on a quiet machine::

    python benchmarks/demos.py
    python benchmarks/demos.py --quick
    python benchmarks/demos.py --only convnets

The first grading trains each architecture once; it takes most of the time.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from classes import ROOT, WORKERS
from measuring import Job, Measured, run
from results import Column, Promise, Table, save

from autograder.course import Course

PROMISED_S = 20.0
"""For a class of 24, beyond its trainings."""
QUICK = ("convolution_arithmetic",)
COLUMNS = (
    *(Column("assignment"), Column("submissions"), Column("with trainings", "s", 0), Column("trainings known", "s", 1)),
    *(Column("each", "s", 2), Column("CPU each", "s", 2), Column("the slowest one", "s", 1)),
)


def grade(name: str, folder: Path) -> tuple[str, str, float, float, float, float, float]:
    """Make and grade a class, then grade it again; the row of the table.

    Raises
    ------
    SystemExit
        If somebody scores something else than was expected, or the class cannot be graded.
    """
    program = [sys.executable, "-m", "autograder"]
    first = _done(
        name, Job([*program, "demo", "--assignment", name, "--into", str(folder), "--workers", str(WORKERS)], ROOT)
    )
    again = _done(name, Job([*program, "grade", name, "--force", "--workers", str(WORKERS)], folder))
    seconds = [
        json.loads(path.read_bytes())["seconds"] for path in sorted((folder / "reports").glob(f"*/{name}.run.json"))
    ]
    count = len(seconds)
    return (
        *(name, str(count), round(first.seconds), round(again.seconds, 1)),
        *(round(again.seconds / count, 2), round(again.cpu_s / count, 2), round(max(seconds), 1)),
    )


def _done(name: str, job: Job) -> Measured:
    found = run([job], limit_s=3600)
    print(f"  {name}: {found.seconds:.0f} s, {found.cpu_s:.0f} s CPU", flush=True)
    if found.codes != (0,):
        raise SystemExit(f"{' '.join(map(str, job.command))} ended with {found.codes}:\n{found.output[-2000:]}")
    return found


def measure(names: tuple[str, ...], *, quick: bool) -> None:
    """Measure everything and save it, after each assignment."""
    begin = time.perf_counter()
    rows = []
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as folder:
        for name in names:
            rows.append(grade(name, Path(folder) / name))
            save(
                "demos",
                title="A class of each assignment",
                intro=INTRO,
                tables=(Table("Graded first, and graded again", COLUMNS, tuple(rows)),),
                promises=[
                    Promise(f"a class of 24 of `{row[0]}`, trainings known", PROMISED_S, row[3], "s", 1) for row in rows
                ],
                seconds=time.perf_counter() - begin,
                quick=quick,
            )


INTRO = (
    "`autograder demo` makes the classes: the reference, accepted variants, known mistakes, and what goes wrong in any "
    "class, among it a cell that never ends and is stopped at its limit of CPU time (the slowest one, which is begun "
    "first when the class is graded again). All notebooks differ, and everybody scores what was expected. "
    "`grade --force` then grades the class again, with every training known. It forgets which checks passed: of those "
    "whose code is the same in several notebooks, each is asked once."
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grades a class of each assignment, twice.")
    parser.add_argument("--quick", action="store_true", help="one assignment that does not train: no figures")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some assignments")
    options = parser.parse_args()
    known = Course(ROOT).assignments
    measure(tuple(options.only or (QUICK if options.quick else known)), quick=options.quick)
