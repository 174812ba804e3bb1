"""Trains a model as a recipe says, and judges it: the trusted side of training.

The process that trains never sees a held-out label; accuracy is computed here from what it predicts. The best
epoch counts. Training stops as soon as the floor is reached, since no further epoch can change the verdict, and
what misses the floor is trained again from other seeds, as often as the recipe says, before the miss stands.

What is reported about a floor is what a training that stops there would have seen, whatever longer training
happens to be in the cache: a report does not depend on what was graded before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from autograder import datasets
from autograder.course import CourseSecret
from autograder.datasets import Dataset
from autograder.errors import AssignmentError, InfrastructureError, ModelRefused, OutOfMemory
from autograder.models.graph import ModelGraph
from autograder.models.view import RuntimePort
from autograder.records import Attempt, Evidence, GradeId, TrainingRecord
from autograder.settings import Device, Recipe
from autograder.training.attempt import UNREACHABLE, Trained, train, work
from autograder.training.cache import DEFAULT_BYTES, Entry, TrainingCache
from autograder.training.devices import BACKEND, CPU, Place, Setup
from autograder.training.evidence import accuracy, examine, mistakes, pictures
from autograder.training.slots import Slots, machine_folder

__all__ = ["BACKEND", "TRAINER_VERSION", "TrainingService", "accuracy"]

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
    ) -> None:
        self._setup = setup or Setup()
        self._secret = secret
        self._cache = TrainingCache(cache_folder, secret, max_bytes=cache_bytes)
        self._open_trainer = open_trainer
        self._on_state = on_state
        self._slots = Slots(slots_folder or machine_folder(), self._setup.places())
        self._data: tuple[tuple[str, int, int], Dataset] | None = None  # the last ones: making them takes a second

    def train(
        self,
        graph: ModelGraph,
        *,
        question: GradeId,
        recipe_name: str,
        recipe: Recipe,
        keeps_weights: bool = False,
    ) -> TrainingRecord:
        """Train a model until it reaches the question's floor, or until every attempt has missed it.

        Where the recipe has no floor for the question, one attempt is trained in full.

        Parameters
        ----------
        keeps_weights
            Begin with the weights that the graph carries, not with new ones.

        Raises
        ------
        ModelRefused
            If the model cannot be trained to classify.
        LimitExceeded
            If one attempt takes longer than the recipe allows.
        AssignmentError
            If weights are kept and the labels of the held-out images are public.
        InfrastructureError
            If the process that trains fails.
        """
        recipe = self._setup.applied(recipe)
        if keeps_weights:
            require_secret_labels(recipe_name, recipe)
            _require_weights(graph)
        floor = recipe.floors.get(question)
        attempts: list[Attempt] = []
        entries: list[Entry] = []
        for number in range(recipe.attempts if floor is not None else 1):
            job = _Job(graph, question, recipe_name, recipe, number, keeps_weights)
            entry = self._entry(job, UNREACHABLE if floor is None else floor)
            entries.append(entry)
            attempts.append(_until(entry.attempt, floor))
            if floor is not None and entry.attempt.best >= floor:
                break
        best = max(range(len(attempts)), key=lambda number: attempts[number].best)
        counted = entries[best].epochs[int(np.argmax(attempts[best].test_accuracy))]
        return TrainingRecord(
            question=question,
            recipe=recipe_name,
            floor=floor or 0.0,
            attempts=tuple(attempts),
            device=entries[best].device,
            backend=entries[best].backend,
            evidence=Evidence.CONTINUED if keeps_weights else Evidence.RECIPE,
            class_names=datasets.class_names(recipe.dataset),
            confusion=counted.confusion,
            mistakes=mistakes(counted, entries[best].images),
        )

    def data(self, recipe: Recipe) -> Dataset:
        """Return the images and labels of a recipe, held-out ones included."""
        asked = (recipe.dataset, recipe.num_train, recipe.num_test)
        if self._data is None or self._data[0] != asked:
            seed = self._data_seed(recipe)
            made = datasets.load(recipe.dataset, num_train=recipe.num_train, num_test=recipe.num_test, seed=seed)
            self._data = asked, made
        return self._data[1]

    def evaluate(
        self,
        scores: np.ndarray,
        *,
        question: GradeId,
        recipe_name: str,
        recipe: Recipe,
        evidence: Evidence,
    ) -> TrainingRecord:
        """Judge what a model of the student's predicts for the held-out images of a recipe.

        No mistakes are shown: a model that may hold weights of the student's could be made to know them.

        Parameters
        ----------
        scores : (n, k) float
            One row for each held-out image.
        evidence
            `WEIGHTS` or `PREDICTIONS`.

        Raises
        ------
        ModelRefused
            If there is not one row of scores for each image.
        AssignmentError
            If the labels of the held-out images are public.
        """
        require_secret_labels(recipe_name, recipe)
        data = self.data(recipe)
        if scores.ndim != 2 or len(scores) != len(data.test_labels) or scores.dtype.kind not in "fiu":
            raise ModelRefused(
                f"for {len(data.test_labels):,} images the model predicts an array of shape {scores.shape} and type "
                f"{scores.dtype}: one row of scores for each image was expected"
            )
        reached = accuracy(scores, data.test_labels)
        return TrainingRecord(
            question=question,
            recipe=recipe_name,
            floor=recipe.floors.get(question, 0.0),
            attempts=(Attempt(seed=0, test_accuracy=(reached,), train_accuracy=(), loss=()),),
            device=CPU,
            backend=BACKEND,
            evidence=evidence,
            class_names=data.class_names,
            confusion=examine(scores, data, are_probabilities=False).confusion,
        )

    def _entry(self, job: _Job, floor: float) -> Entry:
        """Return a training that answers a floor, from the cache or made now."""
        key = self._key(job)
        found = self._cache.read(key)
        if found is not None and found.answers(floor):
            return found
        self._on_state(f"waiting to train {job.question}")
        with self._cache.locked(key):
            found = self._cache.read(key)
            if found is None or not found.answers(floor):
                found = self._made(key, job, floor)
                self._cache.write(found)
        self._on_state(f"checking {job.question}")
        return found

    def _made(self, key: str, job: _Job, floor: float) -> Entry:
        """Train; where the memory is used up, once more with the device to itself."""
        data = self.data(job.recipe)
        try:
            with self._slots.taken(attempt=job.number, work=work(job.graph)) as place:
                trained = self._trained(job, data, floor, place)
        except OutOfMemory:
            self._on_state(f"waiting to train {job.question} alone")
            with self._slots.alone(place) as place:
                trained = self._trained(job, data, floor, place)
        return Entry(
            key=key,
            question=job.question,
            recipe=job.recipe_name,
            attempt=trained.attempt,
            device=trained.device,
            backend=trained.backend,
            is_whole=trained.is_whole,
            epochs=trained.epochs,
            images=pictures(trained.epochs, data),
        )

    def _trained(self, job: _Job, data: Dataset, floor: float, place: Place) -> Trained:
        self._on_state(f"training {job.words}")

        def tell(attempt: Attempt) -> None:
            done = f"epoch {len(attempt.loss)} of {job.recipe.epochs}, {attempt.best:.0%}"
            self._on_state(f"training {job.words}: {done}")

        with self._open_trainer(place) as runtime:
            trained = train(
                runtime,
                job.graph,
                data,
                job.recipe,
                seed=self._seed(job),
                floor=floor,
                keeps_weights=job.keeps_weights,
                on_epoch=tell,
            )
        if trained.device != place.device:
            raise InfrastructureError(
                f"a training was to run on a {place.device}, and {trained.backend} used a {trained.device}: look at "
                "the driver, or grade with --device cpu"
            )
        return trained

    def _key(self, job: _Job) -> str:
        recipe = job.recipe
        parts = {
            "graph": job.graph.key,
            "weights": _weights_digest(job.graph) if job.keeps_weights else "",
            "recipe": deciding(recipe),
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

    def _seed(self, job: _Job) -> int:
        what = msgspec.json.encode(deciding(job.recipe)).decode()
        return self._secret.seed("training", job.graph.key, what, str(job.number))

    def _data_seed(self, recipe: Recipe) -> int:
        return self._secret.seed("data", recipe.dataset)


@dataclass(frozen=True)
class _Job:
    """One attempt at one question's model."""

    graph: ModelGraph
    question: GradeId
    recipe_name: str
    recipe: Recipe
    number: int
    keeps_weights: bool

    @property
    def words(self) -> str:
        again = f" (seed {self.number + 1} of {self.recipe.attempts})" if self.number else ""
        return f"{self.question}{again}"


def require_secret_labels(recipe_name: str, recipe: Recipe) -> None:
    """Refuse to judge what may hold something of the student's by labels that everybody can look up.

    Raises
    ------
    AssignmentError
        If the recipe's data set is one of the world.
    """
    if datasets.has_public_labels(recipe.dataset):
        raise AssignmentError(
            f"the recipe {recipe_name!r} is on {recipe.dataset}, whose labels are public: a table of them scores "
            "100 %, so a student's own weights and predictions say nothing there. Only trainings of ours from new "
            "weights can be judged on it; for the others choose a recipe on the data set 'shapes'"
        )


def deciding(recipe: Recipe) -> Recipe:
    """Return the part of a recipe that decides what a training does."""
    return msgspec.structs.replace(recipe, floors={}, attempts=1, wall_s=1.0, device=Device.AUTO)


def _weights_digest(graph: ModelGraph) -> str:
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
    epochs = 1 + next(index for index, reached in enumerate(attempt.test_accuracy) if reached >= floor)
    return Attempt(
        seed=attempt.seed,
        test_accuracy=attempt.test_accuracy[:epochs],
        train_accuracy=attempt.train_accuracy[:epochs],
        loss=attempt.loss[:epochs],
    )
