"""What a check holds as `train`: it has a model trained by us, as a recipe says, and judged on images of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.errors import AssignmentError
from autograder.models.graph import ModelGraph
from autograder.models.view import ModelView
from autograder.records import CheckId, GradeId, Measure, TrainingRecord


@dataclass(frozen=True)
class TrainingAsked:
    """A training that a check asks for.

    Attributes
    ----------
    recipe
        Its name; None for the one that the assignment, or whoever grades, chooses.
    measure
        What the model is judged by; None for the first measure of the recipe's task.
    keeps_weights
        Whether training begins with the weights of the graph.
    """

    check: CheckId
    question: GradeId
    graph: ModelGraph
    recipe: str | None = None
    measure: Measure | None = None
    keeps_weights: bool = False


Trainer = Callable[[TrainingAsked], TrainingRecord]
"""Trains what is asked for."""


class Train:
    """Has models of one check's question trained."""

    def __init__(self, trainer: Trainer, check: CheckId, question: GradeId) -> None:
        self._trainer = trainer
        self._check = check
        self._question = question

    def __call__(
        self, model: ModelView, *, weights: str = "new", recipe: str | None = None, measure: str | None = None
    ) -> TrainingRecord:
        """Train a model and judge it.

        Parameters
        ----------
        weights
            ``new`` ones, or ``submitted``: training goes on from those that the view carries, which counts only where
            the labels of held-out images are secret (see `suite.evaluation`). Layers that are frozen stay as they are.
        recipe
            A recipe of the assignment, by name; its own one, or that of ``grade --recipe``, where None.
        measure
            ``accuracy`` or ``iou``, as the recipe's task has it; the first measure of the task where None.

        Returns
        -------
        A record whose `value` and `floor` are compared; `under_floor` does it.

        Raises
        ------
        SubmissionError
            If the model cannot be trained, or takes too long.
        AssignmentError
            If there are no such weights, recipe or measure.
        """
        if weights not in ("new", "submitted"):
            raise AssignmentError(f"train(model, weights={weights!r}): weights are 'new' or 'submitted'")
        asked = TrainingAsked(
            self._check, self._question, model.graph, recipe, measure_named(measure), weights == "submitted"
        )
        return self._trainer(asked)


def measure_named(name: str | None) -> Measure | None:
    """Return the measure that a suite names.

    Raises
    ------
    AssignmentError
        If there is none of that name.
    """
    try:
        return None if name is None else Measure(name)
    except ValueError:
        known = " and ".join(repr(each.value) for each in Measure)
        raise AssignmentError(f"measure={name!r}: there are {known}") from None
