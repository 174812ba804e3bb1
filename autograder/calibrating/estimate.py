"""How long trainings take: by what is known of earlier ones, or by one that is made shorter."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

import msgspec

from autograder.calibrating.workers import Done, Job
from autograder.records import GradeId
from autograder.settings import Recipe

SHORT_BATCHES = 24
"""Of an epoch that is trained to learn what a batch takes."""
_WORTH_IT = 4
"""How many times longer the whole training has to be, for a short one to be made first."""


def shortened(recipe: Recipe) -> Recipe | None:
    """Return the same recipe for fewer images and two epochs; None where that would not be much shorter."""
    num_train = SHORT_BATCHES * recipe.batch_size
    if recipe.epochs * recipe.num_train < _WORTH_IT * 2 * num_train:
        return None
    num_test = math.ceil(recipe.num_test * num_train / recipe.num_train)
    return msgspec.structs.replace(recipe, num_train=num_train, num_test=num_test, epochs=2)


def extrapolated(done: Done, short: Recipe, recipe: Recipe) -> float:
    """Return how many seconds a recipe takes, where its shortened form took what it did.

    The second epoch is what every epoch takes for each image; what the first one took beyond that (a graph is
    compiled) and all that comes before it do not grow with the recipe.
    """
    epochs = [seconds for op, seconds in done.asked if op == "train_epoch"]
    if len(epochs) < 2:  # it diverged
        return done.seconds * recipe.epochs / 2
    once = max(done.seconds - 2 * epochs[1], 0.0)
    return once + recipe.epochs * epochs[1] * recipe.num_train / short.num_train


class Estimate:
    """Seconds of trainings, from the best that is known of each: of the model itself, of its question, of any."""

    def __init__(self) -> None:
        self._of_model: dict[str, list[float]] = {}
        self._of_question: dict[GradeId, list[float]] = {}
        self._measured: dict[GradeId, float] = {}

    def add(self, job: Job, seconds: float) -> None:
        """Take a training into account."""
        self._of_model.setdefault(job.model.key, []).append(seconds)
        self._of_question.setdefault(job.model.question, []).append(seconds)

    def measured(self, question: GradeId, seconds: float) -> None:
        """Take into account what was found for the reference's model."""
        self._measured[question] = seconds

    def knows(self, question: GradeId) -> bool:
        """Whether something is known of a question's models."""
        return question in self._of_question or question in self._measured

    def left(self, jobs: Iterable[Job], workers: int) -> float | None:
        """Return in how many seconds some jobs are done; None while nothing is known of any training."""
        each = [self._of(job) for job in jobs]
        if None in each:
            return None
        seconds = [one for one in each if one is not None]
        return max(math.fsum(seconds) / workers, max(seconds, default=0.0))

    def _of(self, job: Job) -> float | None:
        question = job.model.question
        known: Sequence[float] = self._of_model.get(job.model.key, ())
        if not known and question in self._measured:
            return self._measured[question]
        if not known:
            known = self._of_question.get(question) or [one for all_ in self._of_question.values() for one in all_]
        return statistics.fmean(known) if known else None
