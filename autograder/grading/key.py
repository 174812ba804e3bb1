"""What a report depends on, as one hash: while that stays, an earlier report still holds."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version

from autograder.course import Course, Submission
from autograder.rubric import Rubric
from autograder.sandbox import handed_in
from autograder.sandbox.isolation.tiers import Tier
from autograder.training.devices import Setup

VERSIONED = ("autograder", "ipython", "keras", "numpy", "pytest", "tensorflow")
"""Packages of which another version may give another report."""


def report_key(own: str, rubric: Rubric) -> str:
    """Return the hash of all that a submission's report depends on; `own` is what `own_key` returned."""
    return hashlib.sha256(f"{own}\n{rubric.digest}".encode()).hexdigest()


def own_key(
    course: Course,
    rubric: Rubric,
    submission: Submission,
    data: bytes,
    recipe_name: str | None,
    tier: Tier,
    setup: Setup,
) -> str:
    """Return the hash of what a submission's report depends on beside the assignment's files."""
    parts = [
        hashlib.sha256(data).hexdigest(),
        handed_in.find(submission.path.parent, rubric.assignment.settings.weights).digest,
        recipe_name or "",
        course.secret().digest,
        tier.value,
        identity(setup),
        *versions(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def identity(setup: Setup) -> str:
    """Return what of a machine's set-up a training depends on, found once."""
    return setup.identity


@functools.cache
def versions() -> tuple[str, ...]:
    """Return the packages of which another version may give another report, each with its version."""
    return tuple(f"{name}={version(name)}" for name in VERSIONED)
