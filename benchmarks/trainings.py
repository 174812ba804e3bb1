"""Trains as a grading does, with an empty cache: what the benchmarks of training share."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.calibrating.models import Model
from autograder.models.graph import ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import GradeId, TrainingRecord
from autograder.sandbox.client import ForkServer
from autograder.sandbox.isolation.tiers import Tier
from autograder.sandbox.runtimes import open_trainer
from autograder.secret import CourseSecret
from autograder.settings import Recipe
from autograder.training.devices import Place, Setup
from autograder.training.service import TrainingService

QUESTION = GradeId("benchmark")


@dataclass(frozen=True)
class Run:
    """One training with everything that a grading does around it."""

    record: TrainingRecord
    seconds: float
    cpu_seconds: float
    """Of the process that trained, over all cores: what a busy machine does not change."""


@dataclass(frozen=True)
class Early:
    """A model until its verdict, and the same attempts in full: epochs and seconds of both."""

    name: str
    question: GradeId
    passes: bool
    epochs: tuple[int, int]
    seconds: tuple[float, float]


class Bench:
    """Trains in fresh processes, with an empty cache."""

    def __init__(self, zygote: ForkServer, setup: Setup) -> None:
        self.zygote = zygote
        self._setup = setup

    def train(self, graph: ModelGraph, recipe: Recipe, seed: int, slots: Path | None = None) -> Run:
        """Train one model, for the course that a seed makes up."""
        cpu_seconds = 0.0

        @contextlib.contextmanager
        def measured(place: Place) -> Iterator[RuntimePort]:
            nonlocal cpu_seconds
            with open_trainer(self.zygote.control, Tier.NONE, place) as trainer:
                yield trainer
                cpu_seconds += trainer.cpu_s

        with tempfile.TemporaryDirectory() as folder:
            service = TrainingService(
                secret=CourseSecret(f"benchmark {seed}"),
                cache_folder=Path(folder),
                open_trainer=measured,
                setup=self._setup,
                slots_folder=slots,
            )
            begin = time.perf_counter()
            record = service.train(graph, question=QUESTION, recipe_name="", recipe=recipe)
            return Run(record, time.perf_counter() - begin, cpu_seconds)


def early(bench: Bench, model: Model, recipe: Recipe, seed: int) -> Early:
    """Train a model until its verdict, and in full.

    Raises
    ------
    SystemExit
        If the verdicts differ.
    """
    floor = recipe.floors[model.question]
    stopped = bench.train(model.graph, msgspec.structs.replace(recipe, floors={QUESTION: floor}), seed)
    attempts = len(stopped.record.attempts)
    full = bench.train(model.graph, msgspec.structs.replace(recipe, floors={QUESTION: 1.0}, attempts=attempts), seed)
    passes = [run.record.test_accuracy >= floor for run in (stopped, full)]
    if len(set(passes)) > 1:
        raise SystemExit(f"{model.variants[0]}: the verdicts on {model.question} differ")
    epochs = [sum(len(attempt.loss) for attempt in run.record.attempts) for run in (stopped, full)]
    return Early(
        name=model.variants[0],
        question=model.question,
        passes=passes[0],
        epochs=(epochs[0], epochs[1]),
        seconds=(stopped.seconds, full.seconds),
    )
