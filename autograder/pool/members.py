"""What a cluster is to whoever hands submissions out: its nodes, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.course import Submission
from autograder.errors import InfrastructureError
from autograder.pool.asked import AskedTraining
from autograder.pool.local import MAX_WAITING
from autograder.pool.node import Asked
from autograder.pool.shipping import HandedInFiles
from autograder.sandbox.isolation.tiers import Tier


class Lost(Exception):
    """A node, or what it did for us, is gone."""


@dataclass(eq=False)
class Job:
    """A submission that is graded on some node; `number` names this grading there."""

    submission: Submission
    tries: int = 0
    losses: int = 0
    number: int = -1
    member: Member | None = None
    is_training: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nobody has tried to grade it yet."""
        return not self.tries and not self.losses


@dataclass(eq=False)
class Member:
    """A node that takes part.

    Attributes
    ----------
    actor
        Whatever the cluster asks it through.
    begun
        The answer whether it may grade, while that is waited for.
    tier
        The wall that it grades behind; None until it may grade.
    """

    id: str
    name: str
    cpus: int
    actor: Any
    begun: Any = None
    tier: Tier | None = None
    jobs: set[Job] = field(default_factory=set)
    is_training: bool = False

    @property
    def free(self) -> int:
        """Submissions that may be begun here now."""
        working = sum(not job.is_training for job in self.jobs)
        return min(self.cpus - working, self.cpus + MAX_WAITING - len(self.jobs))


class Cluster(Protocol):
    """Nodes that grade one assignment. A stream is what a call of a node says, message after message."""

    @property
    def grading(self) -> list[Member]:
        """The nodes that may grade, those with most room first."""
        ...

    @property
    def beginning(self) -> Mapping[Hashable, Member]:
        """The nodes that have not answered yet whether they may, by what is waited for."""
        ...

    def look(self) -> None:
        """Take up nodes that have joined, and let go of those that are gone."""
        ...

    def judge(self, member: Member) -> None:
        """Take a node's answer whether it may grade."""
        ...

    def lose(self, member: Member) -> None:
        """Let go of a node that does not answer any more."""
        ...

    def nobody(self) -> InfrastructureError:
        """Return the error that says why no node grades."""
        ...

    def grade(self, member: Member, number: int, packed: HandedInFiles, asked: Asked) -> Hashable:
        """Return the stream of a grading; see `Node.grade`."""
        ...

    def answer(self, member: Member, number: int, answer: Mapping[str, Any]) -> None:
        """Give a grading the training that it waits for."""
        ...

    def train(self, member: Member | None, training: AskedTraining, asked: Asked) -> Hashable:
        """Return the stream of a training: on a node's CPU, or on a GPU wherever one is free."""
        ...

    def wait(self, what: Sequence[Hashable]) -> Sequence[Hashable]:
        """Return those streams and answers that have something to say, after some seconds in any case."""
        ...

    def said(self, stream: Hashable) -> Any:
        """Return the next message of a stream.

        Raises
        ------
        Lost
            If what said it is gone.
        """
        ...
