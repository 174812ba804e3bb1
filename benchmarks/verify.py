"""How long a verification with all mutants takes, and how many of them the suite catches.

Run it from the repository's root, on a quiet machine, when the trainings of the corpus are cached: after a first
``autograder verify convnets``::

    python benchmarks/verify.py
    python benchmarks/verify.py --assignment convnets --workers 2

It prints seconds for the corpus, for the mutants, and in all, and the share of mutants that is caught of those that
neither are equivalent nor left to training.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

from classes import forget

from autograder.course import Course
from autograder.pool.events import Event, Finished
from autograder.reports.mutation import MutantState
from autograder.verification import verify

TARGET_S, TARGET_SCORE = 180.0, 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default="convnets")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="answers that are graded at a time")
    options = parser.parse_args()
    course = Course(Path(__file__).parents[1])
    finished: list[float] = []

    def note(event: Event) -> None:
        if isinstance(event, Finished):
            finished.append(time.monotonic())

    forget(course)
    started = time.monotonic()
    found = verify(course, course.assignment(options.assignment), mutants=True, workers=options.workers, on_event=note)
    seconds = time.monotonic() - started
    corpus_s = finished[len(found.verdicts) - 1] - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{options.assignment}: {len(found.verdicts)} variants, {len(finished) - len(found.verdicts)} mutants")
    print(f"load {os.getloadavg()[0]:.1f}, {options.workers} workers, {used.ru_utime + used.ru_stime:.0f} CPU s")
    print(
        f"corpus {corpus_s:.0f} s, mutants {seconds - corpus_s:.0f} s, in all {seconds:.0f} s (target {TARGET_S:.0f})"
    )
    if found.mutation is not None:
        counts = ", ".join(f"{len(found.mutation.of(s))} {s.value}" for s in MutantState if found.mutation.of(s))
        print(f"mutation score {found.mutation.score:.1%} (target {TARGET_SCORE:.0%}): {counts}")
    wrong = sum(bool(verdict.problems) for verdict in found.verdicts)
    print(f"{wrong} variants judged wrongly, {len(found.unfailed)} checks that nothing fails")


if __name__ == "__main__":
    main()
