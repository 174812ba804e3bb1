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

Images are those of the assignment's recipe, and so is the floor of the question. The labels of the held-out images stay
where the verdict is made: the student's process sees the images alone, and only when it is asked to predict them. They
have to come from the course's secret: a recipe on a data set of the world is refused before anything is graded, for a
table of its labels would score 100 %.

A training by the student is made once, not from several seeds as ours are, and its floor is not calibrated: put it well
below what a right answer reaches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AssignmentError, WrongKind
from autograder.models.graph import ModelGraph
from autograder.models.view import ModelView
from autograder.records import Evidence, GradeId, TrainingRecord
from autograder.suite import kinds
from autograder.suite.submission import Ref, Submission

BATCH = 250
"""Images that the student's process predicts at once."""


class EvaluationPort(Protocol):
    """Holds the data and makes the verdict; `training.evaluation.Evaluation` is one."""

    def training_data(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return training images and labels."""
        ...

    def held_out(self) -> NDArray[np.float32]:
        """Return the held-out images."""
        ...

    def judge(self, scores: np.ndarray, question: GradeId, evidence: Evidence) -> TrainingRecord:
        """Judge scores of the held-out images."""
        ...

    def train_on(self, graph: ModelGraph, question: GradeId) -> TrainingRecord:
        """Train a model from the weights that it carries."""
        ...


class Evaluate:
    """Judges models with the student's own weights; see the module."""

    def __init__(self, port: EvaluationPort, submission: Submission, question: GradeId) -> None:
        self._port = port
        self._submission = submission
        self._question = question

    @property
    def images(self) -> NDArray[np.float32]:
        """The training images (n, h, w, c) of the recipe, floats from 0 to 255."""
        return self._port.training_data()[0]

    @property
    def labels(self) -> NDArray[np.int64]:
        """Their labels (n,)."""
        return self._port.training_data()[1]

    def __call__(
        self, model: ModelView | Ref, *, prepare: Callable[[np.ndarray], np.ndarray] = lambda images: images
    ) -> TrainingRecord:
        """Judge a model as it is, on images that it has never seen.

        Parameters
        ----------
        model
            A view with the student's weights, which we rebuilt and which predicts in a process of ours; or the
            student's own model, from `Submission.make` or `Submission.ref`, which predicts in theirs.
        prepare
            Is applied to the held-out images first, where the training images were prepared too.

        Returns
        -------
        A record whose `test_accuracy` and `floor` are compared as after a training of ours.

        Raises
        ------
        SubmissionError
            If the model does not give each image a row of scores.
        AssignmentError
            If the labels of the recipe's data set are public, or the view carries no weights.
        """
        images = prepare(self._port.held_out())
        if isinstance(model, Ref):
            return self._port.judge(self._predicted(model, images), self._question, Evidence.PREDICTIONS)
        if not model.graph.has_weights:
            raise AssignmentError(
                f"the model {model.graph.name!r} carries no weights of the student's to judge: ask for it with "
                "submission.model(..., weights=True), or with the name of a file that was handed in"
            )
        scores = model.predict(images)
        if not isinstance(scores, np.ndarray):
            raise WrongKind("the model returns several tensors, one row of scores for each image was expected")
        return self._port.judge(scores, self._question, Evidence.WEIGHTS)

    def _predicted(self, model: Ref, images: np.ndarray) -> np.ndarray:
        """Return what the student's model predicts, asked for in parts so that none takes much memory."""
        parts: list[np.ndarray] = []
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            width = parts[0].shape[1] if parts else None
            parts.append(self._submission.predict(model, part, returns=kinds.array((len(part), width), dtype="number")))
        return np.concatenate(parts)
