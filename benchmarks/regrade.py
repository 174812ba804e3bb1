"""What grading a class costs in which nothing has changed: CPU time for each submission, and memory of the command.

Run it from the repository's root::

    python benchmarks/regrade.py
    python benchmarks/regrade.py --assignment convnets --students 100 1000

A few known answers are graded, and copied under as many names as are asked for, with all that their grading gave. Then
`autograder grade` runs over these copies: once as the first to see them, so that it fills the gradebook, and once more.
Both times are of the whole command; the cost of a submission is how much longer the larger class takes. CPU seconds are
those of the command and all that it starts, and depend little on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.batch import grade_class
from autograder.corpus import VariantKind, fill, read_corpus
from autograder.course import Assignment, Course
from autograder.notebooks import cells
from autograder.notebooks.release import read_release
from autograder.records import StudentId

ROOT = Path(__file__).parents[1]
NUM_GRADED = 6


@dataclass(frozen=True)
class Cost:
    """What a command took: CPU seconds, and the most memory that its own process had, in MiB."""

    cpu_s: float
    peak_mib: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="convolution_arithmetic", metavar="NAME")
    parser.add_argument("--students", type=int, nargs=2, default=(100, 1000), metavar=("FEW", "MANY"))
    options = parser.parse_args()
    few, many = options.students
    print(f"{'students':>8}{'first look':>14}{'memory':>10}{'regrade':>14}{'memory':>10}")
    costs = []
    with tempfile.TemporaryDirectory() as name:
        course = _course(Path(name), options.assignment)
        first_s = _grade_some(course, course.assignment(options.assignment))
        for number in (few, many):
            _copy(course, options.assignment, number)
            course.gradebook.unlink(missing_ok=True)
            first, again = (_grade(course, options.assignment) for _ in range(2))
            costs.append((first, again))
            shown = (f"{cost.cpu_s:12.1f} s{cost.peak_mib:6.0f} MiB" for cost in (first, again))
            print(f"{number:8}", *shown, sep="")
    for place, what in enumerate(("first look", "regrade")):
        each = (costs[1][place].cpu_s - costs[0][place].cpu_s) / (many - few)
        memory = (costs[1][place].peak_mib - costs[0][place].peak_mib) / (many - few)
        print(f"{what}: {each * 1000:.1f} ms and {memory * 1024:.0f} KiB for each submission")
    print(f"the first grading took {first_s * 1000:.0f} ms of CPU for each of {NUM_GRADED} submissions")


def _course(root: Path, name: str) -> Course:
    for folder in ("assignments", "release", "solutions", "tests/suites"):
        shutil.copytree(ROOT / folder / name, root / folder / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root)


def _grade_some(course: Course, assignment: Assignment) -> float:
    """Grade a few known answers, and return the CPU seconds that one took, without what a batch takes anyway."""
    released = read_release(assignment)
    corpus = read_corpus(assignment)
    wrong = [variant for variant in corpus if variant.kind is VariantKind.MISTAKE]
    right = [variant for variant in corpus if variant.kind is VariantKind.REFERENCE]
    chosen = [*right, *wrong[:: max(len(wrong) // (NUM_GRADED - 1), 1)]][:NUM_GRADED]
    spent = []
    for some in (chosen[:1], chosen):
        for number, variant in enumerate(some):
            path = course.root / "submitted" / f"graded{number}" / assignment.id / f"{assignment.id}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cells.to_bytes(fill(released, variant.sources)))
        before = _cpu_s()
        grade_class(course, assignment, force=True)
        spent.append(_cpu_s() - before)
    return (spent[1] - spent[0]) / (len(chosen) - 1)


def _copy(course: Course, name: str, number: int) -> None:
    """Let the class be as large as is asked for."""
    for index in range(NUM_GRADED, number):
        old, new = StudentId(f"graded{index % NUM_GRADED}"), StudentId(f"student{index:04}")
        if (course.root / "submitted" / new).exists():
            continue
        for folder in ("submitted", "autograded", "feedback"):
            shutil.copytree(course.root / folder / old / name, course.root / folder / new / name)
        for place in (course.report_path, course.run_path):
            copied = json.loads(place(old, course.assignment(name).id).read_text()) | {"student": new}
            path = place(new, course.assignment(name).id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(copied))


def _grade(course: Course, name: str) -> Cost:
    command: Sequence[str] = (sys.executable, "-m", "autograder", "grade", name)
    with subprocess.Popen(command, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"grading ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _cpu_s() -> float:
    """Return the CPU seconds of this process, and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    main()
