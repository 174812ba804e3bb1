"""How `autograder grade` scales: with workers, with the size of the class, after an interruption, and unchanged.

Run it from the repository's root, on a quiet machine::

    python benchmarks/scaling.py
    python benchmarks/scaling.py --quick
    python benchmarks/scaling.py --kind without-fit --class-size 200

It takes about eight minutes in full; everything is made in a temporary folder, some hundred MiB for 1,000 students.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from classes import (
    ASSIGNMENT,
    KINDS,
    REFERENCE,
    STRUCTURE,
    Kind,
    grade_job,
    hand_in,
    make_course,
    reference_score,
    report_of,
)
from measuring import Measured, Memory, run
from results import Column, Promise, Series, Table, save, thinned

from autograder.course import Course

LIMIT_SIZE = 1_000
LIMIT_S, REGRADE_SHARE, PRIVATE_MIB, FLAT = 360.0, 2.0, 120.0, 1.1
"""What is promised: for so many submissions, for an unchanged class, for one in work, and of what does not grow."""
GRADING_MIB = 20.0
"""Below the servers there is at least this much private memory while submissions are in work."""


@dataclass(frozen=True)
class Plan:
    """Sizes of classes: for each number of workers, in the row of sizes, and the one that is interrupted."""

    workers: tuple[int, ...]
    workers_size: int
    sizes: tuple[int, ...]
    restart_size: int


FULL = Plan((1, 2, 4), 40, (10, 100, 1_000), 60)
QUICK = Plan((1, 2), 6, (4, 12), 8)


class Bench:
    """Grades classes that it makes in a folder of its own; `course` is what each is a copy of."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self._folder = folder
        self.course = make_course(folder / "origin", kind)

    def make(self, name: str, size: int) -> Course:
        """Return a course with a class of that size, of which nothing is graded."""
        root = self._folder / name
        shutil.copytree(self.course.root, root)
        hand_in(Course(root), size)
        return Course(root)

    def grade(self, course: Course, *, workers: int = 2, stop: Callable[[float], bool] | None = None) -> Measured:
        """Grade a class by the command.

        Raises
        ------
        SystemExit
            If it fails, or a row of it is an ERROR.
        """
        found = run([grade_job(course, workers=workers)], stop=stop, limit_s=1800)
        if stop is None:
            if any(found.codes):
                raise SystemExit(f"autograder grade ended with {found.codes}:\n{found.output[-2000:]}")
            reference_score(course)
        return found


def measure(*, quick: bool, kind: Kind = STRUCTURE, largest: int | None = None) -> None:
    """Measure everything and save it."""
    begin = time.perf_counter()
    plan = QUICK if quick else FULL
    sizes = plan.sizes if largest is None else (*(size for size in plan.sizes if size < largest), largest)
    with tempfile.TemporaryDirectory(prefix="autograder-bench-") as name:
        bench = Bench(Path(name), kind)
        by_workers, each_mib, tier = _workers(bench, plan)
        by_size, growth, promises, series = _sizes(bench, sizes)
        again = _restart(bench, plan.restart_size)
    promises.insert(
        1, Promise(f"private memory of a submission in work, median: {kind.title}", PRIVATE_MIB, each_mib, "MiB")
    )
    save(
        "scaling",
        title="Workers, class size, restart and regrade",
        intro=(
            f"Classes of different submissions; asked are {kind.title}, behind the wall `{tier}`. Each run is the "
            "command, with its start and everything that it writes."
        ),
        tables=(by_workers, by_size, growth, again),
        promises=promises,
        series=series,
        seconds=time.perf_counter() - begin,
        quick=quick,
    )


def _workers(bench: Bench, plan: Plan) -> tuple[Table, float, str]:
    """Return the table, the private memory of a submission in work with two workers, in MiB, and the wall's name."""
    rows, each_mib, tier = [], float("nan"), ""
    for workers in plan.workers:
        course = bench.make(f"workers{workers}", plan.workers_size)
        found = bench.grade(course, workers=workers)
        tier = str(report_of(course, REFERENCE)["isolation"])
        working = [each.below / workers for each in found.memory if each.below > GRADING_MIB * workers]
        typical, peak = (statistics.median(working), max(working)) if working else (float("nan"), float("nan"))
        each_mib = typical if workers == 2 else each_mib
        size = plan.workers_size
        each_s, each_cpu_s = (round(total / size, 3) for total in (found.seconds, found.cpu_s))
        rows.append(
            (str(workers), str(size), each_s, each_cpu_s, round(typical), round(peak), round(found.peak_mib)),
        )
        print(f"  {workers} workers, {size} submissions: {found.seconds:.0f} s, {typical:.0f} MiB each", flush=True)
        shutil.rmtree(course.root)
    columns = (
        *(Column("workers"), Column("submissions"), Column("each", "s", 2), Column("CPU each", "s", 2)),
        *(Column("private, median, a worker", "MiB"), Column("private, peak, a worker", "MiB")),
        Column("all processes, peak", "MiB"),
    )
    notes = (
        "Private memory is that of every process that a submission in work has: the one that grades it, the wall's, "
        "the notebook's and the one that rebuilds models. Servers and driver are there once, whatever the class.",
    )
    return Table("Workers", columns, tuple(rows), notes), round(each_mib, 1), tier


def _sizes(bench: Bench, sizes: Iterable[int]) -> tuple[Table, Table, list[Promise], list[Series]]:
    rows, growth, promises, series = [], [], list[Promise](), list[Series]()
    for size in sizes:
        course = bench.make(f"size{size}", size)
        found = bench.grade(course)
        again = bench.grade(course)
        share = 100 * again.seconds / found.seconds
        driver = [each for each in found.memory if each.below > 0]
        each_s, each_cpu_s = (round(total / size, 3) for total in (found.seconds, found.cpu_s))
        root = max((each.root for each in found.memory), default=0.0)
        rows.append(
            (
                str(size),
                round(found.seconds, 1),
                each_s,
                each_cpu_s,
                round(root),
                round(again.seconds, 2),
                round(share, 2),
            ),
        )
        print(
            f"  {size} submissions: {found.seconds:.0f} s; unchanged {again.seconds:.1f} s, {share:.1f} %", flush=True
        )
        growth, promises, series = _growth(course, size, found, driver)
        promises.append(
            Promise(f"regrade of {size} unchanged, of the first time", REGRADE_SHARE, round(share, 2), "%", 2)
        )
        shutil.rmtree(course.root)
    if len(rows) > 1:
        what = f"cost of a submission: in a class of {rows[-1][0]} to that of {rows[-2][0]}"
        promises.append(Promise(what, FLAT, _ratio([float(row[2] or 0) for row in rows[-2:]]), "x", 2))
    columns = (
        *(Column("submissions"), Column("seconds", "s"), Column("each", "s", 2), Column("CPU each", "s", 2)),
        *(Column("driver, peak", "MiB"), Column("unchanged", "s", 1), Column("of the first", "%", 1)),
    )
    parts = (Column("submissions"), Column("each", "s", 3), Column("driver", "MiB"))
    return (
        Table("Class size, two workers", columns, tuple(rows)),
        Table(
            "Over the largest class: what each tenth of it takes, and the driver's memory",
            parts,
            tuple(growth),
            ("What was never graded is begun by the size of its file, so the last tenths are the longest notebooks.",),
        ),
        promises,
        series,
    )


def _growth(
    course: Course, size: int, found: Measured, driver: list[Memory]
) -> tuple[list[tuple[float | str | None, ...]], list[Promise], list[Series]]:
    """Return rows for the tenths of a class, what is promised of it, and its plots."""
    ended = sorted(path.stat().st_mtime for path in (course.root / "reports").glob(f"*/{ASSIGNMENT}.run.json"))
    started = found.began
    tenth = max(1, size // 10)
    rows: list[tuple[float | str | None, ...]] = []
    for first in range(0, size, tenth):
        last = min(first + tenth, size) - 1
        seconds = ended[last] - (ended[first - 1] if first else started)
        at = min(driver, key=lambda each, moment=ended[last] - started: abs(each.second - moment), default=None)
        rows.append(
            (f"{first + 1} to {last + 1}", round(seconds / (last - first + 1), 4), round(at.root) if at else None)
        )
    roots = [float(row[2] or 0) for row in rows]
    rows.append(
        ("after the last one: gradebook and class page", round((started + found.seconds - ended[-1]) / size, 4), None)
    )
    promises = []
    if size >= LIMIT_SIZE:
        what = f"{size:,} submissions without training, two workers"
        promises = [
            Promise(what, LIMIT_S * size / LIMIT_SIZE, round(found.seconds), "s"),
            Promise("memory of the driver: last tenth to second tenth", FLAT, _ratio(roots[1:]), "x", 2),
        ]
    done = [(moment - started, number + 1.0) for number, moment in enumerate(ended)]
    series = [
        Series("done", *thinned(done)),
        Series("driver", *thinned([(each.second, each.root) for each in found.memory])),
        Series("in work", *thinned([(each.second, each.below / 2) for each in driver])),
    ]
    return rows, promises, series


def _ratio(values: list[float]) -> float | None:
    return round(values[-1] / values[0], 3) if values and values[0] else None


def _restart(bench: Bench, size: int) -> Table:
    """Return the table of a class whose grading is killed half way, and started again."""
    course = bench.make("restart", size)
    reports = course.root / "reports"

    def is_half_done(second: float) -> bool:
        return len(list(reports.glob(f"*/{ASSIGNMENT}.run.json"))) >= size // 2

    killed = bench.grade(course, stop=is_half_done)
    kept = {path: path.stat().st_mtime_ns for path in reports.glob(f"*/{ASSIGNMENT}.run.json")}
    resumed = bench.grade(course)
    redone = sum(path.stat().st_mtime_ns != moment for path, moment in kept.items())
    total = len(list(reports.glob(f"*/{ASSIGNMENT}.json")))
    print(f"  killed after {len(kept)} of {size}: {redone} graded again, {total} reports", flush=True)
    rows = (
        ("killed (SIGKILL)", str(len(kept)), round(killed.seconds, 1)),
        ("started again", str(total - len(kept) + redone), round(resumed.seconds, 1)),
    )
    notes = (f"Of what was finished, {redone} were graded again; all {total} of {size} have their report.",)
    columns = (Column("run"), Column("graded in it"), Column("seconds", "s", 1))
    return Table(f"A class of {size}, killed half way", columns, rows, notes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Grades classes of many sizes with many workers.")
    parser.add_argument("--quick", action="store_true", help="small classes: whether it works, no figures")
    parser.add_argument("--kind", choices=KINDS, default=STRUCTURE.name, help="what of the assignment is asked")
    parser.add_argument("--class-size", type=int, metavar="N", help="the largest class, in place of 1,000")
    options = parser.parse_args()
    measure(quick=options.quick, kind=KINDS[options.kind], largest=options.class_size)
