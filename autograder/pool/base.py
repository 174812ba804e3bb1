"""What a pool is: whatever maps grading over submissions, on this machine or on many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from autograder.course import Submission
from autograder.grading import Graded
from autograder.grading.scope import Scope
from autograder.pool.events import Listener, ignore
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import Tier
from autograder.training.devices import Setup


class Pool(Protocol):
    """Grades many submissions; a context manager, inside which `grade` may be called any number of times.

    `tier` is the wall that all of them are graded behind, known once a first one is graded.
    """

    tier: Tier

    def __enter__(self) -> Self:
        """Start what grades."""
        ...

    def __exit__(self, *error: object) -> None:
        """End it, and whatever it still does."""
        ...

    def find_gpus(self, backend: str) -> tuple[int, int]:
        """Return how many GPUs a library can train on, and the MiB of the smallest, 0 where that is not known."""
        ...

    def grade(
        self,
        rubric: Rubric,
        submissions: Sequence[Submission],
        *,
        recipe: str | None = None,
        setup: Setup | None = None,
        scope: Scope | None = None,
        on_event: Listener = ignore,
    ) -> Iterator[Graded]:
        """Yield the result of every submission, as they finish: one for each, whatever happens."""
        ...
