"""The fork server of a series: a child of it grades many answers of ours, one after the other.

Every answer gets a process of its own behind the wall, as any submission. What they share is ours: this process, with
the suite and its settings read once, and the process that models are rebuilt in, which keeps nothing between
two questions (`models.runtime`); it is exchanged now and then, for its memory, and whenever a check ended in an ERROR.

A child is sent, any number of times::

    {"name": str, "sources": {grade_id: source}, "cells": [int] | None, "checks": [id] | None}

and answers as `pool.worker` does, but for the executed notebook. Sent a ``"reference"``, sources as well, and names to
``"compare"``, it answers ``{"difference": str}``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder.corpus import fill
from autograder.course import Course, Submission
from autograder.errors import AutograderError
from autograder.grading import Grader
from autograder.grading.scope import Scope
from autograder.models.answers import AnswerCache, RememberingRuntime
from autograder.models.view import RuntimePort
from autograder.mutation.equivalence import Expected, ask_reference, find_difference
from autograder.mutation.inputs import read_inputs
from autograder.notebooks import cells
from autograder.records import AssignmentId, CheckId, GradeId, GradeReport, Outcome, StudentId, to_json
from autograder.rubric import Rubric
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.isolation.choice import children
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_runtime
from autograder.sandbox.session import Cell, NotebookSession
from autograder.sandbox.spec import walled
from autograder.suite import runner
from autograder.suite.submission import Submission as SubmissionUnderTest
from autograder.training.devices import Setup
from autograder.wire import Channel, Closed

USES = 40
"""Answers whose models one process rebuilds before it is exchanged."""


class _Runtime:
    """The process that models are rebuilt in, opened when the first one is."""

    def __init__(self, zygote: ControlSocket, tier: Tier, known: AnswerCache) -> None:
        self._zygote, self._tier, self._known = zygote, tier, known
        self._stack = contextlib.ExitStack()
        self._port: RuntimePort | None = None
        self._uses = 0

    def open(self) -> RuntimePort:
        """Return the process."""
        if self._port is None:
            opener = functools.partial(open_runtime, self._zygote, self._tier)
            self._port = self._stack.enter_context(RememberingRuntime(opener, self._known, is_ours=True))
        return self._port

    def used(self, report: GradeReport | None) -> None:
        """Count an answer, and end the process where it is time."""
        self._uses += 1
        is_healthy = report is not None and all(check.outcome is not Outcome.ERROR for check in report.checks)
        if self._uses == USES or not is_healthy:
            self._stack.close()
            self._port, self._uses = None, 0


def run_child(request: Request) -> None:
    """Grade what comes until the other side closes."""
    request.ready()
    channel = Channel(request.job)
    spec = request.spec
    zygote, tier = ControlSocket(socket.socket(fileno=request.descriptors[0])), Tier(spec["tier"])
    course = Course(Path(spec["course"]))
    rubric = Rubric.read(course.assignment(AssignmentId(spec["assignment"])))
    runtime = _Runtime(zygote, tier, AnswerCache(course.cache, course.secret()))
    grader = Grader(
        course,
        rubric,
        zygote,
        tier,
        setup=msgspec.convert(spec["setup"], Setup),
        on_step=lambda text: channel.send({"step": text}),
        open_runtime=runtime.open,
    )
    comparison = _Comparison(grader, runtime)
    folder = Path(tempfile.mkdtemp(dir=spec["folder"]))
    with contextlib.suppress(Closed):
        while True:
            job = channel.receive()
            report: GradeReport | None = None
            try:
                if "compare" in job:
                    channel.send({"difference": comparison.difference(job)})
                    continue
                report = _grade(grader, job, folder)
                channel.send({"report": np.frombuffer(to_json(report), np.uint8)})
            except AutograderError as error:
                channel.send({"failed": error.message})
            except Exception:  # noqa: BLE001 - a bug of ours costs this answer an ERROR, not the series
                channel.send({"failed": traceback.format_exc()[-4000:]})
            runtime.used(report)
            comparison.forget()


def _grade(grader: Grader, job: dict[str, Any], folder: Path) -> GradeReport:
    sources = {GradeId(name): source for name, source in job["sources"].items()}
    path = folder / f"{grader.rubric.assignment.id}.ipynb"
    path.write_bytes(cells.to_bytes(fill(grader.rubric.released, sources)))
    submission = Submission(assignment=grader.rubric.assignment.id, student=StudentId(job["name"]), path=path)
    scope = None
    if job["checks"] is not None:
        wanted = None if job["cells"] is None else frozenset(job["cells"])
        scope = Scope(wanted, frozenset(CheckId(name) for name in job["checks"]))
    return dataclasses.replace(grader, scope=scope).grade(submission).report


class _Comparison:
    """Compares answers with the reference, which is asked once for each set of names."""

    def __init__(self, grader: Grader, runtime: _Runtime) -> None:
        self._grader, self._runtime = grader, runtime
        self._inputs = read_inputs(grader.rubric.assignment.solutions / "inputs.py")
        self._expected: dict[tuple[str, ...], tuple[Expected, ...]] = {}

    def difference(self, job: dict[str, Any]) -> str:
        """Return what an answer does not share with the reference under some names."""
        names = tuple(job["compare"])
        if names not in self._expected:
            with self._opened(job["reference"], job["cells"]) as reference:
                self._expected[names] = ask_reference(reference, names, self._inputs)
        with self._opened(job["sources"], job["cells"]) as other:
            return find_difference(self._expected[names], other)

    def forget(self) -> None:
        """Forget the reference's answers: the process of their models has ended."""
        self._expected.clear()

    @contextlib.contextmanager
    def _opened(self, sources: dict[str, str], wanted: list[int]) -> Iterator[SubmissionUnderTest]:
        session = _session(self._grader, sources, wanted)
        try:
            session.run()
            yield SubmissionUnderTest(session, self._runtime.open, {})
        finally:
            session.close()


def _session(grader: Grader, sources: dict[str, str], wanted: list[int]) -> NotebookSession:
    assignment = grader.rubric.assignment
    notebook = fill(grader.rubric.released, {GradeId(name): source for name, source in sources.items()})
    return NotebookSession(
        children(grader.zygote, grader.tier),
        [Cell(index, None, notebook.cells[index].source) for index in wanted],
        limits=assignment.settings.limits,
        execution=assignment.settings.execution,
        surroundings=walled(
            grader.tier,
            assignment.settings.limits,
            {name: assignment.folder / name for name in assignment.settings.files},
        ),
    )


if __name__ == "__main__":
    runner.warm()
    serve(int(sys.argv[1]), run_child)
