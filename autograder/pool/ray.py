"""Grades many submissions on a Ray cluster: as `pool.local` does on one machine, and with the same reports.

On each node an actor owns the fork servers (`pool.node`), and grades as many submissions at a time as the node has
CPUs. This process, the driver, hands submissions out as calls of actors (`pool.cluster`), hears what comes back as it
happens, and is the only one that writes: reports, gradebook and the cache of trainings lie where it runs. A
node whose wall is weaker than the batch's is refused, and one that joins is used. A training on a GPU is a task
that takes the part of a card that the recipe says.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Self

import ray
from ray.exceptions import RayError

from autograder.course import Course, Submission
from autograder.errors import UsageError
from autograder.grading import Graded, find_setup
from autograder.grading.scope import Scope
from autograder.pool.cluster import ClusterBatch
from autograder.pool.events import Listener, ignore
from autograder.pool.node import Asked
from autograder.pool.ray_cluster import RayCluster, one_line
from autograder.pool.shipping import packed_course
from autograder.rubric import Rubric
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.training.cache import TrainingCache
from autograder.training.devices import Setup, TrainingOptions

ANYWHERE = "auto"
"""The address that finds the cluster which this machine belongs to."""
_REACH_S = 5.0


class RayPool:
    """Actors on the nodes of a cluster; a context manager.

    Parameters
    ----------
    course
        Whose submissions are graded.
    address
        ``HOST:PORT`` of the head, or `ANYWHERE`.
    isolation
        The wall around submissions, the same on all nodes: a tier's name, or ``auto`` for the strongest that holds on
        some node.
    workers
        Submissions that are worked on at the same time on each node; as many as it has CPUs where None.
    """

    def __init__(
        self, course: Course, *, address: str = ANYWHERE, isolation: str = AUTO, workers: int | None = None
    ) -> None:
        self._course = course
        self._address = address
        self._isolation = isolation
        self._workers = workers
        self._members: RayCluster | None = None
        self._digest = ""
        self.tier = Tier.NONE

    def __enter__(self) -> Self:
        """Join the cluster; nothing is started on it before there is something to grade.

        Raises
        ------
        UsageError
            If there is no cluster, or one of another version; if the course's secret cannot be used.
        """
        self._course.secret()
        _connect(self._address)
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        ray.shutdown()

    def find_gpus(self, backend: str) -> tuple[int, int]:
        """Return how many GPUs the cluster has; whether the library can use one, the node says that trains."""
        return int(ray.cluster_resources().get("GPU", 0)), 0  # type: ignore[no-untyped-call]

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
        """Yield the result of every submission, as they finish.

        Parameters
        ----------
        setup
            What trains; what the recipe asks for where None.
        scope
            The part of each submission that is run and asked; all of it where None.

        Raises
        ------
        UsageError
            If what the recipe asks for is not there.
        InfrastructureError
            If no node can grade, or none is left; the message says why of each.
        """
        setup = setup or find_setup(rubric, recipe, TrainingOptions(), look=self.find_gpus)
        is_over = False
        try:
            members = self._joined(rubric, on_event)
            asked = Asked(recipe=recipe, tier=self.tier, setup=setup, scope=scope)
            cache = TrainingCache(
                self._course.cache, self._course.secret(), max_bytes=self._course.settings.cache_mib << 20
            )
            yield from ClusterBatch(members, rubric, asked, cache, on_event).run(submissions)
            is_over = True
        finally:
            if not is_over:
                self._end()  # what still runs is of no use any more

    def _joined(self, rubric: Rubric, on_event: Listener) -> RayCluster:
        """Return the nodes that grade this assignment, started where they do not run."""
        if self._members is None or self._digest != rubric.digest:
            self._end()
            files = ray.put(packed_course(self._course, rubric.assignment))
            self._members = RayCluster(files, self._course.secret(), self._workers)
            self._digest = rubric.digest
        self._members.on_event = on_event
        self.tier = self._members.settle(self._isolation)
        return self._members

    def _end(self) -> None:
        if self._members is not None:
            self._members.close()
            self._members = None


def _connect(address: str) -> None:
    """Join a cluster, without a word of Ray's on the terminal or to its makers."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # the default to come, in place of a warning
    if "://" in address:
        raise UsageError(f"--address {address}: give the head as HOST:PORT, on a machine that belongs to the cluster")
    named = os.environ.get("RAY_ADDRESS", "") if address == ANYWHERE else address
    if named not in ("", ANYWHERE):
        _require_somebody(named)
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL, namespace="autograder")
    except ConnectionError as error:
        raise _no_cluster(named) from error
    except (RuntimeError, ValueError, RayError) as error:
        raise UsageError(f"the Ray cluster cannot be joined: {one_line(error)}") from error


def _require_somebody(address: str) -> None:
    """Refuse an address where nobody listens: Ray itself would try for a minute."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f"--address {address}: give the head as HOST:PORT")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _REACH_S).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address) from error


def _no_cluster(address: str) -> UsageError:
    where = f"at {address}" if address else "on this machine"
    return UsageError(
        f"no Ray cluster answers {where}: start one with `ray start --head`, and let this machine belong to it with "
        "`ray start --address=HOST:PORT`; see docs/cluster.md"
    )
