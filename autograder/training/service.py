"""Trains a model as a recipe says, and judges it: the trusted side of training.

The process that trains never sees what is known of held-out images; how well it does is computed here from what it
predicts. The best epoch counts. Training stops as soon as every floor of the question is reached, since no further
epoch can change a verdict, and what misses its floor is trained again from other seeds, as often as the recipe says,
before the miss stands.

What is reported about a floor is what a training that stops there would have seen, whatever longer training
happens to be in the cache: a report does not depend on what was graded before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from autograder import datasets
from autograder.datasets import Dataset
from autograder.errors import AssignmentError, InfrastructureError, OutOfMemory
from autograder.models.graph import ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import Attempt, Evidence, GradeId, Measure, TrainingRecord
from autograder.secret import CourseSecret
from autograder.settings import Device, Recipe
from autograder.training.attempt import Trained, train, work
from autograder.training.cache import DEFAULT_BYTES, Entry, TrainingCache
from autograder.training.devices import BACKEND, CPU, Place, Setup
from autograder.training.evidence import Epoch, Guesses, looked_at, mistakes, pictures
from autograder.training.jobs import Elsewhere, TrainingJob
from autograder.training.measures import measured
from autograder.training.outputs import predicted
from autograder.training.recipes import as_data, deciding, judged_by, require_secret_labels
from autograder.training.slots import Slots, machine_folder

__all__ = ["BACKEND", "TRAINER_VERSION", "TrainingService"]

TRAINER_VERSION = 2
"""Counts up whenever `autograder.training.trainer` trains otherwise: finished trainings do not hold for it."""


class TrainingService:
    """Answers how well models do.

    Parameters
    ----------
    secret
        Of the course: decides the data and the seeds.
    cache_folder
        Where finished trainings are kept.
    open_trainer
        Opens a fresh process for one training, at the place that it is given.
    setup
        What trains here.
    on_state
        Is told what is being waited for or trained.
    slots_folder
        Where the locks lie that let one training run at a time; without it, one on this machine.
    cache_bytes
        Room for finished trainings.
    elsewhere
        Gives finished trainings, in place of the cache and of what trains here.
    """

    def __init__(
        self,
        *,
        secret: CourseSecret,
        cache_folder: Path,
        open_trainer: Callable[[Place], AbstractContextManager[RuntimePort]],
        setup: Setup | None = None,
        on_state: Callable[[str], None] = lambda text: None,
        slots_folder: Path | None = None,
        cache_bytes: int = DEFAULT_BYTES,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._setup = setup or Setup()
        self._secret = secret
        self._cache = TrainingCache(cache_folder, secret, max_bytes=cache_bytes)
        self._open_trainer = open_trainer
        self._on_state = on_state
        self._elsewhere = elsewhere
        self._slots = Slots(slots_folder or machine_folder(), self._setup.places())
        self._data: tuple[tuple[str, int, int], Dataset] | None = None  # the last ones: making them takes a second

    def train(
        self,
        graph: ModelGraph,
        *,
        question: GradeId,
        recipe_name: str,
        recipe: Recipe,
        measure: Measure | None = None,
        keeps_weights: bool = False,
    ) -> TrainingRecord:
        """Train a model until it reaches the question's floor, or until every attempt has missed it.

        Where the recipe has no floor for the question in this measure, one attempt is trained in full.

        Parameters
        ----------
        measure
            What the model is judged by; the first measure of the recipe's task where None.
        keeps_weights
            Begin with the weights that the graph carries, not with new ones.

        Raises
        ------
        ModelRefused
            If the model cannot be trained for the recipe's task.
        LimitExceeded
            If one attempt takes longer than the recipe allows.
        AssignmentError
            If the recipe's task needs what its data set does not have, or has no such measure; if weights are kept and
            the labels of the held-out images are public.
        InfrastructureError
            If the process that trains fails.
        """
        recipe = self._setup.applied(recipe)
        measure = judged_by(recipe_name, recipe, measure)
        self._require_device(recipe_name, recipe)
        if keeps_weights:
            require_secret_labels(recipe_name, recipe)
            _require_weights(graph)
        floor = recipe.floor(question, measure)
        attempts: list[Attempt] = []
        entries: list[Entry] = []
        for number in range(recipe.attempts if floor is not None else 1):
            job = TrainingJob(graph, question, recipe_name, recipe, measure, number, keeps_weights)
            entry = self._entry(job)
            entries.append(entry)
            attempts.append(_until(entry.attempt(measure), floor))
            if floor is not None and attempts[-1].best >= floor:
                break
        best = max(range(len(attempts)), key=lambda number: attempts[number].best)
        counted = entries[best].epochs[int(np.argmax(attempts[best].test))].guesses
        if keeps_weights:  # as in `evaluate`: weights of a student's could be made to know the images that are shown
            counted = Guesses(confusion=counted.confusion)
        return TrainingRecord(
            question=question,
            recipe=recipe_name,
            measure=measure,
            floor=floor or 0.0,
            attempts=tuple(attempts),
            device=entries[best].device,
            backend=entries[best].backend,
            evidence=Evidence.CONTINUED if keeps_weights else Evidence.RECIPE,
            class_names=datasets.class_names(recipe.dataset),
            confusion=counted.confusion,
            mistakes=mistakes(counted, entries[best].images),
            overlaps=counted.overlaps,
        )

    def data(self, recipe: Recipe) -> Dataset:
        """Return the images of a recipe with what is known of them, held-out ones included."""
        asked = (recipe.dataset, recipe.num_train, recipe.num_test)
        if self._data is None or self._data[0] != asked:
            seed = self._data_seed(recipe)
            made = datasets.load(recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=seed)
            self._data = asked, made
        return self._data[1]

    def evaluate(
        self,
        returned: Sequence[np.ndarray],
        *,
        question: GradeId,
        recipe_name: str,
        recipe: Recipe,
        evidence: Evidence,
        measure: Measure | None = None,
    ) -> TrainingRecord:
        """Judge what a model of the student's predicts for the held-out images of a recipe.

        No mistakes are shown: a model that may hold weights of the student's could be made to know them.

        Parameters
        ----------
        returned
            The outputs of the model, each (n, ...) of numbers with one row for each held-out image.
        evidence
            `WEIGHTS` or `PREDICTIONS`.
        measure
            As for `train`.

        Raises
        ------
        ModelRefused
            If they are not the outputs of the recipe's task, for each image.
        AssignmentError
            As for `train`.
        """
        measure = judged_by(recipe_name, recipe, measure)
        require_secret_labels(recipe_name, recipe)
        data = self.data(recipe)
        predictions = predicted(recipe.task, returned, data)
        are_probabilities = all(((each >= 0) & (each <= 1)).all() for each in predictions.values())
        reached = measured(recipe.task, predictions, data, are_probabilities=are_probabilities)[measure]
        return TrainingRecord(
            question=question,
            recipe=recipe_name,
            measure=measure,
            floor=recipe.floor(question, measure) or 0.0,
            attempts=(Attempt(seed=0, test=(reached,), train=(), loss=()),),
            device=CPU,
            backend=BACKEND,
            evidence=evidence,
            class_names=data.class_names,
            confusion=looked_at(recipe.task, predictions, data, are_probabilities=False).confusion,
        )

    def made(self, key: str, job: TrainingJob) -> Entry:
        """Train, whatever the cache holds; where the memory is used up, once more with the device to itself.

        Raises
        ------
        The same as `train`.
        """
        data = self.data(job.recipe)
        try:
            with self._slots.taken(attempt=job.number, work=work(job.graph)) as place:
                trained = self._trained(job, data, place)
        except OutOfMemory:
            self._on_state(f"waiting to train {job.question} alone")
            with self._slots.alone(place) as place:
                trained = self._trained(job, data, place)
        return Entry(
            key=key,
            question=job.question,
            recipe=job.recipe_name,
            seed=self._seed(job),
            device=trained.device,
            backend=trained.backend,
            is_whole=trained.is_whole,
            epochs=trained.epochs,
            images=pictures((epoch.guesses for epoch in trained.epochs), data),
        )

    def _entry(self, job: TrainingJob) -> Entry:
        """Return a training that answers the floor of a job, from the cache or made now."""
        key = self._key(job)
        if self._elsewhere is not None:
            self._on_state(f"waiting to train {job.question}")
            given = self._elsewhere(key, job)
            self._on_state(f"checking {job.question}")
            return given
        found = self._cache.read(key)
        if found is not None and found.answers(job.measure, job.floor):
            return found
        self._on_state(f"waiting to train {job.question}")
        with self._cache.locked(key):
            found = self._cache.read(key)
            if found is None or not found.answers(job.measure, job.floor):
                found = self.made(key, job)
                self._cache.write(found)
        self._on_state(f"checking {job.question}")
        return found

    def _trained(self, job: TrainingJob, data: Dataset, place: Place) -> Trained:
        self._on_state(f"training {job.words}")

        def tell(epochs: Sequence[Epoch]) -> None:
            best = max(epoch.test[job.measure] for epoch in epochs)
            done = f"epoch {len(epochs)} of {job.recipe.epochs}, {best:.0%}"
            self._on_state(f"training {job.words}: {done}")

        with self._open_trainer(place) as runtime:
            trained = train(
                runtime,
                job.graph,
                data,
                job.recipe,
                seed=self._seed(job),
                floors=job.floors,
                keeps_weights=job.keeps_weights,
                on_epoch=tell,
            )
        if trained.device != place.device:
            raise InfrastructureError(
                f"a training was to run on a {place.device}, and {trained.backend} used a {trained.device}: look at "
                "the driver, or grade with --device cpu"
            )
        return trained

    def _key(self, job: TrainingJob) -> str:
        recipe = job.recipe
        parts = {
            "graph": job.graph.key,
            "weights": weights_digest(job.graph) if job.keeps_weights else "",
            "recipe": as_data(deciding(recipe)),
            "data": datasets.fingerprint(
                recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=self._data_seed(recipe)
            ),
            "secret": self._secret.digest,
            "attempt": job.number,
            "keras": version("keras"),
            "backend": (self._setup.backend, version(self._setup.backend)),
            "device": self._setup.device,
            "trainer": TRAINER_VERSION,
        }
        return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()

    def _seed(self, job: TrainingJob) -> int:
        what = msgspec.json.encode(as_data(deciding(job.recipe))).decode()
        return self._secret.seed("training", job.graph.key, what, str(job.number))

    def _require_device(self, recipe_name: str, recipe: Recipe) -> None:
        """Refuse a recipe that a suite names and that does not train where the assignment's own one does."""
        if recipe.device not in (Device.AUTO, self._setup.device):
            raise AssignmentError(
                f"the recipe {recipe_name!r} requires device = {recipe.device.value!r}, and models are trained on a "
                f"{self._setup.device} here: let all recipes of an assignment require the same, or none anything"
            )

    def _data_seed(self, recipe: Recipe) -> int:
        return self._secret.seed("data", recipe.dataset)


def weights_digest(graph: ModelGraph) -> str:
    """Return a hash of the weights that a graph carries."""
    digest = hashlib.sha256()
    for weight in graph.weights:
        digest.update(np.ascontiguousarray(weight.value).tobytes())
    return digest.hexdigest()


def _require_weights(graph: ModelGraph) -> None:
    if not graph.has_weights:
        raise AssignmentError(f"the model {graph.name!r} has no weights to begin with: ask for it with weights=True")


def _until(attempt: Attempt, floor: float | None) -> Attempt:
    """Return an attempt up to the epoch that reached the floor."""
    if floor is None or attempt.best < floor:
        return attempt
    epochs = 1 + next(index for index, reached in enumerate(attempt.test) if reached >= floor)
    return Attempt(
        seed=attempt.seed, test=attempt.test[:epochs], train=attempt.train[:epochs], loss=attempt.loss[:epochs]
    )
