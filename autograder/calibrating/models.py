"""Finds the models of a corpus that its suite would train.

Every variant is graded as a submission is, and the suite's own checks choose what is trained, with which recipe, and
how it is judged. Only the training is left out: each model is noted, and taken for one that reached its floor.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.calibrating.progress import Looked, OnProgress
from autograder.calibrating.variants import must_pass
from autograder.corpus import Variant, VariantKind, fill
from autograder.course import Assignment, Course, Submission
from autograder.errors import AssignmentError
from autograder.grading import Grader
from autograder.models.graph import ModelGraph
from autograder.notebooks import cells
from autograder.records import Attempt, CheckId, GradeId, GradeReport, Measure, Outcome, StudentId, TrainingRecord
from autograder.rubric import Rubric
from autograder.sandbox.client import ControlSocket
from autograder.sandbox.isolation.tiers import Tier
from autograder.suite.training import TrainingAsked
from autograder.training.recipes import judged_by
from autograder.training.service import weights_digest


@dataclass(frozen=True)
class Model:
    """An architecture of one question, and the variants that have it, the first found first.

    Attributes
    ----------
    recipe
        The name of the one that it is trained with.
    keeps_weights
        Whether it is trained from the weights of its graph; these are part of its key then.
    measures
        What checks judge it by.
    misses
        The measures of which it has to miss the floor: none for a right answer, which has to reach all of them.
    """

    question: GradeId
    recipe: str
    graph: ModelGraph
    key: str
    keeps_weights: bool
    measures: tuple[Measure, ...]
    misses: tuple[Measure, ...]
    variants: tuple[str, ...]

    @property
    def must_pass(self) -> bool:
        """Whether it has to reach every floor."""
        return not self.misses


_Place = tuple[GradeId, str]
"""A question, and the recipe that its model is trained with."""


@dataclass
class _Noted:
    """Takes the place of training: keeps what would have been trained.

    `recipe` stands where a check names none.
    """

    assignment: Assignment
    recipe: str | None
    asked: dict[_Place, TrainingAsked] = field(default_factory=dict)
    measures: dict[CheckId, set[tuple[_Place, Measure]]] = field(default_factory=dict)

    def train(self, asked: TrainingAsked) -> TrainingRecord:
        name, recipe = self.assignment.recipe(asked.recipe or self.recipe)
        measure = judged_by(name, recipe, asked.measure)
        place = asked.question, name
        self.asked[place] = asked
        self.measures.setdefault(asked.check, set()).add((place, measure))
        perfect = Attempt(seed=0, test=(1.0,), train=(1.0,), loss=(0.0,))
        return TrainingRecord(
            question=asked.question, recipe=name, measure=measure, floor=0.0, attempts=(perfect,), device=""
        )


@dataclass(frozen=True)
class _Looked:
    """What would be trained of a variant, and how it was graded but for that."""

    variant: Variant
    noted: _Noted
    report: GradeReport


def find_models(
    course: Course,
    rubric: Rubric,
    variants: Sequence[Variant],
    questions: Sequence[GradeId],
    *,
    zygote: ControlSocket,
    tier: Tier,
    on_progress: OnProgress,
    recipe: str | None = None,
) -> tuple[Model, ...]:
    """Return the models of some questions, each architecture once, in the order of the corpus.

    Parameters
    ----------
    variants
        The reference among them.
    recipe
        Only what is trained with this one, which takes the place of the assignment's own; all where None.

    Raises
    ------
    AssignmentError
        If a variant's model is not trained although it has to be judged, or a mistake has the model of a right answer.
    """
    looked = []
    with tempfile.TemporaryDirectory(prefix="autograder-calibrate-") as folder:
        for number, variant in enumerate(variants, 1):
            on_progress(Looked(variant=variant.name, number=number, total=len(variants)))
            noted = _Noted(rubric.assignment, recipe)
            path = Path(folder) / f"{variant.name}.ipynb"
            path.write_bytes(cells.to_bytes(fill(rubric.released, variant.sources)))
            submission = Submission(assignment=rubric.assignment.id, student=StudentId(variant.name), path=path)
            report = Grader(course, rubric, zygote, tier, train=noted.train).grade(submission).report
            looked.append(_Looked(variant, noted, report))
    (reference,) = (each for each in looked if each.variant.kind is VariantKind.REFERENCE)
    wanted = _wanted(reference, questions, recipe)
    found: dict[tuple[_Place, str], Model] = {}
    for each in looked:
        misses = _misses(each.variant, reference.noted)
        for place, measures in wanted.items():
            if must_pass(each.variant) or place in misses:
                if place not in each.noted.asked:
                    raise _untrained(each, place[0])
                asked = (reference if _is_reference_s(each, reference, place) else each).noted.asked[place]
                _add(found, each.variant.name, place, asked, measures, misses.get(place, ()))
    order = {question: number for number, question in enumerate(questions)}
    return tuple(sorted(found.values(), key=lambda model: (order[model.question], not model.must_pass)))


def _wanted(reference: _Looked, questions: Sequence[GradeId], recipe: str | None) -> dict[_Place, tuple[Measure, ...]]:
    """Return what is trained of the reference, and in which measures it is judged."""
    asked = sorted(each for found in reference.noted.measures.values() for each in found)
    for question in questions:
        if question not in {place[0] for place, _ in asked}:
            raise _untrained(reference, question)
    wanted: dict[_Place, tuple[Measure, ...]] = {}
    for place, measure in asked:
        if place[0] in questions and recipe in (None, place[1]):
            wanted[place] = (*(each for each in wanted.get(place, ()) if each is not measure), measure)
    return wanted


def _is_reference_s(looked: _Looked, reference: _Looked, place: _Place) -> bool:
    """Whether a model is the reference's but for the weights of a notebook, which each notebook draws anew."""
    question, one, other = place[0], looked.variant, reference.variant
    has_its_answer = must_pass(one) and one.sources.get(question) == other.sources.get(question)
    return has_its_answer and looked.noted.asked[place].keeps_weights


def _misses(variant: Variant, reference: _Noted) -> dict[_Place, tuple[Measure, ...]]:
    """Return the floors that a mistake has to miss: those of the checks that it names."""
    named = sorted(each for check in variant.fails for each in reference.measures.get(check, ()))
    return {place: tuple(dict.fromkeys(m for other, m in named if other == place)) for place, _ in named}


def _untrained(looked: _Looked, question: GradeId) -> AssignmentError:
    name, assignment = looked.variant.name, looked.report.assignment
    return AssignmentError(
        f"{name}: its {question} would not be trained: {_reason(question, looked.report)}; "
        f"'autograder verify {assignment} --only {name}' says more"
    )


def _reason(question: GradeId, report: GradeReport) -> str:
    """Return the first thing that kept a question's checks from training."""
    lost = [check for check in report.checks if check.question == question and check.outcome is not Outcome.PASSED]
    said = (check.staff_note or check.message for check in lost)
    return next((text.strip() for text in said if text), report.problem) or "no check asked for it"


def _add(
    found: dict[tuple[_Place, str], Model],
    name: str,
    place: _Place,
    asked: TrainingAsked,
    measures: tuple[Measure, ...],
    misses: tuple[Measure, ...],
) -> None:
    key = asked.graph.key + (f"-{weights_digest(asked.graph)}" if asked.keeps_weights else "")
    before = found.get((place, key))
    if before is None:
        found[place, key] = Model(*place, asked.graph, key, asked.keeps_weights, measures, misses, (name,))
        return
    if before.misses != misses:
        raise AssignmentError(
            f"{name} and {before.variants[0]} have the same {place[0]}: one has to reach the floor, "
            "the other has to miss it"
        )
    found[place, key] = replace(before, variants=(*before.variants, name))
