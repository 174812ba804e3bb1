"""What a node of a cluster does: it owns the two fork servers of its machine, grades with them, and trains.

Whoever drives the cluster calls it over the cluster's own means; nothing here knows them. All of a node's answers are
messages of the kinds that `pool.worker` and `pool.asked` name.
"""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import Any

from autograder.course import Course
from autograder.errors import AutograderError, InfrastructureError
from autograder.grading.key import VERSIONED
from autograder.grading.scope import Scope
from autograder.models.view import RuntimePort
from autograder.pool import servers
from autograder.pool.asked import finished, raised
from autograder.pool.servers import Servers
from autograder.pool.shipping import Files, HandedInFiles, unpacked_course, unpacked_submission
from autograder.records import Record
from autograder.sandbox.isolation.choice import choose
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_own_trainer, open_trainer
from autograder.secret import CourseSecret
from autograder.training.devices import Place, Setup, smallest_mib
from autograder.training.jobs import TrainingJob
from autograder.training.service import TrainingService
from autograder.training.slots import machine_folder
from autograder.wire import Closed

Opener = Callable[[Place], AbstractContextManager[RuntimePort]]

_NOT_OURS = ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LD_PRELOAD")
"""Variables that a cluster sets in its processes, beside those that begin with its name."""


class Asked(Record, frozen=True, kw_only=True):
    """How submissions are graded: the same for all of a batch."""

    recipe: str | None
    tier: Tier
    setup: Setup
    scope: Scope | None = None


def versions() -> dict[str, str]:
    """Return the versions of what a report depends on: equal on all machines of a cluster."""
    return {name: version(name) for name in VERSIONED}


class Node:
    """The servers of one machine, and the course on it.

    Every method may be called while others run, each in a thread of its own.

    Parameters
    ----------
    files, secret
        The course.
    expected
        The versions that whoever drives has.
    """

    def __init__(self, files: Files, secret: CourseSecret, expected: Mapping[str, str]) -> None:
        self._secret = secret
        self._expected = expected
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        environment = {name: value for name, value in kept.items() if name not in _NOT_OURS}
        self._stack = contextlib.ExitStack()
        self._course: Course = self._stack.enter_context(unpacked_course(files))
        self._servers = self._stack.enter_context(Servers({**environment, **secret.environment()}))
        self._answers: dict[int, queue.SimpleQueue[Any]] = {}

    def begin(self, wanted: str) -> dict[str, str]:
        """Start the servers and find the wall: ``{"tier": ...}``, or ``{"refused": why}``.

        Parameters
        ----------
        wanted
            As `choose` takes it.
        """
        if problem := _other_versions(self._expected):
            return {"refused": problem}
        try:
            return {"tier": choose(self._servers.zygote, self._course.root, wanted).value}
        except (AutograderError, OSError) as error:
            return {"refused": error.message if isinstance(error, AutograderError) else str(error)}

    def grade(self, number: int, packed: HandedInFiles, asked: Asked) -> Iterator[Any]:
        """Yield the messages of the process that grades a submission; the last one is its report, or why there is none.

        Parameters
        ----------
        number
            By which `answer` names this grading.
        """
        answers = self._answers.setdefault(number, queue.SimpleQueue())
        try:
            with (
                unpacked_submission(self._course, packed) as submission,
                self._servers.fork(
                    self._course,
                    submission,
                    recipe=asked.recipe,
                    tier=asked.tier,
                    setup=asked.setup,
                    scope=asked.scope,
                    asks_for_trainings=True,
                ) as child,
            ):
                while True:
                    message = servers.message(child, submission)
                    yield message
                    if "train" in message:
                        with contextlib.suppress(Closed):  # it is gone: the next message says so
                            child.channel.send(answers.get())
                    elif "step" not in message:
                        return
        except (AutograderError, OSError) as error:
            yield {"failed": error.message if isinstance(error, AutograderError) else str(error)}
        finally:
            self._answers.pop(number, None)

    def answer(self, number: int, answer: dict[str, Any]) -> None:
        """Give a grading the training that it waits for."""
        if number in self._answers:
            self._answers[number].put(answer)

    def train(self, key: str, job: dict[str, Any], setup: Setup, tier: Tier) -> Iterator[Any]:
        """Yield ``{"step": text}`` while a model is trained on the CPU, and in the end the answer of `pool.asked`."""
        opener = functools.partial(open_trainer, self._servers.zygote, tier)
        yield from _trained(self._secret, key, job, setup, opener)

    def close(self) -> None:
        """End everything, and remove the course."""
        self._stack.close()


def train_on_card(
    secret: CourseSecret, key: str, job: dict[str, Any], setup: Setup, card: str, expected: Mapping[str, str]
) -> Iterator[Any]:
    """Yield the same as `Node.train`, of a training on a GPU.

    Parameters
    ----------
    setup
        What trains in the whole cluster.
    card
        The GPU's number on this machine.
    """
    if problem := _other_versions(expected):
        yield raised(InfrastructureError(f"{socket.gethostname()} cannot train: {problem}"))
        return
    if not card.isdecimal():
        yield raised(InfrastructureError(f"{socket.gethostname()} cannot train: its GPU {card} has no number"))
        return
    here = setup.on_card(int(card), smallest_mib())
    yield from _trained(secret, key, job, here, functools.partial(open_own_trainer, Tier.NONE))


def _trained(secret: CourseSecret, key: str, job: dict[str, Any], setup: Setup, opener: Opener) -> Iterator[Any]:
    said: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def make() -> None:
        try:
            service = TrainingService(
                secret=secret,
                cache_folder=machine_folder(),  # is not used: who asked keeps what is made
                open_trainer=opener,
                setup=setup,
                on_state=lambda text: said.put({"step": text}),
            )
            said.put(finished(service.made(key, TrainingJob.from_data(job))))
        except AutograderError as error:
            said.put(raised(error))
        except Exception:  # noqa: BLE001 - a bug of ours costs this training, not the node
            said.put(raised(InfrastructureError(traceback.format_exc()[-4000:])))

    threading.Thread(target=make, daemon=True).start()
    while "step" in (message := said.get()):
        yield message
    yield message


def _other_versions(expected: Mapping[str, str]) -> str:
    """Return why reports that are made here would not be comparable; empty where they are."""
    here = versions()
    other = [f"{name} {here[name]}" for name in VERSIONED if here[name] != expected[name]]
    wanted = [f"{name} {expected[name]}" for name in VERSIONED if here[name] != expected[name]]
    return f"it has {', '.join(other)}, and the command {', '.join(wanted)}: make them alike" if other else ""
