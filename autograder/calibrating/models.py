"""Finds the models of a corpus that its suite would train.

Every variant is graded as a submission is, and the suite's own checks choose what is trained. Only the training is left
out: each model is noted, and taken for one that reached its floor.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.calibrating.progress import Looked, OnProgress
from autograder.calibrating.variants import must_miss, must_pass
from autograder.corpus import Variant, fill
from autograder.course import Course, Submission
from autograder.errors import AssignmentError
from autograder.grading import Grader
from autograder.models.graph import ModelGraph
from autograder.models.view import ModelView
from autograder.notebooks import cells
from autograder.records import Attempt, GradeId, GradeReport, Outcome, StudentId, TrainingRecord
from autograder.rubric import Rubric
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.isolation.tiers import Tier


@dataclass(frozen=True)
class Model:
    """An architecture of one question, and the variants that have it, the first found first."""

    question: GradeId
    graph: ModelGraph
    key: str
    must_pass: bool
    variants: tuple[str, ...]


@dataclass
class _Noted:
    """Takes the place of training: keeps what would have been trained."""

    graphs: dict[GradeId, ModelGraph] = field(default_factory=dict)

    def train(self, view: ModelView, question: GradeId) -> TrainingRecord:
        self.graphs[question] = view.graph
        perfect = Attempt(seed=0, test_accuracy=(1.0,), train_accuracy=(1.0,), loss=(0.0,))
        return TrainingRecord(question=question, recipe="", floor=0.0, attempts=(perfect,), device="")


def find_models(
    course: Course,
    rubric: Rubric,
    variants: Sequence[Variant],
    questions: Sequence[GradeId],
    *,
    zygote: ControlSocket,
    tier: Tier,
    on_progress: OnProgress,
) -> tuple[Model, ...]:
    """Return the models of some questions, each architecture once, in the order of the corpus.

    Raises
    ------
    AssignmentError
        If a variant's model is not trained although it has to be judged, or a mistake has the model of a right answer.
    """
    found: dict[tuple[GradeId, str], Model] = {}
    with tempfile.TemporaryDirectory(prefix="autograder-calibrate-") as folder:
        for number, variant in enumerate(variants, 1):
            on_progress(Looked(variant=variant.name, number=number, total=len(variants)))
            noted = _Noted()
            path = Path(folder) / f"{variant.name}.ipynb"
            path.write_bytes(cells.to_bytes(fill(rubric.released, variant.sources)))
            submission = Submission(assignment=rubric.assignment.id, student=StudentId(variant.name), path=path)
            report = Grader(course, rubric, zygote, tier, train=noted.train).grade(submission).report
            judged = questions if must_pass(variant) else must_miss(variant, rubric).intersection(questions)
            for question in judged:
                if question not in noted.graphs:
                    raise AssignmentError(
                        f"{variant.name}: its {question} would not be trained: {_reason(question, report)}; "
                        f"'autograder verify {rubric.assignment.id} --only {variant.name}' says more"
                    )
                _add(found, variant, question, noted.graphs[question])
    order = {question: place for place, question in enumerate(questions)}
    return tuple(sorted(found.values(), key=lambda model: (order[model.question], not model.must_pass)))


def _reason(question: GradeId, report: GradeReport) -> str:
    """Return the first thing that kept a question's checks from training."""
    lost = [check for check in report.checks if check.question == question and check.outcome is not Outcome.PASSED]
    said = (check.staff_note or check.message for check in lost)
    return next((text.strip() for text in said if text), report.problem) or "no check asked for it"


def _add(found: dict[tuple[GradeId, str], Model], variant: Variant, question: GradeId, graph: ModelGraph) -> None:
    key = graph.key
    before = found.get((question, key))
    if before is None:
        found[question, key] = Model(question, graph, key, must_pass(variant), (variant.name,))
        return
    if before.must_pass is not must_pass(variant):
        raise AssignmentError(
            f"{variant.name} and {before.variants[0]} have the same {question}: one has to reach the floor, "
            "the other has to miss it"
        )
    found[question, key] = Model(question, graph, key, before.must_pass, (*before.variants, variant.name))
