"""Judges what is the student's own: a training by their function, or weights that they handed in.

Only labels that nobody can look up say anything about it: the held-out split has to come from the course's secret.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.models.graph import ModelGraph
from autograder.records import Evidence, GradeId, TrainingRecord
from autograder.settings import Recipe
from autograder.training.service import TrainingService, require_secret_labels


class Evaluation:
    """The data of one recipe, for models of a student's own.

    Parameters
    ----------
    choose
        Returns the recipe and its name.
    on_record
        Is told every result.
    """

    def __init__(
        self,
        service: TrainingService,
        choose: Callable[[], tuple[str, Recipe]],
        on_record: Callable[[TrainingRecord], None] = lambda record: None,
    ) -> None:
        self._service = service
        self._choose = choose
        self._on_record = on_record

    def training_data(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the training images (n, h, w, c), floats from 0 to 255, and their labels (n,).

        Raises
        ------
        AssignmentError
            If the labels of the data set are public.
        """
        data = self._service.data(self._allowed()[1])
        return data.train_images.astype(np.float32), data.train_labels

    def held_out(self) -> NDArray[np.float32]:
        """Return the held-out images, floats from 0 to 255.

        Raises
        ------
        AssignmentError
            If the labels of the data set are public.
        """
        return self._service.data(self._allowed()[1]).test_images.astype(np.float32)

    def judge(self, scores: np.ndarray, question: GradeId, evidence: Evidence) -> TrainingRecord:
        """Judge scores (n, k) of the held-out images.

        Raises
        ------
        ModelRefused
            If there is not one row of scores for each image.
        AssignmentError
            If the labels of the data set are public.
        """
        name, recipe = self._choose()
        record = self._service.evaluate(scores, question=question, recipe_name=name, recipe=recipe, evidence=evidence)
        self._on_record(record)
        return record

    def train_on(self, graph: ModelGraph, question: GradeId) -> TrainingRecord:
        """Train a model as the recipe says, beginning with the weights that it carries.

        Raises
        ------
        ModelRefused, LimitExceeded, InfrastructureError
            As `TrainingService.train` does.
        AssignmentError
            If the labels of the data set are public, or the graph carries no weights.
        """
        name, recipe = self._choose()
        record = self._service.train(graph, question=question, recipe_name=name, recipe=recipe, keeps_weights=True)
        self._on_record(record)
        return record

    def _allowed(self) -> tuple[str, Recipe]:
        name, recipe = self._choose()
        require_secret_labels(name, recipe)
        return name, recipe
