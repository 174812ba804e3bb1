"""What a check holds as `evaluate`: it judges a training by the student's own function, or weights of the student's.

A check that trains by the student's function, in the student's process::

    @points(3, needs="test_returns_history")
    def test_learns(submission, evaluate):
        '''The model that `train` has trained recognises images that it has never seen.'''
        model = submission.make("classifier")
        submission.train("train", model, evaluate.images, evaluate.labels, epochs=3)
        problem = under_floor(evaluate(model))
        assert not problem, problem

and one that judges weights which were handed in beside the notebook; ``weights = ["classifier.weights.h5"]`` in
`assignment.toml` names the file::

    @points(3)
    def test_weights(submission, evaluate):
        '''The weights that were handed in recognise images that they have never seen.'''
        problem = under_floor(evaluate(submission.model("classifier", weights="classifier.weights.h5")))
        assert not problem, problem

Images are those of the assignment's recipe, and so is the floor of the question; ``evaluate.using("segmentation")`` is
the same with another recipe, and ``evaluate(model, measure="iou")`` judges by another measure of its task. The labels,
boxes and masks of the held-out images stay where the verdict is made: the student's process sees the images alone, and
only when it is asked to predict them. They have to come from the course's secret: a recipe on a data set of the world
is refused before anything is graded, for a table of its labels would score 100 %.

A training by the student is made once, not from several seeds as ours are, and its floor is not calibrated: put it well
below what a right answer reaches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AssignmentError, WrongKind
from autograder.models.view import ModelView
from autograder.records import Evidence, GradeId, Measure, TrainingRecord
from autograder.suite import kinds
from autograder.suite.submission import Ref, Submission
from autograder.suite.training import measure_named

BATCH = 250
"""Images that the student's process predicts at once."""


class EvaluationPort(Protocol):
    """Holds the data and makes the verdict; `training.evaluation.Evaluation` is one.

    `recipe` is the name of a recipe, None for the one that the assignment, or whoever grades, chooses.
    """

    def training_data(self, recipe: str | None) -> Mapping[str, NDArray[Any]]:
        """Return the training images and what is known of them: ``images``, ``labels``, ``boxes``, ``masks``."""
        ...

    def held_out(self, recipe: str | None) -> NDArray[np.float32]:
        """Return the held-out images."""
        ...

    def judge(
        self,
        returned: Sequence[np.ndarray],
        question: GradeId,
        evidence: Evidence,
        recipe: str | None,
        measure: Measure | None,
    ) -> TrainingRecord:
        """Judge what a model returns for the held-out images, one array for each of its outputs."""
        ...


class Evaluate:
    """Judges models with the student's own weights; see the module."""

    def __init__(
        self, port: EvaluationPort, submission: Submission, question: GradeId, recipe: str | None = None
    ) -> None:
        self._port = port
        self._submission = submission
        self._question = question
        self._recipe = recipe

    def using(self, recipe: str) -> Evaluate:
        """Return the same for another recipe of the assignment, by name."""
        return Evaluate(self._port, self._submission, self._question, recipe)

    @property
    def images(self) -> NDArray[np.float32]:
        """The training images (n, h, w, c) of the recipe, floats from 0 to 255."""
        return self._known("images")

    @property
    def labels(self) -> NDArray[np.int64]:
        """Their labels (n,)."""
        return self._known("labels")

    @property
    def boxes(self) -> NDArray[np.float32]:
        """The boxes (n, 4) around their objects: x, y, width and height in [0, 1], (x, y) the upper left corner.

        Raises
        ------
        AssignmentError
            If the data set of the recipe has none.
        """
        return self._known("boxes")

    @property
    def masks(self) -> NDArray[np.bool_]:
        """Where their objects are (n, h, w).

        Raises
        ------
        AssignmentError
            If the data set of the recipe has none.
        """
        return self._known("masks")

    def __call__(
        self,
        model: ModelView | Ref,
        *,
        prepare: Callable[[np.ndarray], np.ndarray] = lambda images: images,
        measure: str | None = None,
    ) -> TrainingRecord:
        """Judge a model as it is, on images that it has never seen.

        Parameters
        ----------
        model
            A view with the student's weights, which we rebuilt and which predicts in a process of ours; or the
            student's own model, from `Submission.make` or `Submission.ref`, which predicts in theirs.
        prepare
            Is applied to the held-out images first, where the training images were prepared too.
        measure
            ``accuracy`` or ``iou``, as the recipe's task has it; the first measure of the task where None.

        Returns
        -------
        A record whose `value` and `floor` are compared as after a training of ours.

        Raises
        ------
        SubmissionError
            If the model does not give each image what the recipe's task asks for.
        AssignmentError
            If the labels of the recipe's data set are public, or the view carries no weights.
        """
        images = prepare(self._port.held_out(self._recipe))
        if isinstance(model, Ref):
            return self._judge(self._predicted(model, images), Evidence.PREDICTIONS, measure)
        if not model.graph.has_weights:
            raise AssignmentError(
                f"the model {model.graph.name!r} carries no weights of the student's to judge: ask for it with "
                "submission.model(..., weights=True), or with the name of a file that was handed in"
            )
        return self._judge(_arrays(model.predict(images)), Evidence.WEIGHTS, measure)

    def _judge(self, returned: Sequence[np.ndarray], evidence: Evidence, measure: str | None) -> TrainingRecord:
        return self._port.judge(returned, self._question, evidence, self._recipe, measure_named(measure))

    def _known(self, name: str) -> NDArray[Any]:
        data = self._port.training_data(self._recipe)
        if name not in data:
            raise AssignmentError(f"evaluate.{name}: the data set of the recipe has no {name}")
        return data[name]

    def _predicted(self, model: Ref, images: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what the student's model predicts, asked for in parts so that none takes much memory."""
        parts: list[tuple[np.ndarray, ...]] = []
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            parts.append(self._submission.predict(model, part, returns=_outputs(len(part), *parts[:1])))
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def _arrays(structure: Any) -> tuple[Any, ...]:
    """Return the arrays of a structure: those of a dict by their keys, as Keras orders them."""
    if isinstance(structure, Mapping):
        return tuple(array for key in sorted(structure) for array in _arrays(structure[key]))
    if isinstance(structure, tuple | list):
        return tuple(array for each in structure for array in _arrays(each))
    return (structure,)


def _outputs(count: int, *like: tuple[np.ndarray, ...]) -> kinds.Kind:
    """Accept what a model predicts for so many images: arrays of numbers, of such shapes as those before."""

    def check(value: Any, what: str) -> tuple[np.ndarray, ...]:
        arrays = _arrays(value)
        known = like[0] if like else arrays
        if len(arrays) != len(known):
            raise WrongKind(f"{what} should hold {len(known)} arrays, it holds {len(arrays)}")
        shapes = [(count, *array.shape[1:]) if isinstance(array, np.ndarray) else (count, None) for array in known]
        return tuple(
            kinds.array(shape, dtype="number")(array, what) for shape, array in zip(shapes, arrays, strict=True)
        )

    return check
