"""Trains a model as a recipe says, and judges it: the trusted side of training.

The process that trains never sees a held-out label; accuracy is computed here from what it predicts. The best
epoch counts. Training stops as soon as the floor is reached, since no further epoch can change the verdict, and
what misses the floor is trained again from other seeds, as often as the recipe says, before the miss stands.

What is reported about a floor is what a training that stops there would have seen, whatever longer training
happens to be in the cache: a report does not depend on what was graded before it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder import datasets
from autograder.course import CourseSecret
from autograder.errors import InfrastructureError, LimitExceeded
from autograder.models.graph import ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import Attempt, GradeId, TrainingRecord
from autograder.settings import Recipe
from autograder.training.cache import Entry, TrainingCache
from autograder.training.slots import machine_folder, slot

BACKEND = "tensorflow"
DEVICE = "cpu"
TRAINER_VERSION = 1
"""Counts up whenever `autograder.training.trainer` trains otherwise: finished trainings do not hold for it."""


class TrainingService:
    """Answers how well models do.

    Parameters
    ----------
    secret
        Of the course: decides the data and the seeds.
    cache_folder
        Where finished trainings are kept.
    open_runtime
        Opens a fresh process for one training.
    on_state
        Is told what is being waited for or trained.
    slots_folder
        Where the locks lie that let one training run at a time; without it, one on this machine.
    """

    def __init__(
        self,
        *,
        secret: CourseSecret,
        cache_folder: Path,
        open_runtime: Callable[[], AbstractContextManager[RuntimePort]],
        on_state: Callable[[str], None] = lambda text: None,
        slots_folder: Path | None = None,
    ) -> None:
        self._secret = secret
        self._cache = TrainingCache(cache_folder)
        self._open_runtime = open_runtime
        self._on_state = on_state
        self._slots_folder = slots_folder or machine_folder()

    def train(self, graph: ModelGraph, *, question: GradeId, recipe_name: str, recipe: Recipe) -> TrainingRecord:
        """Train a model until it reaches the question's floor, or until every attempt has missed it.

        Where the recipe has no floor for the question, one attempt is trained in full.

        Raises
        ------
        ModelRefused
            If the model cannot be trained to classify.
        LimitExceeded
            If one attempt takes longer than the recipe allows.
        InfrastructureError
            If the process that trains fails.
        """
        floor = recipe.floors.get(question)
        attempts: list[Attempt] = []
        entry = None
        for number in range(recipe.attempts if floor is not None else 1):
            entry = self._entry(graph, question, recipe, number, 2.0 if floor is None else floor)
            attempts.append(_until(entry.attempt, floor))
            if floor is not None and entry.attempt.best >= floor:
                break
        return TrainingRecord(
            question=question,
            recipe=recipe_name,
            floor=floor or 0.0,
            attempts=tuple(attempts),
            device=entry.device if entry else DEVICE,
        )

    def _entry(self, graph: ModelGraph, question: GradeId, recipe: Recipe, number: int, floor: float) -> Entry:
        """Return a training that answers a floor, from the cache or made now."""
        key = self._key(graph, recipe, number)
        found = self._cache.read(key)
        if found is not None and found.answers(floor):
            return found
        self._on_state(f"waiting to train {question}")
        with self._cache.locked(key):
            found = self._cache.read(key)
            if found is None or not found.answers(floor):
                with slot(self._slots_folder):
                    found = self._trained(key, graph, question, recipe, number, floor)
                self._cache.write(found)
        self._on_state(f"checking {question}")
        return found

    def _trained(
        self, key: str, graph: ModelGraph, question: GradeId, recipe: Recipe, number: int, floor: float
    ) -> Entry:
        again = f" (seed {number + 1} of {recipe.attempts})" if number else ""
        self._on_state(f"training {question}{again}")
        data = datasets.load(
            recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=self._data_seed(recipe)
        )
        seed = self._seed(graph, recipe, number)
        attempt = Attempt(seed=seed, test_accuracy=(), train_accuracy=(), loss=())
        with self._open_runtime() as runtime:
            clock = _Clock(recipe.wall_s)
            started = clock.ask(
                runtime,
                "start_training",
                graph=graph.to_data(),
                images=data.train_images,
                labels=data.train_labels,
                held_out=data.test_images,
                num_classes=data.num_classes,
                seed=seed,
                epochs=recipe.epochs,
                batch_size=recipe.batch_size,
                optimizer=recipe.optimizer.value,
                learning_rate=recipe.learning_rate,
                schedule=recipe.schedule.value,
                flip=recipe.flip,
            )
            diverged = False
            while len(attempt.loss) < recipe.epochs and attempt.best < floor and not diverged:
                epoch = clock.ask(runtime, "train_epoch")
                attempt = _longer(attempt, epoch, data.test_labels)
                diverged = not np.isfinite(epoch["loss"])  # weights that are no numbers any more stay so
                best = f"{attempt.best:.0%}"
                self._on_state(f"training {question}{again}: epoch {len(attempt.loss)} of {recipe.epochs}, {best}")
        is_whole = diverged or len(attempt.loss) == recipe.epochs
        return Entry(key=key, attempt=attempt, device=str(started["device"]), is_whole=is_whole)

    def _key(self, graph: ModelGraph, recipe: Recipe, number: int) -> str:
        parts = {
            "graph": graph.key,
            "recipe": _without_floors(recipe),
            "data": datasets.fingerprint(
                recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=self._data_seed(recipe)
            ),
            "secret": self._secret.digest,
            "attempt": number,
            "keras": version("keras"),
            "backend": (BACKEND, version(BACKEND)),
            "device": DEVICE,
            "trainer": TRAINER_VERSION,
        }
        return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()

    def _seed(self, graph: ModelGraph, recipe: Recipe, number: int) -> int:
        deciding = msgspec.json.encode(_without_floors(recipe)).decode()
        return self._secret.seed("training", graph.key, deciding, str(number))

    def _data_seed(self, recipe: Recipe) -> int:
        return self._secret.seed("data", recipe.dataset)


class _Clock:
    """Asks the process that trains, within the wall clock of one attempt."""

    def __init__(self, wall_s: float) -> None:
        self._wall_s = wall_s
        self._deadline = time.monotonic() + wall_s

    def ask(self, runtime: RuntimePort, op: str, **args: Any) -> Any:
        """Return the answer.

        Raises
        ------
        LimitExceeded
            If the attempt's time is over, before the answer or with it.
        """
        left = self._deadline - time.monotonic()
        try:
            if left > 0:
                return runtime.ask(op, timeout_s=left, **args)
        except InfrastructureError as error:
            if time.monotonic() < self._deadline:
                raise
            raise self._exceeded() from error
        raise self._exceeded()

    def _exceeded(self) -> LimitExceeded:
        return LimitExceeded(
            f"training the model takes longer than the {self._wall_s:g} s that it may take: a smaller one is needed"
        )


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of images whose largest score is their label's.

    Parameters
    ----------
    scores : (n, k) float
        Rows that hold a number which is not finite count as wrong.
    labels : (n,) int

    Raises
    ------
    InfrastructureError
        If there is not one row of scores for each label.
    """
    if scores.ndim != 2 or len(scores) != len(labels):
        raise InfrastructureError(f"predictions of shape {scores.shape} came back for {len(labels)} images")
    is_right = np.isfinite(scores).all(axis=1) & (scores.argmax(axis=1) == labels)
    return float(is_right.mean())


def _longer(attempt: Attempt, epoch: Any, labels: np.ndarray) -> Attempt:
    """Return an attempt with one epoch more."""
    return Attempt(
        seed=attempt.seed,
        test_accuracy=(*attempt.test_accuracy, accuracy(epoch["scores"], labels)),
        train_accuracy=(*attempt.train_accuracy, float(epoch["train_accuracy"])),
        loss=(*attempt.loss, _finite(float(epoch["loss"]))),
    )


def _finite(loss: float) -> float:
    """JSON knows no infinity: a loss that left the numbers is shown as a very large one."""
    return loss if np.isfinite(loss) else 1e30


def _until(attempt: Attempt, floor: float | None) -> Attempt:
    """Return an attempt up to the epoch that reached the floor."""
    if floor is None or attempt.best < floor:
        return attempt
    epochs = 1 + next(index for index, reached in enumerate(attempt.test_accuracy) if reached >= floor)
    return Attempt(
        seed=attempt.seed,
        test_accuracy=attempt.test_accuracy[:epochs],
        train_accuracy=attempt.train_accuracy[:epochs],
        loss=attempt.loss[:epochs],
    )


def _without_floors(recipe: Recipe) -> Recipe:
    """Return the part of a recipe that decides what a training does."""
    return msgspec.structs.replace(recipe, floors={}, attempts=1, wall_s=1.0)
