"""Makes trainings side by side: on a CPU each worker on cores of its own, on GPUs one in each slot.

Starting, compiling and the many small operations of a small network keep one core busy while others wait. A training
takes no more CPU seconds on one core than on two, so two of them side by side are done earlier than one after the
other. The slot that keeps gradings from training at the same time is left alone there: calibrate while nothing is
graded.
"""

from __future__ import annotations

import contextlib
import os
import queue
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from autograder.calibrating.models import Model
from autograder.errors import AssignmentError, SubmissionError
from autograder.models.view import RuntimePort
from autograder.sandbox.client import ControlSocket, ForkServer
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_trainer
from autograder.sandbox.spec import clean_environment
from autograder.secret import CourseSecret
from autograder.settings import Recipe
from autograder.training.calibration import SeedRun, without_floors
from autograder.training.devices import CPU, Place, Setup
from autograder.training.service import TrainingService

PATIENCE = 10
"""How many times longer than in grading a training may take: a limit is for what students hand in."""
END_S = 30.0
_DECIMALS = 4


@dataclass(frozen=True)
class Job:
    """A model that is to be trained in full, for the course that a seed makes up."""

    model: Model
    seed: int
    key: str = ""


@dataclass(frozen=True)
class Done:
    """A job that was done: `seconds` in all, and of each question to the process that trained, by its name."""

    job: Job
    run: SeedRun
    seconds: float
    asked: tuple[tuple[str, float], ...]


class Workers:
    """Threads that train, each with a fork server; a context manager.

    Parameters
    ----------
    setup
        What trains; its slots are the trainings at a time, on a CPU too.
    tier
        The wall around our own processes that train.
    """

    def __init__(self, setup: Setup, tier: Tier) -> None:
        self._setup = setup
        self._tier = tier
        self._tasks: queue.SimpleQueue[tuple[Job, str, Recipe] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()
        self._servers: list[ForkServer] = []
        self._threads: list[threading.Thread] = []
        self._is_over = False
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-calibrate-")

    def train(self, jobs: Sequence[Job], recipe_name: str, recipe: Recipe) -> Iterator[Done]:
        """Yield jobs as they are done.

        Raises
        ------
        AssignmentError
            If a model cannot be trained.
        InfrastructureError
            If a process that trains fails.
        """
        for job in jobs:
            self._tasks.put((job, recipe_name, recipe))
        for _ in jobs:
            result = self._results.get()
            if isinstance(result, BaseException):
                raise result
            yield result

    def __enter__(self) -> Self:
        for number, cores in enumerate(_shares(self._setup)):
            folder = Path(self._folder.name) / str(number)
            thread = threading.Thread(target=self._work, args=(folder, cores), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over = True
        for _ in self._threads:
            self._tasks.put(None)
        for server in list(self._servers):
            server.close()  # whoever waits for a training is told that it ended
        for thread in self._threads:
            thread.join(END_S)
        self._folder.cleanup()

    def _work(self, folder: Path, cores: set[int]) -> None:
        try:
            os.sched_setaffinity(0, cores)  # of this thread, and of what it starts
            with ForkServer("autograder.sandbox.zygote", clean_environment()) as server:
                self._servers.append(server)
                worker = _Worker(server.control, self._tier, self._setup, folder)
                for task in iter(self._tasks.get, None):
                    if self._is_over:
                        return
                    self._results.put(worker.train(*task))
        except BaseException as error:  # noqa: BLE001 - raised again where the result is waited for
            self._results.put(error)


class _Worker:
    """Trains one after another, keeping the images of a course for the models that follow on them."""

    def __init__(self, zygote: ControlSocket, tier: Tier, setup: Setup, folder: Path) -> None:
        self._zygote = zygote
        self._tier = tier
        self._setup = setup
        self._folder = folder
        self._asked: list[tuple[str, float]] = []
        self._course: tuple[int, TrainingService] | None = None

    def train(self, job: Job, recipe_name: str, recipe: Recipe) -> Done:
        """Return a job that was done.

        Raises
        ------
        AssignmentError
            If its model cannot be trained.
        """
        self._asked.clear()
        patient = msgspec.structs.replace(without_floors(recipe), wall_s=recipe.wall_s * PATIENCE)
        model = job.model
        started = time.monotonic()
        try:
            records = {
                measure: self._service(job.seed).train(  # once: the further measures are in the cache
                    model.graph,
                    question=model.question,
                    recipe_name=recipe_name,
                    recipe=patient,
                    measure=measure,
                    keeps_weights=model.keeps_weights,
                )
                for measure in recipe.task.measures
            }
        except SubmissionError as error:
            message = f"{model.variants[0]}: its {model.question} cannot be calibrated: {error.message}"
            raise AssignmentError(message) from error
        run = SeedRun(
            seed=job.seed,
            device=records[recipe.measure].device,
            test={measure: _rounded(record.attempts[0].test) for measure, record in records.items()},
            train={measure: _rounded(record.attempts[0].train) for measure, record in records.items()},
        )
        return Done(job, run, time.monotonic() - started, tuple(self._asked))

    def _service(self, seed: int) -> TrainingService:
        """Return the trainings of the course that a seed makes up; on a CPU they wait for nobody's slot."""
        if self._course is None or self._course[0] != seed:
            is_cpu = self._setup.device == CPU
            service = TrainingService(
                secret=CourseSecret(f"calibration {seed}"),
                cache_folder=self._folder,
                open_trainer=self._open,
                setup=msgspec.structs.replace(self._setup, slots=1) if is_cpu else self._setup,
                slots_folder=self._folder / "slots" if is_cpu else None,
            )
            self._course = seed, service
        return self._course[1]

    @contextlib.contextmanager
    def _open(self, place: Place) -> Iterator[RuntimePort]:
        with open_trainer(self._zygote, self._tier, place) as runtime:
            yield _Timed(runtime, self._asked)


class _Timed:
    """A process that trains, and how long it took over each question."""

    def __init__(self, port: RuntimePort, asked: list[tuple[str, float]]) -> None:
        self._port = port
        self._asked = asked

    def ask(self, op: str, /, *, timeout_s: float | None = None, **args: Any) -> Any:
        started = time.monotonic()
        answer = self._port.ask(op, timeout_s=timeout_s, **args)
        self._asked.append((op, time.monotonic() - started))
        return answer


def _shares(setup: Setup) -> list[set[int]]:
    """Return the cores of each worker: all of them where GPUs train."""
    cores = sorted(os.sched_getaffinity(0))
    if setup.device != CPU:
        return [set(cores)] * setup.slots
    return [set(cores[number % len(cores) :: setup.slots]) for number in range(setup.slots)]


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(each, _DECIMALS) for each in values)
