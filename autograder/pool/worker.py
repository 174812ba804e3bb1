"""The fork server of grading: a child of it grades one submission and sends back its report.

It has everything that grading imports, and pytest warmed, but no TensorFlow. A child gets the zygote's control
socket, and says on its job socket::

    {"step": str}                                              any number of times
    {"report": array, "run": array, "notebook": array | None}  once: JSON texts, as bytes since they may be long
    {"failed": str}                                            instead, where our side failed

Where it is to ask for trainings, it says what `pool.asked` describes, and is told the answer on the same socket.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.random

import autograder.models.reading  # noqa: F401 - as NumPy's, what each child would load for itself
from autograder.course import Course, Submission
from autograder.errors import AutograderError
from autograder.grading import Grader
from autograder.grading.key import identity, versions
from autograder.grading.needed import learn
from autograder.grading.scope import Scope
from autograder.models.answers import code_digest
from autograder.pool.asked import asking
from autograder.records import AssignmentId, StudentId, to_json
from autograder.rubric import Rubric
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.forkserver import Request, serve
from autograder.sandbox.isolation.settings import readable
from autograder.sandbox.isolation.tiers import Tier
from autograder.settings import SameCode
from autograder.suite import runner
from autograder.training.devices import Setup
from autograder.wire import Channel


def run_child(request: Request) -> None:
    """Grade the submission that the request names."""
    spec = request.spec
    request.ready()
    channel = Channel(request.job)
    course = Course(Path(spec["course"]))
    zygote = ControlSocket(socket.socket(fileno=request.descriptors[0]))
    submission = Submission(
        assignment=AssignmentId(spec["assignment"]), student=StudentId(spec["student"]), path=Path(spec["path"])
    )
    try:
        rubric = Rubric.remembered(course.assignment(submission.assignment))
        scope = msgspec.convert(spec["scope"], Scope | None)
        grader = Grader(
            course,
            rubric,
            zygote,
            Tier(spec["tier"]),
            spec["recipe"],
            msgspec.convert(spec["setup"], Setup),
            on_step=_telling(channel),
            scope=scope,
            elsewhere=asking(channel) if spec["asks_for_trainings"] else None,
            asks_anew=scope is not None or rubric.assignment.settings.grading.same_code is SameCode.ASKED,
        )
        graded = grader.grade(submission)
    except AutograderError as error:
        channel.send({"failed": error.message})
        return
    except Exception:  # noqa: BLE001 - a bug of ours costs this submission an ERROR, not the batch
        channel.send({"failed": traceback.format_exc()[-4000:]})
        return
    channel.send(
        {
            "report": _sent(to_json(graded.report)),
            "run": _sent(to_json(graded.run)),
            "notebook": None if graded.notebook is None else _sent(graded.notebook.encode()),
        }
    )


def prepare(spec: Mapping[str, Any]) -> None:
    """Read and find what a child is going to need, for all that come after it."""
    code_digest()
    versions()
    identity(msgspec.convert(spec["setup"], Setup))
    readable()
    with contextlib.suppress(AutograderError):  # the child meets it again, and tells
        rubric = Rubric.remembered(Course(Path(spec["course"])).assignment(AssignmentId(spec["assignment"])))
        learn(rubric.released)
        runner.prepare(rubric.assignment.suite, rubric.digest)


def _telling(channel: Channel) -> Callable[[str], None]:
    """Return what tells each step once, however many checks it has."""
    last: list[str] = []

    def tell(text: str) -> None:
        if last != [text]:
            last[:] = [text]
            channel.send({"step": text})

    return tell


def _sent(text: bytes) -> np.ndarray:
    return np.frombuffer(text, np.uint8)


if __name__ == "__main__":
    runner.warm()
    serve(int(sys.argv[1]), run_child, prepare=prepare)
