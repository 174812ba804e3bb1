"""The two fork servers that a machine grades with, and the words that a grading process says.

One server is the zygote, which has TensorFlow and becomes students' processes and models; the other has what grading
imports, and becomes a process for each submission (`pool.worker`), which is given the zygote's control socket.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Self

import msgspec
import numpy as np

from autograder.course import Course, Submission
from autograder.errors import InfrastructureError, WireError
from autograder.grading import Graded
from autograder.grading.scope import Scope
from autograder.records import GradeReport, Outcome, RunFacts, from_json
from autograder.sandbox.child import Child
from autograder.sandbox.client import ControlSocket, ForkServer
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.spec import clean_environment
from autograder.training.devices import Setup
from autograder.wire import Closed


class Servers:
    """Both servers, started when they are first needed and again where one has died; a context manager.

    Threads may share it.

    Parameters
    ----------
    environment
        Of the processes that grade, which are ours; this process's own where None. The zygote's is a clean one.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._zygote: ForkServer | None = None
        self._graders: ForkServer | None = None
        self._starting = threading.Lock()  # two threads must not start the same server

    @property
    def running(self) -> tuple[ForkServer, ForkServer] | None:
        """Both servers, if they run: another pair, or None, where one has died meanwhile."""
        if self._zygote is None or self._graders is None:
            return None
        return (self._zygote, self._graders) if self._zygote.is_alive and self._graders.is_alive else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End both, and with them every child."""
        for server in (self._graders, self._zygote):
            if server is not None:
                server.close()

    @property
    def zygote(self) -> ControlSocket:
        """Where children with TensorFlow are asked for."""
        return self._started()[0]

    def fork(
        self,
        course: Course,
        submission: Submission,
        *,
        recipe: str | None,
        tier: Tier,
        setup: Setup,
        scope: Scope | None = None,
        asks_for_trainings: bool = False,
    ) -> Child:
        """Return a process that grades a submission; what it says is for `message`.

        Parameters
        ----------
        asks_for_trainings
            Whether it asks whoever listens for finished trainings, in place of making them itself.
        """
        zygote, graders = self._started()
        spec = {
            "course": str(course.root),
            "assignment": submission.assignment,
            "student": submission.student,
            "path": str(submission.path),
            "recipe": recipe,
            "tier": tier.value,
            "setup": msgspec.to_builtins(setup),
            "scope": msgspec.to_builtins(scope),
            "asks_for_trainings": asks_for_trainings,
        }
        return graders.fork(spec, zygote.fileno())

    def start(self) -> tuple[ForkServer, ForkServer]:
        """Start what does not run yet, zygote first, without waiting: they import at the same time."""
        grading = os.environ if self._environment is None else self._environment
        with self._starting:
            self._zygote = _living(self._zygote, "autograder.sandbox.zygote", clean_environment())
            self._graders = _living(self._graders, "autograder.pool.worker", {**grading, "PYTHONHASHSEED": "0"})
            return self._zygote, self._graders

    def _started(self) -> tuple[ControlSocket, ControlSocket]:
        """Return where both are asked."""
        zygote, graders = self.start()
        return zygote.control, graders.control


def message(child: Child, submission: Submission) -> Any:
    """Return what a grading process says next; a process that is gone failed."""
    try:
        return child.channel.receive()
    except (Closed, WireError):
        return {"failed": f"the grading process of {submission.student} ended: {child.how_it_ended()}"}


def graded(report: np.ndarray, run: np.ndarray, notebook: np.ndarray | None) -> Graded:
    """Return the result that a grading process sent."""
    text = None if notebook is None else notebook.tobytes().decode()
    return Graded(from_json(report.tobytes(), GradeReport), from_json(run.tobytes(), RunFacts), text)


def _living(server: ForkServer | None, module: str, environment: Mapping[str, str]) -> ForkServer:
    """Return a server that runs: the one that there is, or a new one."""
    if server is not None:
        if server.is_alive:
            return server
        server.close()
    return ForkServer(module, environment)


def met_a_death(report: GradeReport) -> bool:
    """Return whether a check could not be made because a process of ours ended, or did not answer, under it."""
    errors = (check.staff_note for check in report.checks if check.outcome is Outcome.ERROR)
    return any(_MACHINE_FAILED.search(note) for note in errors)


def _kinds(error: type[Exception]) -> Iterator[str]:
    yield error.__name__
    for kind in error.__subclasses__():
        yield from _kinds(kind)


_MACHINE_FAILED = re.compile(rf"^[\w.]*\.({'|'.join(_kinds(InfrastructureError))})\b", re.MULTILINE)
"""The line of a traceback that names an error of the machine."""
