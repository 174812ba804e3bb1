"""Grades many submissions on this machine: some at a time, each in a process of its own.

A submission that waits for a training or trains holds no place, so that structural checks of others go on
meanwhile. A grading process or a fork server that dies costs one retry; then the submission's checks are
ERRORs, and the batch goes on: every submission ends as one result.
"""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from autograder.course import Course, Submission
from autograder.errors import InfrastructureError, WireError
from autograder.grading import Graded, failed
from autograder.pool.events import Finished, Listener, Started, Step, ignore
from autograder.records import GradeReport, RunFacts, from_json
from autograder.rubric import Rubric
from autograder.sandbox.client import Child, ForkServer, clean_environment
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
    workers
        Submissions that are worked on at the same time; by default as many as there are cores.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._zygote: ForkServer | None = None
        self._graders: ForkServer | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        for server in (self._graders, self._zygote):
            if server is not None:
                server.close()

    def grade(
        self,
        course: Course,
        rubric: Rubric,
        submissions: Sequence[Submission],
        *,
        recipe: str | None = None,
        on_event: Listener = ignore,
    ) -> Iterator[Graded]:
        """Yield the result of every submission, as they finish."""
        queue = deque((submission, 0) for submission in submissions)
        jobs: dict[int, _Job] = {}
        try:
            while queue or jobs:
                while queue and self._has_room(jobs):
                    submission, tries = queue.popleft()
                    if not tries:
                        on_event(Started(student=submission.student))
                    job = _Job(submission, self._fork(course, submission, recipe), tries)
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
                        case {"report": str(report), "run": str(run), "notebook": notebook}:
                            graded = _graded(report, run, notebook)
                        case {"failed": str(why)} if job.tries:
                            graded = failed(rubric, job.submission, InfrastructureError(why))
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

    def _has_room(self, jobs: dict[int, _Job]) -> bool:
        working = sum(not job.is_training for job in jobs.values())
        return working < self._workers and len(jobs) < self._workers + MAX_WAITING

    def _fork(self, course: Course, submission: Submission, recipe: str | None) -> Child:
        zygote, graders = self._start()
        spec = {
            "course": str(course.root),
            "assignment": submission.assignment,
            "student": submission.student,
            "path": str(submission.path),
            "recipe": recipe,
        }
        return graders.control.fork(spec, zygote.control.fileno())

    def _start(self) -> tuple[ForkServer, ForkServer]:
        """Return both servers, started again where one has died; they import at the same time."""
        if self._zygote is None or not self._zygote.is_alive:
            self._zygote = ForkServer("autograder.sandbox.zygote", clean_environment())
        if self._graders is None or not self._graders.is_alive:
            self._graders = ForkServer("autograder.pool.worker", {**os.environ, "PYTHONHASHSEED": "0"})
        return self._zygote, self._graders


def _readable(jobs: dict[int, _Job]) -> list[int]:
    ready, _, _ = select.select(list(jobs), [], [])
    return ready


def _message(job: _Job) -> Any:
    """Return what a grading process says; a process that is gone failed."""
    try:
        return job.child.channel.receive()
    except (Closed, WireError):
        return {"failed": f"the grading process of {job.submission.student} ended: {job.child.how_it_ended()}"}


def _graded(report: str, run: str, notebook: Any) -> Graded:
    return Graded(from_json(report.encode(), GradeReport), from_json(run.encode(), RunFacts), notebook)
