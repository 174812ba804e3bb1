"""Grades many submissions on this machine: some at a time, each in a process of its own.

A submission that waits for a training or trains holds no place, so that structural checks of others go on
meanwhile. A grading process or a fork server that dies costs one retry; then the submission's checks are
ERRORs, and the batch goes on: every submission ends as one result.
"""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import msgspec
import numpy as np

from autograder.course import Course, Submission
from autograder.errors import InfrastructureError, WireError
from autograder.grading import Graded, failed, find_setup
from autograder.grading.scope import Scope
from autograder.pool.events import Finished, Listener, Started, Step, ignore
from autograder.records import GradeReport, RunFacts, from_json
from autograder.rubric import Rubric
from autograder.sandbox.child import Child
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO, Tier
from autograder.sandbox.spec import clean_environment
from autograder.training.devices import Setup, TrainingOptions
from autograder.wire import Closed

MAX_WAITING = 6
"""Submissions that may wait for trainings beside those that are worked on; each holds some memory."""
TRAINING_STEPS = ("waiting", "training")


@dataclass
class _Job:
    """One submission that is being graded."""

    submission: Submission
    child: Child
    tries: int
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
        self._zygote: ForkServer | None = None
        self._graders: ForkServer | None = None
        self.tier = Tier.NONE

    def __enter__(self) -> Self:
        """Start the servers and find the wall.

        Raises
        ------
        UsageError
            If the course's secret cannot be used.
        InfrastructureError
            If they do not start, or no wall holds that is as strong as was asked for.
        """
        self._course.secret()  # made, or refused, before many processes want it
        try:
            zygote, _ = self._start()
            self.tier = choose(zygote.control, self._course.root, self._isolation)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for server in (self._graders, self._zygote):
            if server is not None:
                server.close()

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
        """
        setup = setup or find_setup(rubric, recipe, TrainingOptions())
        queue = deque((submission, 0) for submission in submissions)
        jobs: dict[int, _Job] = {}
        try:
            while queue or jobs:
                while queue and self._has_room(jobs, setup.slots):
                    submission, tries = queue.popleft()
                    if not tries:
                        on_event(Started(student=submission.student))
                    job = _Job(submission, self._fork(submission, recipe, setup, scope), tries)
                    jobs[job.child.channel.sock.fileno()] = job
                for descriptor in _readable(jobs):
                    job = jobs[descriptor]
                    message = _message(job)
                    graded: Graded | None = None
                    match message:
                        case {"step": str(text)}:
                            job.is_training = text.startswith(TRAINING_STEPS)
                            on_event(Step(student=job.submission.student, text=text))
                            continue
                        case {"report": np.ndarray() as report, "run": np.ndarray() as run, "notebook": notebook}:
                            graded = _graded(report, run, notebook)
                        case {"failed": str(why)} if job.tries:
                            graded = failed(rubric, job.submission, InfrastructureError(why), self.tier)
                        case _:
                            queue.append((job.submission, job.tries + 1))
                    del jobs[descriptor]
                    job.child.close()
                    if graded is not None:
                        on_event(Finished(student=job.submission.student, report=graded.report))
                        yield graded
        finally:
            for job in jobs.values():
                job.child.close()

    def _has_room(self, jobs: dict[int, _Job], slots: int) -> bool:
        working = sum(not job.is_training for job in jobs.values())
        return working < self._workers and len(jobs) < self._workers + max(MAX_WAITING, slots)

    def _fork(self, submission: Submission, recipe: str | None, setup: Setup, scope: Scope | None) -> Child:
        zygote, graders = self._start()
        spec = {
            "course": str(self._course.root),
            "assignment": submission.assignment,
            "student": submission.student,
            "path": str(submission.path),
            "recipe": recipe,
            "tier": self.tier.value,
            "setup": msgspec.to_builtins(setup),
            "scope": msgspec.to_builtins(scope),
        }
        return graders.control.fork(spec, zygote.control.fileno())

    def _start(self) -> tuple[ForkServer, ForkServer]:
        """Return both servers, started again where one has died; they import at the same time."""
        self._zygote = _living(self._zygote, "autograder.sandbox.zygote", clean_environment())
        self._graders = _living(self._graders, "autograder.pool.worker", {**os.environ, "PYTHONHASHSEED": "0"})
        return self._zygote, self._graders


def _living(server: ForkServer | None, module: str, environment: Mapping[str, str]) -> ForkServer:
    """Return a server that runs: the one that there is, or a new one."""
    if server is not None:
        if server.is_alive:
            return server
        server.close()
    return ForkServer(module, environment)


def _readable(jobs: dict[int, _Job]) -> list[int]:
    ready, _, _ = select.select(list(jobs), [], [])
    return ready


def _message(job: _Job) -> Any:
    """Return what a grading process says; a process that is gone failed."""
    try:
        return job.child.channel.receive()
    except (Closed, WireError):
        return {"failed": f"the grading process of {job.submission.student} ended: {job.child.how_it_ended()}"}


def _graded(report: np.ndarray, run: np.ndarray, notebook: np.ndarray | None) -> Graded:
    text = None if notebook is None else notebook.tobytes().decode()
    return Graded(from_json(report.tobytes(), GradeReport), from_json(run.tobytes(), RunFacts), text)
