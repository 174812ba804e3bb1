"""The process that grades naively: a line of JSON in for each attack, one out. Keras is imported once, for all."""

from __future__ import annotations

import json
import os
import sys

import keras  # noqa: F401 - for the processes that are forked
from attacks import naive_checks, naive_graders
from attacks.course import NAME, REACH_POINTS, TINY_POINTS
from attacks.naive import FULL_MARKS

from autograder.sandbox.isolation import landlock


def _points(told: dict[str, object]) -> dict[str, object]:
    """Return what the best grader gives, and which it was."""
    if told["raw"] is not None:
        checks = {NAME: {"reach": naive_checks.equal, "tiny": naive_checks.sums}}
        notebook = json.loads(str(told["raw"]))
        points, by = max(
            (naive_graders.by_itself(notebook, checks), "by_itself"), (naive_graders.obeyed(notebook), "obeyed")
        )
        return {"points": min(points, FULL_MARKS), "by": by}
    points, believed = 0.0, []
    for name, answer, worth in (("reach", told["answer"], REACH_POINTS), ("tiny", told["model"], TINY_POINTS)):
        by = "" if answer is None else naive_graders.best((*told["cells"], answer), told["files"], name)
        points += worth if answer is None or by else 0
        believed += [by] if by else []
    return {"points": points, "by": ", ".join(believed)}


if __name__ == "__main__":
    os.chdir("/")
    if landlock.version():  # whatever an attack does to a naive grader, it does it in that folder
        landlock.restrict(read=("/",), write=(sys.argv[1], "/dev/null"))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what student code prints is no answer
    for line in sys.stdin:
        answers.write(json.dumps(_points(json.loads(line))) + "\n")
        answers.flush()
