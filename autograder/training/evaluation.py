"""Judges what is the student's own: a training by their function, or weights that they handed in.

Only labels that nobody can look up say anything about it: the held-out split has to come from the course's secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder import datasets
from autograder.records import Evidence, GradeId, Measure, TrainingRecord
from autograder.settings import Recipe
from autograder.training.recipes import require_secret_labels
from autograder.training.service import TrainingService


class Evaluation:
    """The data of an assignment's recipes, for models of a student's own.

    Parameters
    ----------
    choose
        Returns a recipe and its name, for a name or None.
    on_record
        Is told every result.
    """

    def __init__(
        self,
        service: TrainingService,
        choose: Callable[[str | None], tuple[str, Recipe]],
        on_record: Callable[[TrainingRecord], None] = lambda record: None,
    ) -> None:
        self._service = service
        self._choose = choose
        self._on_record = on_record

    def training_data(self, recipe: str | None) -> Mapping[str, NDArray[Any]]:
        """Return the training ``images`` (n, h, w, c), floats from 0 to 255, and what is known of them.

        These are ``labels`` (n,), and where the data set has them ``boxes`` (n, 4) and ``masks`` (n, h, w).

        Raises
        ------
        AssignmentError
            If the labels of the data set are public.
        """
        chosen = self._allowed(recipe)
        data = self._service.data(chosen)
        known = {name: getattr(data, f"train_{name}") for name in datasets.known_of(chosen.dataset)}
        return {"images": data.train_images.astype(np.float32), **known}

    def held_out(self, recipe: str | None) -> NDArray[np.float32]:
        """Return the held-out images, floats from 0 to 255.

        Raises
        ------
        AssignmentError
            If the labels of the data set are public.
        """
        return self._service.data(self._allowed(recipe)).test_images.astype(np.float32)

    def judge(
        self,
        returned: Sequence[np.ndarray],
        question: GradeId,
        evidence: Evidence,
        recipe: str | None,
        measure: Measure | None,
    ) -> TrainingRecord:
        """Judge what a model returns for the held-out images, one array for each of its outputs.

        Raises
        ------
        ModelRefused
            If these are not the outputs of the recipe's task, for each image.
        AssignmentError
            If the labels of the data set are public, or the recipe's task has no such measure.
        """
        name, chosen = self._choose(recipe)
        record = self._service.evaluate(
            returned, question=question, recipe_name=name, recipe=chosen, evidence=evidence, measure=measure
        )
        self._on_record(record)
        return record

    def _allowed(self, recipe: str | None) -> Recipe:
        name, chosen = self._choose(recipe)
        require_secret_labels(name, chosen)
        return chosen
