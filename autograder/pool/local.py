"""Grades many submissions on this machine: some at a time, each in a process of its own.

A submission that waits for a training or trains holds no place, so that structural checks of others go on
meanwhile. A grading process that dies costs one retry; then the submission's checks are ERRORs, and the batch goes on:
every submission ends as one result. A fork server that dies takes all that it forked with it; it is started again, and
what was being graded does not count as tried.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from autograder.course import Course, Submission
from autograder.errors import InfrastructureError
from autograder.grading import Graded, failed, find_setup
from autograder.grading.scope import Scope
from autograder.pool import servers
from autograder.pool.events import Finished, Listener, Started, Step, ignore
from autograder.pool.servers import Servers
from autograder.rubric import Rubric
from autograder.sandbox.child import Child
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.training.devices import Setup, TrainingOptions, look_for_gpus

MAX_WAITING = 6
"""Submissions that may wait for trainings beside those that are worked on; each holds some memory."""
TRAINING_STEPS = ("waiting", "training")
MOST_DEATHS = 4
"""Deaths of fork servers that one submission may live through: it may be what kills them."""


@dataclass
class _Job:
    """One submission that is being graded."""

    submission: Submission
    child: Child
    servers: object
    tries: int
    deaths: int
    is_training: bool = False


class LocalPool:
    """Fork servers for grading; a context manager.

    Parameters
    ----------
    course
        Whose submissions are graded; what the wall is tested with lies in its folder for a moment.
    isolation
        The wall around them: a tier's name, or ``auto`` for the strongest that holds here.
    workers
        Submissions that are worked on at the same time; by default as many as there are cores.
    """

    def __init__(self, course: Course, *, isolation: str = AUTO, workers: int | None = None) -> None:
        self._course = course
        self._isolation = isolation
        self._workers = workers or os.cpu_count() or 1
        self._servers = Servers()
        self.tier = Tier.NONE

    def start(self) -> None:
        """Start the servers without waiting for them: there is much to do until they have imported what they need."""
        self._servers.start()

    def __enter__(self) -> Self:
        """Start the servers, where that was not done, and find the wall.

        Raises
        ------
        UsageError
            If the course's secret cannot be used.
        InfrastructureError
            If they do not start, or no wall holds that is as strong as was asked for.
        """
        self._course.secret()  # made, or refused, before many processes want it
        try:
            self.tier = choose(self._servers.zygote, self._course.root, self._isolation)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._servers.close()

    def find_gpus(self, backend: str) -> tuple[int, int]:
        """Return how many GPUs a library sees on this machine, and the MiB of the smallest."""
        return look_for_gpus(backend)

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
            If no process can be started, however often it is tried.
        """
        setup = setup or find_setup(rubric, recipe, TrainingOptions())
        queue = deque((submission, 0, 0) for submission in submissions)
        jobs: dict[int, _Job] = {}
        try:
            while queue or jobs:
                while queue and self._has_room(jobs, setup.slots):
                    submission, tries, deaths = queue.popleft()
                    if not tries + deaths:
                        on_event(Started(student=submission.student))
                    child = self._fork(submission, recipe, setup, scope)
                    job = _Job(submission, child, self._servers.running, tries, deaths)
                    jobs[job.child.channel.sock.fileno()] = job
                for descriptor in _readable(jobs):
                    job = jobs[descriptor]
                    message = servers.message(job.child, job.submission)
                    graded: Graded | None = None
                    match message:
                        case {"step": str(text)}:
                            job.is_training = text.startswith(TRAINING_STEPS)
                            on_event(Step(student=job.submission.student, text=text))
                            continue
                        case {"report": np.ndarray() as report, "run": np.ndarray() as run, "notebook": notebook}:
                            graded = servers.graded(report, run, notebook)
                            if servers.met_a_death(graded.report) and (again := self._again(job)):
                                queue.append(again)
                                graded = None
                        case _:
                            why = str(message.get("failed", "a grading process said what nobody understands"))
                            if again := self._again(job):
                                queue.append(again)
                            else:
                                graded = failed(rubric, job.submission, InfrastructureError(why), self.tier)
                    del jobs[descriptor]
                    job.child.close()
                    if graded is not None:
                        on_event(Finished(student=job.submission.student, report=graded.report))
                        yield graded
        finally:
            for job in jobs.values():
                job.child.close()

    def _fork(self, submission: Submission, recipe: str | None, setup: Setup, scope: Scope | None) -> Child:
        """Return a process that grades a submission, from new servers where the old ones die under it."""
        for _ in range(MOST_DEATHS):
            with contextlib.suppress(InfrastructureError):
                return self._servers.fork(
                    self._course, submission, recipe=recipe, tier=self.tier, setup=setup, scope=scope
                )
        return self._servers.fork(self._course, submission, recipe=recipe, tier=self.tier, setup=setup, scope=scope)

    def _again(self, job: _Job) -> tuple[Submission, int, int] | None:
        """Return what goes back into the queue where something of ours died; None where that was tried enough."""
        running = self._servers.running
        if running is None or running != job.servers:
            return (job.submission, job.tries, job.deaths + 1) if job.deaths < MOST_DEATHS else None
        return None if job.tries else (job.submission, 1, job.deaths)

    def _has_room(self, jobs: dict[int, _Job], slots: int) -> bool:
        working = sum(not job.is_training for job in jobs.values())
        return working < self._workers and len(jobs) < self._workers + max(MAX_WAITING, slots)


def _readable(jobs: dict[int, _Job]) -> list[int]:
    ready, _, _ = select.select(list(jobs), [], [])
    return ready
