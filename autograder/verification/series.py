"""Grades known answers side by side: a few processes of ours, each of which grades one answer after the other.

A process that dies costs its answer one retry; then the checks of that answer are ERRORs, and the series goes on.
"""

from __future__ import annotations

import contextlib
import os
import select
import tempfile
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import msgspec
import numpy as np

from autograder.course import Course
from autograder.errors import WireError
from autograder.grading import find_setup
from autograder.grading.scope import Scope
from autograder.pool.events import Listener, Started, Step, ignore
from autograder.records import GradeId, GradeReport, Outcome, StudentId, from_json
from autograder.rubric import Rubric
from autograder.sandbox.child import Child
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import AUTO
from autograder.sandbox.spec import clean_environment
from autograder.suite import plugin
from autograder.training.devices import TrainingOptions
from autograder.wire import Closed


@dataclass(frozen=True)
class Answer:
    """One answer of ours, and the part of a grading that it can touch; all where None."""

    name: str
    sources: Mapping[GradeId, str]
    scope: Scope | None = None


@dataclass
class _Busy:
    """A process at work on an answer."""

    answer: Answer
    job: dict[str, Any]
    tries: int
    child: Child


class Series:
    """Processes that grade answers of one assignment; a context manager.

    Parameters
    ----------
    isolation
        The wall around answers, as `choose` takes it.
    workers
        Answers that are graded at the same time; by default as many as there are cores.
    """

    def __init__(self, course: Course, rubric: Rubric, *, isolation: str = AUTO, workers: int | None = None) -> None:
        self._course = course
        self._rubric = rubric
        self._isolation = isolation
        self._workers = workers or os.cpu_count() or 1
        setup = find_setup(rubric, None, TrainingOptions())
        self._spec: dict[str, Any] = {
            "course": str(course.root),
            "assignment": rubric.assignment.id,
            "setup": msgspec.to_builtins(setup),
        }
        self._idle: list[Child] = []
        self._busy: dict[int, _Busy] = {}
        self._servers: list[ForkServer] = []
        self._files = contextlib.ExitStack()  # the processes' own folders: they are killed, and clean nothing up

    def __enter__(self) -> Self:
        """Start the servers, which import at the same time, and find the wall.

        Raises
        ------
        UsageError
            If the course's secret cannot be used.
        InfrastructureError
            If they do not start, or no wall holds that is as strong as was asked for.
        """
        self._course.secret()  # made, or refused, before many processes want it
        try:
            folder = tempfile.TemporaryDirectory(prefix="autograder-verify-", ignore_cleanup_errors=True)
            self._spec["folder"] = self._files.enter_context(folder)
            self._servers.append(ForkServer("autograder.sandbox.zygote", clean_environment()))
            environment = {**os.environ, **self._course.secret().environment(), "PYTHONHASHSEED": "0"}
            self._servers.append(ForkServer("autograder.verification.worker", environment))
            tier = choose(self._servers[0].control, self._course.root, self._isolation)
        except BaseException:
            self.__exit__()
            raise
        self._spec["tier"] = tier.value
        return self

    def __exit__(self, *error: object) -> None:
        for child in [*self._idle, *(busy.child for busy in self._busy.values())]:
            child.close()
        for server in reversed(self._servers):
            server.close()
        self._files.close()

    def grade(self, answers: Sequence[Answer], *, on_event: Listener = ignore) -> Iterator[tuple[Answer, GradeReport]]:
        """Yield the report of each answer, with the checks that are in its scope, as they are there.

        The listener is told what is started and done, not what is finished: a report may have to be completed first.

        Raises
        ------
        InfrastructureError
            If no process can be started.
        """
        for answer, found in self._done([(answer, _job(answer)) for answer in answers], on_event):
            match found:
                case {"report": np.ndarray() as report}:
                    yield answer, from_json(report.tobytes(), GradeReport)
                case {"failed": str(why)}:
                    yield answer, self._failed(answer, why)

    def compare(
        self,
        reference: Mapping[GradeId, str],
        answers: Sequence[tuple[Answer, Collection[str]]],
        *,
        on_event: Listener = ignore,
    ) -> Iterator[tuple[str, str]]:
        """Yield the name of each answer, and in what it differs from the reference under the names that go with it.

        Raises
        ------
        InfrastructureError
            If no process can be started.
        """
        jobs = [
            (answer, {**_job(answer), "reference": dict(reference), "compare": sorted(names)})
            for answer, names in answers
        ]
        for answer, found in self._done(jobs, on_event):
            match found:
                case {"difference": str(difference)}:
                    yield answer.name, difference
                case {"failed": str(why)}:
                    yield answer.name, f"it could not be compared with the reference: {why}"

    def _done(self, jobs: Sequence[tuple[Answer, dict[str, Any]]], on_event: Listener) -> Iterator[tuple[Answer, Any]]:
        """Yield what comes back of each job: its result, or that it failed twice."""
        queue = deque((answer, job, 0) for answer, job in jobs)
        while queue or self._busy:
            while queue and len(self._busy) < self._workers:
                answer, job, tries = queue.popleft()
                on_event(Started(student=StudentId(answer.name)))
                child = self._idle.pop() if self._idle else self._start()
                with contextlib.suppress(Closed):  # it is told when it is read from
                    child.channel.send(job)
                self._busy[child.channel.sock.fileno()] = _Busy(answer, job, tries, child)
            ready, _, _ = select.select(list(self._busy), [], [])
            for descriptor in ready:
                busy = self._busy[descriptor]
                match _message(busy.child):
                    case {"step": str(text)}:
                        on_event(Step(student=StudentId(busy.answer.name), text=text))
                        continue
                    case {"failed": str()} if not busy.tries:
                        self._busy.pop(descriptor).child.close()
                        queue.append((busy.answer, busy.job, 1))
                    case {"failed": str()} as found:
                        self._busy.pop(descriptor).child.close()
                        yield busy.answer, found
                    case found:
                        self._idle.append(self._busy.pop(descriptor).child)
                        yield busy.answer, found

    def _start(self) -> Child:
        zygote, graders = self._servers
        return graders.control.fork(self._spec, zygote.control.fileno())

    def _failed(self, answer: Answer, why: str) -> GradeReport:
        checks = self._rubric.all_checks(Outcome.ERROR, plugin.ERROR_SENTENCE, why)
        return GradeReport(
            assignment=self._rubric.assignment.id,
            student=StudentId(answer.name),
            submission_sha256="",
            release_id="",
            isolation=self._spec["tier"],
            questions=self._rubric.questions(checks, frozenset()),
            checks=tuple(c for c in checks if answer.scope is None or c.check_id in answer.scope.checks),
        )


def _job(answer: Answer) -> dict[str, Any]:
    scope = answer.scope
    return {
        "name": answer.name,
        "sources": dict(answer.sources),
        "cells": None if scope is None or scope.cells is None else sorted(scope.cells),
        "checks": None if scope is None else sorted(scope.checks),
    }


def _message(child: Child) -> Any:
    """Return what a process says; one that is gone failed."""
    try:
        return child.channel.receive()
    except (Closed, WireError):
        return {"failed": f"the grading process ended: {child.how_it_ended()}"}
